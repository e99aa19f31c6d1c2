import { describe, expect, it } from 'vitest';
import { callbacksQueryOf, isFiltered, readCallbackFilters } from './callback_filters';

describe('call-backs', () => {
  it('read only filters that they know from the URL', () => {
    expect(readCallbackFilters({ campaign: '3', leadset: 'x', for: 'anyone', overdue: true, from: '2026-11-22', to: 'tomorrow', sort: '-due_at', open: 9, evil: 1 })).toEqual({
      campaign: 3,
      for: 'anyone',
      overdue: true,
      from: '2026-11-22',
      sort: '-due_at',
      open: 9,
    });
    expect(readCallbackFilters({ for: '7', overdue: 'yes' })).toEqual({ for: 7 });
  });

  it('are those of one agent, or for anyone', () => {
    expect(callbacksQueryOf({ for: 7 })).toMatchObject({ agent_id: 7, for_anyone: undefined });
    expect(callbacksQueryOf({ for: 'anyone' })).toMatchObject({ agent_id: undefined, for_anyone: true });
  });

  it('are filtered by what leaves some out, not by their order', () => {
    expect(isFiltered({ sort: '-due_at', open: 3, hidden: [] })).toBe(false);
    expect(isFiltered({ overdue: true })).toBe(true);
  });
});
