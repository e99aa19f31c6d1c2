import type { AttemptEvent } from '@/api/types';

/** Why a call has no recording, or not all of it; null: nothing is known to be wrong. */
export function recordingTrouble(events: readonly AttemptEvent[]): string | null {
  const details = events.filter((event) => event.kind === 'recording').map((event) => event.detail);
  // How long what there is lasts is no trouble.
  const last = details.filter((detail) => !/^[\d.]+ s recorded/.test(detail)).at(-1);
  if (last === undefined) return null;
  return last.startsWith('deleted') ? `The recording was ${last}.` : last;
}
