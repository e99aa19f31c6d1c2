import { api, unwrap } from '@/api/client';
import { localTimeOf } from '@/components/local_time';
import { keptOf, useKept, type Kept } from './kept';
import { TaskQueue } from './task_queue';

/** What is written about a call and belongs to whoever has it. */
export interface Written {
  notes: string;
  tags: string[];
}

/** What the agent has put down about a call and not yet submitted. */
export interface Draft extends Written {
  disposition: string | null;
  callbackAt: string;
  callbackForMe: boolean;
  /** What the server has of it. */
  sent: Written;
}

const nothing: Written = { notes: '', tags: [] };
export const emptyDraft: Draft = { ...nothing, disposition: null, callbackAt: '', callbackForMe: false, sent: nothing };

export function draftsOf(user: number): Kept<Draft> {
  return keptOf<Draft>('draft', user);
}

/** Kept in the browser until it is submitted, for each call by itself. */
export function useDraft(user: number, attempt: number): [Draft, (part: Partial<Draft>) => void, () => void] {
  const drafts = draftsOf(user);
  const draft = useKept(drafts, attempt) ?? emptyDraft;
  return [draft, (part) => drafts.write(attempt, { ...(drafts.read(attempt) ?? emptyDraft), ...part }), () => drafts.remove(attempt)];
}

export function sameWords(a: Written, b: Written): boolean {
  return a.notes === b.notes && a.tags.length === b.tags.length && a.tags.every((tag, index) => tag === b.tags[index]);
}

/**
 * The draft when the server has `saved` for this call, perhaps from a colleague who had it before: what was
 * not touched here is taken over, what was written in both places is kept from both.
 */
export function withSaved(draft: Draft, saved: Written): Draft {
  const untouched = sameWords(draft, draft.sent);
  const ours = untouched || saved.notes.includes(draft.notes) ? '' : draft.notes;
  const contained = ours !== '' && ours.includes(saved.notes);
  const notes = contained ? ours : [saved.notes, ours].filter(Boolean).join('\n');
  const tags = untouched ? saved.tags : [...new Set([...saved.tags, ...draft.tags])];
  return { ...draft, notes, tags, sent: { notes: saved.notes, tags: saved.tags } };
}

// One after the other, so that what was written later is never overtaken.
const sending = new TaskQueue();

/** Gives the server what it does not have of the notes and tags yet. Fails when they cannot be saved. */
export function sendNotes(user: number, attempt: number): Promise<void> {
  const drafts = draftsOf(user);
  return sending.run(async () => {
    const draft = drafts.read(attempt);
    if (!draft || sameWords(draft, draft.sent)) return;
    const { notes, tags } = draft;
    await unwrap(api.POST('/agent/session/notes', { body: { attempt_id: attempt, notes, tags } }));
    const now = drafts.read(attempt);
    if (now) drafts.write(attempt, { ...now, sent: { notes, tags } });
  });
}

/** The next full hour, as an input of type datetime-local wants it. */
export function nextFullHour(now: number): string {
  const at = new Date(now);
  at.setHours(at.getHours() + 1, 0, 0, 0);
  return localTimeOf(at.getTime());
}
