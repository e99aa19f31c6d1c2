import { describe, expect, it } from 'vitest';
import { levelOf } from './microphone_level';

const tone = (amplitude: number) => Float32Array.from({ length: 4096 }, (_, at) => amplitude * Math.sin(at / 10));

describe('the level of the microphone', () => {
  it('is nothing for silence and for the noise of an idle headset', () => {
    expect(levelOf(new Float32Array(4096))).toBe(0);
    expect(levelOf(tone(0.001))).toBe(0);
  });

  it('rises with the voice, and is full before it is distorted', () => {
    const levels = [0.01, 0.05, 0.2].map((amplitude) => levelOf(tone(amplitude)));
    expect(levels).toEqual([...levels].sort((a, b) => a - b));
    expect(levels[0]).toBeGreaterThan(0.1);
    expect(levels[2]).toBeLessThan(1);
    expect(levelOf(tone(0.9))).toBe(1);
  });
});
