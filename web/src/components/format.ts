const whole = new Intl.NumberFormat();

export function formatCount(value: number): string {
  return whole.format(value);
}

/** 75 s → "1:15", 3 661 s → "1:01:01". Never negative: clocks differ by a moment. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const h = Math.floor(seconds / 3600);
  const m = Math.floor((seconds % 3600) / 60);
  const s = String(seconds % 60).padStart(2, '0');
  return h > 0 ? `${h}:${String(m).padStart(2, '0')}:${s}` : `${m}:${s}`;
}

const thisYear = new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric', hour: 'numeric', minute: '2-digit', second: '2-digit' });
const otherYear = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** Unix ms as people write it; the year only when it is another one. */
export function formatTime(ms: number | null | undefined): string {
  if (!ms) return '';
  const at = new Date(ms);
  return (at.getFullYear() === new Date().getFullYear() ? thisYear : otherYear).format(at);
}

const moment = new Intl.DateTimeFormat(undefined, { weekday: 'short', month: 'short', day: 'numeric', hour: 'numeric', minute: '2-digit' });

/** Unix ms as people agree on it: "Mon, Nov 23, 2:30 PM". */
export function formatAppointment(ms: number): string {
  return moment.format(ms);
}

export function formatPercent(part: number, whole_: number): string {
  return whole_ > 0 ? `${((100 * part) / whole_).toFixed(1)} %` : '–';
}

/** 540 → "09:00" */
export function minutesToClock(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}

/** "09:00" → 540; null when it is no time of day. "24:00" ends a day. */
export function clockToMinutes(clock: string): number | null {
  const match = /^(\d{1,2}):(\d{2})$/.exec(clock.trim());
  if (!match) return null;
  const minutes = Number(match[1]) * 60 + Number(match[2]);
  return Number(match[2]) < 60 && minutes <= 24 * 60 ? minutes : null;
}

/** "first_name" → "First name" */
export function humanize(name: string): string {
  const words = name.replaceAll('_', ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
