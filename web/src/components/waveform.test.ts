import { expect, it } from 'vitest';
import { waveformOf } from './waveform';

it('gives the peak of each part, scaled to the loudest of both channels', () => {
  const left = Float32Array.from([0, 0.1, -0.5, 0]);
  const right = Float32Array.from([0.25, 0, 0, 0]);
  const { left: l, right: r } = waveformOf(left, right, 2, 1);
  expect(l.map((peak) => Number(peak.toFixed(3)))).toEqual([0.2, 1]);
  expect(r.map((peak) => Number(peak.toFixed(3)))).toEqual([0.5, 0]);
});

it('does not blow silence up to noise', () => {
  const silence = new Float32Array(100).fill(0.001);
  expect(Math.max(...waveformOf(silence, silence, 10, 1).left)).toBeLessThan(0.1);
});
