import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { api, unwrap } from '@/api/client';
import type { AgentLive, Attempt } from '@/api/types';
import { formatDuration } from '@/components/format';
import classes from './own_statistics.module.css';

/** The agent's own day: calls, talk time, and what came of them. */
export function OwnStatistics({ session }: { session: AgentLive }) {
  const day = new Date().toDateString();
  const calls = useQuery({
    queryKey: ['attempt', 'mine', day],
    queryFn: () => unwrap(api.GET('/attempts', { params: { query: { from: new Date(day).getTime(), limit: 1000 } } })),
  });
  const sums = useMemo(() => summarize(calls.data?.items ?? []), [calls.data]);
  return (
    <section className={classes.statistics} aria-label="Your day">
      <dl>
        <div>
          <dt>Session</dt>
          <dd className="tabular">{session.handled}</dd>
        </div>
        <div>
          <dt>Today</dt>
          <dd className="tabular">{calls.data ? sums.taken : '–'}</dd>
        </div>
        <div>
          <dt>Talk time</dt>
          <dd className="tabular">{calls.data ? formatDuration(sums.talkMs) : '–'}</dd>
        </div>
        <div>
          <dt>Average</dt>
          <dd className="tabular">{sums.taken > 0 ? formatDuration(sums.talkMs / sums.taken) : '–'}</dd>
        </div>
      </dl>
      {sums.dispositions.length > 0 ? (
        <ul>
          {sums.dispositions.map(([name, count]) => (
            <li key={name}>
              <span>{name}</span>
              <span className="tabular">{count}</span>
            </li>
          ))}
        </ul>
      ) : null}
    </section>
  );
}

export function summarize(attempts: readonly Attempt[]): { taken: number; talkMs: number; dispositions: [string, number][] } {
  const taken = attempts.filter((attempt) => attempt.connected_at !== null);
  const counts = new Map<string, number>();
  for (const { disposition } of taken) if (disposition) counts.set(disposition, (counts.get(disposition) ?? 0) + 1);
  return {
    taken: taken.length,
    talkMs: taken.reduce((sum, { connected_at, ended_at }) => sum + (connected_at && ended_at ? ended_at - connected_at : 0), 0),
    dispositions: [...counts].sort(([, a], [, b]) => b - a),
  };
}
