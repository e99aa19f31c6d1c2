// @vitest-environment jsdom
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Kept, keptOf } from './kept';

beforeEach(() => localStorage.clear());

describe('Kept', () => {
  it('keeps each record by itself, over a reload', () => {
    const kept = new Kept<string>('notes');
    kept.write(1, 'the parked call');
    kept.write(2, 'the next call');
    expect(kept.read(1)).toBe('the parked call');
    const reloaded = new Kept<string>('notes');
    expect([reloaded.read(1), reloaded.read(2), reloaded.read(3)]).toEqual(['the parked call', 'the next call', null]);
    reloaded.remove(1);
    expect([reloaded.read(1), reloaded.read(2)]).toEqual([null, 'the next call']);
  });

  it('shows nobody what a colleague has typed in the same browser', () => {
    keptOf<string>('notes', 7).write(1, 'mine');
    expect(keptOf<string>('notes', 8).read(1)).toBeNull();
    expect(keptOf<string>('notes', 7).read(1)).toBe('mine');
  });

  it('keeps the newest forty, and none for longer than two weeks', () => {
    vi.useFakeTimers();
    const kept = new Kept<number>('notes');
    for (let id = 1; id <= 50; ++id) {
      vi.advanceTimersByTime(1000);
      kept.write(id, id);
    }
    expect(kept.read(10)).toBeNull();
    expect(kept.read(11)).toBe(11);
    vi.advanceTimersByTime(15 * 24 * 3600 * 1000);
    kept.write(99, 99);
    expect([kept.read(50), kept.read(99)]).toEqual([null, 99]);
    vi.useRealTimers();
  });

  it('tells of each change, and gives the same object until then', () => {
    const kept = new Kept<{ text: string }>('notes');
    let told = 0;
    const stop = kept.subscribe(() => ++told);
    kept.write(1, { text: 'a' });
    const first = kept.read(1);
    kept.write(2, { text: 'b' });
    expect(kept.read(1)).toBe(first);
    stop();
    kept.remove(1);
    expect(told).toBe(2);
  });

  it('begins anew when what is stored is damaged', () => {
    localStorage.setItem('notes', '{"1":');
    expect(new Kept<string>('notes').read(1)).toBeNull();
  });
});
