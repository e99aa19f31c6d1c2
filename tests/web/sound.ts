import { writeFile } from 'node:fs/promises';

/**
 * A WAV file that keeps a microphone busy: a tone that swells and fades like syllables, since the
 * browser takes a steady one for noise and removes it.
 */
export async function writeVoice(path: string, hertz: number): Promise<void> {
  const rate = 48_000;
  const count = rate * 8;
  const data = Buffer.alloc(44 + count * 2);
  data.write('RIFF', 0);
  data.writeUInt32LE(36 + count * 2, 4);
  data.write('WAVEfmt ', 8);
  data.writeUInt32LE(16, 16);
  data.writeUInt16LE(1, 20);
  data.writeUInt16LE(1, 22);
  data.writeUInt32LE(rate, 24);
  data.writeUInt32LE(rate * 2, 28);
  data.writeUInt16LE(2, 32);
  data.writeUInt16LE(16, 34);
  data.write('data', 36);
  data.writeUInt32LE(count * 2, 40);
  for (let at = 0; at < count; at++) {
    const seconds = at / rate;
    const syllable = Math.max(0, Math.sin(2 * Math.PI * 3 * seconds)) * (seconds % 2 < 1.6 ? 1 : 0);
    data.writeInt16LE(Math.round(14_000 * syllable * Math.sin(2 * Math.PI * hertz * seconds)), 44 + at * 2);
  }
  await writeFile(path, data);
}

export interface Channels {
  rate: number;
  left: Float64Array;
  right: Float64Array;
}

/** The samples of a 16-bit stereo WAV file. */
export function readStereo(file: Buffer): Channels {
  let at = 12;
  let rate = 0;
  while (at + 8 <= file.length) {
    const kind = file.toString('latin1', at, at + 4);
    const size = file.readUInt32LE(at + 4);
    const body = at + 8;
    if (kind === 'fmt ') {
      if (file.readUInt16LE(body + 2) !== 2 || file.readUInt16LE(body + 14) !== 16) throw new Error('not 16-bit stereo');
      rate = file.readUInt32LE(body + 4);
    }
    if (kind === 'data') {
      const frames = Math.floor(Math.min(size, file.length - body) / 4);
      const left = new Float64Array(frames);
      const right = new Float64Array(frames);
      for (let frame = 0; frame < frames; frame++) {
        left[frame] = file.readInt16LE(body + frame * 4) / 32_768;
        right[frame] = file.readInt16LE(body + frame * 4 + 2) / 32_768;
      }
      return { rate, left, right };
    }
    at = body + size + (size % 2);
  }
  throw new Error('no sound in the file');
}

/** Strength of one frequency in the samples (Goertzel), 0 to about 0.5 for a full-scale tone. */
export function strengthAt(samples: Float64Array, rate: number, hertz: number): number {
  const step = (2 * Math.PI * hertz) / rate;
  let real = 0;
  let imaginary = 0;
  samples.forEach((sample, at) => {
    real += sample * Math.cos(step * at);
    imaginary += sample * Math.sin(step * at);
  });
  return Math.hypot(real, imaginary) / samples.length;
}
