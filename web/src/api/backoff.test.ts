import { describe, expect, it } from 'vitest';
import { backoffMs } from './backoff';

describe('backoffMs', () => {
  it('doubles from a quarter of a second up to eight seconds', () => {
    const longest = [1, 2, 3, 4, 5, 6, 7, 20].map((failures) => backoffMs(failures, () => 1));
    expect(longest).toEqual([250, 500, 1000, 2000, 4000, 8000, 8000, 8000]);
  });

  it('never waits less than half of that', () => {
    expect(backoffMs(3, () => 0)).toBe(500);
  });
});
