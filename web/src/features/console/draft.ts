import { useLocalStorage } from '@mantine/hooks';

/** What the agent has written about a call and not yet sent. */
export interface Draft {
  attempt: number;
  disposition: string | null;
  notes: string;
  tags: string[];
  callbackAt: string;
  callbackForMe: boolean;
}

export function emptyDraft(attempt: number): Draft {
  return { attempt, disposition: null, notes: '', tags: [], callbackAt: '', callbackForMe: false };
}

/** Kept in the browser until the server has it: a reload or a crash loses no note. */
export function useDraft(attempt: number): [Draft, (part: Partial<Draft>) => void, () => void] {
  const [stored, setStored, remove] = useLocalStorage<Draft | null>({ key: 'carillon-draft', defaultValue: null, getInitialValueInEffect: false });
  const draft = stored?.attempt === attempt ? { ...emptyDraft(attempt), ...stored } : emptyDraft(attempt);
  return [draft, (part) => setStored({ ...draft, ...part }), remove];
}

/** "2026-11-23T14:30" in this computer's time zone → Unix ms; null when it is none. */
export function localTimeToMs(text: string): number | null {
  const ms = text ? new Date(text).getTime() : NaN;
  return Number.isNaN(ms) ? null : ms;
}

/** The next full hour, as an input of type datetime-local wants it. */
export function nextFullHour(now: number): string {
  const at = new Date(now);
  at.setHours(at.getHours() + 1, 0, 0, 0);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}
