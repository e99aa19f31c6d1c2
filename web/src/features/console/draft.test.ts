import { expect, it } from 'vitest';
import { localTimeToMs, nextFullHour } from './draft';

it('a local date and time goes to a moment and back', () => {
  const text = nextFullHour(new Date(2026, 10, 22, 23, 40).getTime());
  expect(text).toBe('2026-11-23T00:00');
  expect(localTimeToMs(text)).toBe(new Date(2026, 10, 23, 0, 0).getTime());
});

it('what is no time is null', () => {
  expect(localTimeToMs('')).toBeNull();
  expect(localTimeToMs('soon')).toBeNull();
});
