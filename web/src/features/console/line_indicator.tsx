import { IconPhone, IconPhoneOff, IconRefresh } from '@tabler/icons-react';
import type { AgentLive } from '@/api/types';
import classes from './line.module.css';
import type { AgentLineControl } from './use_agent_line';

interface Props {
  session: AgentLive;
  line: AgentLineControl;
}

/** Whether the agent can be heard: both this browser and the server must say so. */
export function LineIndicator({ session, line }: Props) {
  const up = session.line_up && line.state === 'up';
  const label = up ? 'Line up' : line.state === 'interrupted' ? 'Reconnecting' : line.state === 'replaced' ? 'Elsewhere' : 'Connecting';
  const Sign = up ? IconPhone : line.state === 'replaced' ? IconPhoneOff : IconRefresh;
  return (
    <span className={classes.indicator} data-up={up || undefined} role="status">
      <Sign size={15} stroke={2.2} aria-hidden />
      {label}
    </span>
  );
}
