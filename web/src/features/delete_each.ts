import { showDone, showError } from '@/app/errors';

/** Deletes what was chosen, one after the other; tells how many went and why one stayed. */
export async function deleteEach(chosen: readonly { id: number }[], remove: (id: number) => Promise<unknown>): Promise<void> {
  let done = 0;
  try {
    for (const { id } of chosen) {
      await remove(id);
      done++;
    }
  } catch (error) {
    showError(error);
  }
  if (done > 0) showDone(`Deleted: ${done}.`);
}
