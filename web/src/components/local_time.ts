/** Unix ms → "2026-11-23T14:30" in this computer's time zone, as an input of type datetime-local wants it. */
export function localTimeOf(ms: number): string {
  const at = new Date(ms);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** "2026-11-23T14:30" in this computer's time zone → Unix ms; null when it is none. */
export function localTimeToMs(text: string): number | null {
  const ms = text ? new Date(text).getTime() : NaN;
  return Number.isNaN(ms) ? null : ms;
}
