import { describe, expect, it } from 'vitest';
import { headingOf, importRequest, mapColumn, mappingOf, whatIsMissing, type ImportSettings } from './mapping';

const settings: ImportSettings = {
  startRow: 1,
  mapping: { 0: 'phone', 1: 'first_name' },
  statusForAll: ' New ',
  mode: 'append',
  duplicates: 'leadset',
  country: 'us',
};

describe('mapping', () => {
  it('reads what the server guessed', () => {
    expect(mappingOf({ '0': 'phone', '3': 'custom:Plan' })).toEqual({ 0: 'phone', 3: 'custom:Plan' });
  });

  it('gives a field to one column only: the latest', () => {
    expect(mapColumn({ 0: 'phone', 1: 'email' }, 2, 'phone')).toEqual({ 1: 'email', 2: 'phone' });
  });

  it('takes a column out', () => {
    expect(mapColumn({ 0: 'phone', 1: 'email' }, 1, null)).toEqual({ 0: 'phone' });
  });

  it('finds a heading above the start row', () => {
    const rows = [['Telephone', 'Plan '], ['1', 'x']];
    expect(headingOf(rows, 1, 1)).toBe('Plan');
    expect(headingOf(rows, 0, 1)).toBe('');
    expect(headingOf(rows, 1, 9)).toBe('');
  });
});

describe('what is missing', () => {
  it('nothing, when phone and status are known', () => {
    expect(whatIsMissing(settings)).toEqual([]);
    expect(whatIsMissing({ ...settings, statusForAll: '', mapping: { 0: 'phone', 1: 'status' } })).toEqual([]);
  });

  it('says each thing that stands in the way', () => {
    expect(whatIsMissing({ ...settings, mapping: { 1: 'email' }, statusForAll: ' ', country: 'USA' })).toHaveLength(3);
  });
});

describe('the request', () => {
  it('gives a status for all only when no column has it', () => {
    expect(importRequest('u1', settings)).toEqual({
      upload_id: 'u1',
      start_row: 1,
      mapping: { '0': 'phone', '1': 'first_name' },
      mode: 'append',
      duplicates: 'leadset',
      country: 'US',
      status_for_all: 'New',
    });
    expect(importRequest('u1', { ...settings, mapping: { 0: 'phone', 1: 'status' } })).not.toHaveProperty('status_for_all');
  });
});
