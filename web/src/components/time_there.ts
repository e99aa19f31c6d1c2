const moment = { weekday: 'short', hour: 'numeric', minute: '2-digit' } as const;

/** What the clock on the wall says, as a number that can be compared; NaN where this browser knows no such zone. */
function wallTime(ms: number, timeZone?: string): number {
  try {
    return Date.parse(`${new Date(ms).toLocaleString('sv-SE', timeZone ? { timeZone } : {}).replace(' ', 'T')}Z`);
  } catch {
    return NaN;
  }
}

/**
 * The time of day at `ms` where somebody may be, as in "Mon 9:00 AM", or from the earliest to the latest of
 * several zones. Null when the clock there says what ours says, or when nobody knows where it is.
 */
export function timeThere(zones: readonly string[], ms: number): string | null {
  const there = zones.map((zone) => ({ zone, wall: wallTime(ms, zone) })).filter(({ wall }) => !Number.isNaN(wall));
  there.sort((a, b) => a.wall - b.wall);
  const [first, last] = [there[0], there.at(-1)];
  if (!first || !last || (first.wall === last.wall && first.wall === wallTime(ms))) return null;
  const told = [first, last].map(({ zone }) => new Intl.DateTimeFormat(undefined, { ...moment, timeZone: zone }).format(ms));
  return [...new Set(told)].join(' to ');
}
