import { useQuery } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import type { AgentLive } from '@/api/types';
import { formatDuration } from '@/components/format';
import classes from './own_statistics.module.css';

/** The agent's own day: calls, talk time, and what came of them. */
export function OwnStatistics({ session }: { session: AgentLive }) {
  const day = new Date().toDateString();
  const { data } = useQuery({
    queryKey: ['attempt', 'own_day', day],
    queryFn: () => unwrap(api.GET('/agent/day', { params: { query: { from: new Date(day).getTime() } } })),
  });
  const dispositions = (data?.dispositions ?? []).toSorted((a, b) => b.calls - a.calls);
  return (
    <section className={classes.statistics} aria-label="Your day">
      <dl>
        <div>
          <dt>Session</dt>
          <dd className="tabular">{session.handled}</dd>
        </div>
        <div>
          <dt>Today</dt>
          <dd className="tabular">{data?.calls ?? '–'}</dd>
        </div>
        <div>
          <dt>Talk time</dt>
          <dd className="tabular">{data ? formatDuration(data.talk_ms) : '–'}</dd>
        </div>
        <div>
          <dt>Average</dt>
          <dd className="tabular">{data && data.calls > 0 ? formatDuration(data.talk_ms / data.calls) : '–'}</dd>
        </div>
      </dl>
      {dispositions.length > 0 ? (
        <ul>
          {dispositions.map(({ disposition, calls }) => (
            <li key={disposition}>
              <span>{disposition}</span>
              <span className="tabular">{calls}</span>
            </li>
          ))}
        </ul>
      ) : null}
    </section>
  );
}
