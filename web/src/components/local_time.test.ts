import { expect, it } from 'vitest';
import { localTimeOf, localTimeToMs } from './local_time';

it('a local date and time goes to a moment and back', () => {
  const ms = new Date(2026, 10, 3, 9, 5).getTime();
  expect(localTimeOf(ms)).toBe('2026-11-03T09:05');
  expect(localTimeToMs('2026-11-03T09:05')).toBe(ms);
});

it('what is no time is null', () => {
  expect(localTimeToMs('')).toBeNull();
  expect(localTimeToMs('soon')).toBeNull();
});
