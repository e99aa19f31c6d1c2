import { Button } from '@mantine/core';
import { IconParking } from '@tabler/icons-react';
import type { AgentLive, CallLive } from '@/api/types';
import { Elapsed } from '@/components/elapsed';
import classes from './parked_calls.module.css';
import type { SessionActions } from './session_actions';

/** The customers who wait, with music, for whoever takes them first. */
export function ParkedCalls({ session, parked, actions }: { session: AgentLive; parked: CallLive[]; actions: SessionActions }) {
  if (parked.length === 0) return null;
  const free = session.state === 'waiting' || (session.state === 'paused' && session.attempt_id === null);
  return (
    <section className={classes.parked} aria-label="Parked calls">
      <h2>Parked calls</h2>
      <ul>
        {parked.map((call) => (
          <li key={call.attempt_id}>
            <IconParking size={18} aria-hidden />
            <span className="tabular">{call.phone}</span>
            <span className={`${classes.since} tabular`}>
              <Elapsed since={call.since} />
            </span>
            <Button
              size="compact-sm"
              variant="light"
              disabled={!free}
              aria-label={`Retrieve ${call.phone}`}
              title={free ? undefined : 'Finish what you are doing first'}
              onClick={() => void actions.retrieve(call.attempt_id)}
            >
              Retrieve
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
