import { describe, expect, it } from 'vitest';
import { formatTime } from '@/components/format';
import { auditKinds, auditQueryOf, changesText, kindText, readAuditFilters } from './audit_filters';

describe('audit log', () => {
  it('reads only filters that it knows from the URL', () => {
    expect(readAuditFilters({ kind: 'trunk', user: '7', from: '2026-01-31', to: 'tomorrow', x: 1 })).toEqual({
      kind: 'trunk',
      user: 7,
      from: '2026-01-31',
    });
    expect(readAuditFilters({ kind: 'nonsense', user: '-1' })).toEqual({});
  });

  it('ends a range with the end of its last day', () => {
    const { from = 0, to = 0 } = auditQueryOf({ from: '2026-01-31', to: '2026-01-31' });
    expect(new Date(from).getDate()).toBe(31);
    expect(new Date(to).getMonth()).toBe(1);
    expect(new Date(to).getDate()).toBe(1);
  });

  it('tells changes with what was before and after', () => {
    expect(changesText({ name: ['', 'Carrier'], channels: [1, 5], password: 'changed' })).toBe(
      'name: – → Carrier; channels: 1 → 5; password: changed',
    );
  });

  it('writes lists and moments as people do, and leaves out the id that has a column', () => {
    const at = new Date(2031, 4, 6, 7, 8).getTime();
    expect(changesText({ id: [0, 7], events: [[], ['call.ended', 'lead.changed']], not_call_until: [null, at] })).toBe(
      `events: – → call.ended, lead.changed; not_call_until: – → ${formatTime(at)}`,
    );
  });

  it('names the kinds of records', () => {
    expect(auditKinds.map(kindText)).toEqual(expect.arrayContaining(['SIP profile', 'Do not call', 'Campaign']));
  });
});
