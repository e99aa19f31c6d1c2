import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { ownCallbacksQuery } from '@/api/queries';
import { formatAppointment } from '@/components/format';
import { timeThere } from '@/components/time_there';
import { CallbackState } from '@/features/callbacks/callback_state';
import { fullName } from '@/features/leads/lead_columns';
import classes from './own_callbacks.module.css';

const few = 3;

/** What the agent has promised to do, the next one first. Nothing promised, nothing shown. */
export function OwnCallbacks({ agent }: { agent: number }) {
  const { data } = useQuery(ownCallbacksQuery(agent));
  const [all, { toggle }] = useDisclosure(false);
  if (!data || data.length === 0) return null;
  return (
    <section className={classes.callbacks} aria-label="My call-backs">
      <h2>My call-backs</h2>
      <ul>
        {data.slice(0, all ? data.length : few).map((callback) => {
          const there = timeThere(callback.time_zones, callback.due_at);
          return (
            <li key={callback.lead_id}>
              <span className={classes.line}>
                <span className={`${classes.due} tabular`}>{formatAppointment(callback.due_at)}</span>
                <CallbackState callback={callback} />
              </span>
              <span className={classes.line}>
                <span className={classes.who}>{fullName(callback)}</span>
                {there === null ? null : <span className={classes.there}>{there} there</span>}
              </span>
              {callback.notes ? (
                <span className={classes.notes} title={callback.notes}>
                  {callback.notes}
                </span>
              ) : null}
            </li>
          );
        })}
      </ul>
      {data.length > few ? (
        <Button variant="subtle" size="compact-sm" aria-expanded={all} onClick={toggle}>
          {all ? 'Show fewer' : `Show all ${data.length}`}
        </Button>
      ) : null}
    </section>
  );
}
