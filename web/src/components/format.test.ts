import { describe, expect, it } from 'vitest';
import { clockToMinutes, formatDuration, formatPercent, humanize, minutesToClock } from './format';

describe('formatDuration', () => {
  it('counts minutes and seconds, hours only when there are some', () => {
    expect([0, 999, 1000, 61_000, 3_599_999, 3_600_000, 36_061_000].map(formatDuration)).toEqual([
      '0:00', '0:00', '0:01', '1:01', '59:59', '1:00:00', '10:01:01',
    ]);
  });

  it('is never negative, though clocks differ', () => {
    expect(formatDuration(-1500)).toBe('0:00');
  });
});

describe('times of day', () => {
  it('turn into minutes and back', () => {
    for (const minutes of [0, 480, 1260, 1439]) expect(clockToMinutes(minutesToClock(minutes))).toBe(minutes);
  });

  it('refuse what is no time of day', () => {
    expect(['', '8', '25:00', '24:01', '12:60', 'ab:cd'].map(clockToMinutes)).toEqual([null, null, null, null, null, null]);
    expect(clockToMinutes('24:00')).toBe(1440);
  });
});

it('a share of nothing is no number', () => {
  expect(formatPercent(0, 0)).toBe('–');
  expect(formatPercent(3, 100)).toBe('3.0 %');
});

it('names become words', () => {
  expect(humanize('agent_unavailable')).toBe('Agent unavailable');
});
