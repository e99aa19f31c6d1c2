import { describe, expect, it } from 'vitest';
import { attemptsQueryOf, readCallFilters } from './call_filters';

describe('readCallFilters', () => {
  it('keeps what is well-formed and drops the rest', () => {
    expect(readCallFilters({ campaign: '3', agent: 'x', outcome: 'busy', disposition: 'SALE MADE', phone: 202, from: '2026-11-22', to: 'yesterday', sort: '-started_at', open: 9, evil: 1 })).toEqual({
      campaign: 3,
      outcome: 'busy',
      disposition: 'SALE MADE',
      phone: '202',
      from: '2026-11-22',
      sort: '-started_at',
      open: 9,
    });
    expect(readCallFilters({ outcome: 'toString' })).toEqual({});
  });
});

describe('attemptsQueryOf', () => {
  it('makes a range of whole local days', () => {
    const query = attemptsQueryOf({ from: '2026-11-22', to: '2026-11-22' });
    expect(query.from).toBe(new Date(2026, 10, 22).getTime());
    expect(query.to).toBe(new Date(2026, 10, 23).getTime());
  });

  it('asks for the digits of a number only', () => {
    expect(attemptsQueryOf({ phone: '+1 (202)' }).phone).toBe('1202');
  });
});
