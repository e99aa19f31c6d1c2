// @vitest-environment jsdom
import { describe, expect, it } from 'vitest';
import { nextFullHour, withSaved, type Draft } from './draft';

function draft(part: Partial<Draft>): Draft {
  return { disposition: null, notes: '', tags: [], callbackAt: '', callbackForMe: false, sent: { notes: '', tags: [] }, ...part };
}

describe('withSaved', () => {
  it('begins with what the colleague has written', () => {
    const begun = withSaved(draft({}), { notes: 'wants solar', tags: ['warm'] });
    expect(begun.notes).toBe('wants solar');
    expect(begun.tags).toEqual(['warm']);
    expect(begun.sent).toEqual({ notes: 'wants solar', tags: ['warm'] });
  });

  it('takes over what a colleague has added meanwhile, when nothing was written here since', () => {
    const parked = draft({ notes: 'wants solar', sent: { notes: 'wants solar', tags: [] } });
    expect(withSaved(parked, { notes: 'wants solar, two roofs', tags: [] }).notes).toBe('wants solar, two roofs');
  });

  it('keeps what was written in both places', () => {
    const unsent = draft({ notes: 'call the wife', tags: ['warm'], sent: { notes: '', tags: [] } });
    const both = withSaved(unsent, { notes: 'wants solar', tags: ['solar'] });
    expect(both.notes).toBe('wants solar\ncall the wife');
    expect(both.tags).toEqual(['solar', 'warm']);
  });

  it('does not write twice what one of the two holds already', () => {
    const longer = draft({ notes: 'wants solar, two roofs', sent: { notes: 'wants', tags: [] } });
    expect(withSaved(longer, { notes: 'wants solar', tags: [] }).notes).toBe('wants solar, two roofs');
    const shorter = draft({ notes: 'wants solar', sent: { notes: '', tags: [] } });
    expect(withSaved(shorter, { notes: 'wants solar, two roofs', tags: [] }).notes).toBe('wants solar, two roofs');
  });

  it('leaves the chosen disposition alone', () => {
    expect(withSaved(draft({ disposition: 'SALE MADE' }), { notes: 'x', tags: [] }).disposition).toBe('SALE MADE');
  });
});

it('the next full hour may be tomorrow', () => {
  expect(nextFullHour(new Date(2026, 10, 22, 23, 40).getTime())).toBe('2026-11-23T00:00');
});
