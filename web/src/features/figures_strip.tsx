import {
  IconBellRinging,
  IconDatabase,
  IconHeadset,
  IconHourglass,
  IconPhoneCall,
  IconPlayerPause,
  IconRobot,
  IconUsers,
} from '@tabler/icons-react';
import { useLive } from '@/api/live_stream';
import { Figure } from '@/components/figure';
import { FigureStrip } from '@/components/figure_strip';

/** The ten figures of the dashboard. */
export function DashboardFigures() {
  const figures = useLive((live) => live.figures);
  return (
    <FigureStrip label="Live figures" columns={10}>
      <Figure label="Agents logged in" value={figures?.agents_logged_in} icon={IconUsers} help="In all campaigns" />
      <Figure label="Agents paused" value={figures?.agents_paused} icon={IconPlayerPause} tone="paused" help="In all campaigns" />
      <Figure label="Agents waiting" value={figures?.agents_waiting} icon={IconHeadset} tone="waiting" help="Ready for the next call of the auto dialer" />
      <Figure label="Agents in call" value={figures?.agents_in_call} icon={IconPhoneCall} tone="in-call" help="Auto dialer" />
      <Figure label="Active calls" value={figures?.active_calls} icon={IconPhoneCall} tone="in-call" help="Auto dialer" />
      <Figure label="Calls waiting" value={figures?.calls_waiting} icon={IconHourglass} tone="queued" help="Answered, and no agent is free yet" />
      <Figure label="Calls ringing" value={figures?.calls_ringing} icon={IconBellRinging} tone="ringing" help="Placed and not answered yet, auto dialer" />
      <Figure label="Data remaining" value={figures?.data_remaining} icon={IconDatabase} help="Leads that could be dialed now, in all campaigns that are switched on" />
      <Figure label="AI calls ringing" value={figures?.ai_calls_ringing} icon={IconRobot} tone="ringing" help="Broadcast campaigns" />
      <Figure label="AI calls active" value={figures?.ai_calls_active} icon={IconRobot} tone="in-call" help="Broadcast campaigns" />
    </FigureStrip>
  );
}
