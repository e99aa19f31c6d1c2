export interface Waveform {
  /** Peaks from 0 to 1, one per column. */
  left: number[];
  right: number[];
  seconds: number;
}

/** The loudest sample of each of `columns` equal parts, scaled so that the loudest of all is 1. */
export function waveformOf(left: Float32Array, right: Float32Array, columns: number, seconds: number): Waveform {
  const peaks = [peaksOf(left, columns), peaksOf(right, columns)] as const;
  const loudest = Math.max(0.02, ...peaks[0], ...peaks[1]);
  return { left: peaks[0].map((peak) => peak / loudest), right: peaks[1].map((peak) => peak / loudest), seconds };
}

function peaksOf(samples: Float32Array, columns: number): number[] {
  return Array.from({ length: columns }, (_, column) => {
    const from = Math.floor((column * samples.length) / columns);
    const to = Math.floor(((column + 1) * samples.length) / columns);
    let peak = 0;
    for (let at = from; at < to; at++) peak = Math.max(peak, Math.abs(samples[at] ?? 0));
    return peak;
  });
}
