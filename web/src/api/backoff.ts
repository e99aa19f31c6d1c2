const kFirstMs = 250;
const kLongestMs = 8000;

/**
 * How long to wait before try number `failures` + 1, in ms: doubling from 250 ms to 8 s, with the
 * upper half drawn at random so that a room full of browsers does not come back in one instant.
 */
export function backoffMs(failures: number, random: () => number = Math.random): number {
  const ceiling = Math.min(kLongestMs, kFirstMs * 2 ** Math.max(0, failures - 1));
  return ceiling / 2 + random() * (ceiling / 2);
}
