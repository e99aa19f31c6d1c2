import { Button } from '@mantine/core';
import { useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { api, unwrap } from '@/api/client';
import { leadJobsQuery } from '@/api/queries';
import type { LeadJob } from '@/api/types';
import { showDone, showError } from '@/app/errors';
import { formatCount } from '@/components/format';
import classes from './lead_bars.module.css';

const verbs: Record<LeadJob['action'], { now: string; done: string }> = {
  change: { now: 'Changing', done: 'changed' },
  delete: { now: 'Deleting', done: 'deleted' },
  recycle: { now: 'Bringing back', done: 'brought back' },
  undo: { now: 'Undoing', done: 'finished again' },
};

function leads(count: number): string {
  return `${formatCount(count)} ${count === 1 ? 'lead' : 'leads'}`;
}

/** What came of a job, as a sentence. */
export function resultOf({ action, state, done, skipped, message }: LeadJob): string {
  if (state === 'failed') return message;
  const left: Record<LeadJob['action'], string> = {
    change: 'were changed or deleted meanwhile',
    delete: 'were in a call and stay',
    recycle: 'were in a call or are on a do-not-call list now, and stay finished',
    undo: 'were called since, or are about to be, and stay as they are',
  };
  const rest = skipped > 0 ? `; ${formatCount(skipped)} ${left[action]}` : '';
  return `${leads(done)} ${verbs[action].done}${rest}${state === 'cancelled' ? '; the rest was cancelled' : ''}.`;
}

/** A job that was just asked for is seen running, even when it has ended before anybody looks. */
export async function showStarted(client: QueryClient, leadsetId: number, job: LeadJob): Promise<void> {
  const { queryKey } = leadJobsQuery(leadsetId);
  client.setQueryData(queryKey, (jobs) => [job, ...(jobs ?? [])]);
  await client.invalidateQueries({ queryKey });
}

/** The jobs of a leadset that run now; says what came of each. `onEnded` when leads have changed. */
export function RunningJobs({ leadsetId, onEnded }: { leadsetId: number; onEnded?: () => void }) {
  const client = useQueryClient();
  const jobs = useQuery({
    ...leadJobsQuery(leadsetId),
    refetchInterval: ({ state }) => (state.data?.some((job) => job.state === 'running') ? 700 : false),
  });
  const running = useRef(new Set<number>());
  useEffect(() => {
    for (const job of jobs.data ?? []) {
      if (job.state === 'running') running.current.add(job.id);
      else if (running.current.delete(job.id)) {
        if (job.state === 'failed') showError(new Error(job.message));
        else showDone(resultOf(job));
        void client.invalidateQueries({ queryKey: ['lead'] });
        onEnded?.();
      }
    }
  }, [jobs.data, client, onEnded]);

  async function cancel(id: number) {
    try {
      await unwrap(api.DELETE('/lead_jobs/{id}', { params: { path: { id } } }));
    } catch (error) {
      showError(error);
    }
    await client.invalidateQueries({ queryKey: ['lead_job'] });
  }

  return (jobs.data ?? [])
    .filter((job) => job.state === 'running')
    .map((job) => (
      <div key={job.id} className={classes.job}>
        <span role="status">
          {verbs[job.action].now}: {formatCount(job.done + job.skipped)} of {leads(job.total)}
        </span>
        <progress aria-label={verbs[job.action].now} max={Math.max(1, job.total)} value={job.done + job.skipped} />
        <Button size="xs" variant="default" onClick={() => void cancel(job.id)}>
          Cancel
        </Button>
      </div>
    ));
}
