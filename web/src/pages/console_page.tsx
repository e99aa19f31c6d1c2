import { useQuery } from '@tanstack/react-query';
import { useCallback, useState } from 'react';
import type { ServerEvent } from '@/api/event_stream';
import { LiveStream } from '@/api/live_stream';
import { agentViewQuery } from '@/api/queries';
import { AccountMenu } from '@/app/account_menu';
import { StreamBanner } from '@/app/stream_banner';
import { Loading } from '@/components/async_state';
import { Logo } from '@/components/logo';
import { ChooseCampaign } from '@/features/console/choose_campaign';
import classes from '@/features/console/console.module.css';
import { Workspace } from '@/features/console/workspace';

/** The agent's page: choose a campaign, then work. */
export function ConsolePage() {
  const [goneReason, setGoneReason] = useState<string | null>(null);
  const onEvents = useCallback((events: ServerEvent[]) => {
    for (const event of events) {
      if (event.type === 'agent_gone') setGoneReason((event.data as { reason: string }).reason);
      if (event.type === 'agent') setGoneReason(null);
    }
  }, []);
  return (
    <LiveStream audience="agent" onEvents={onEvents}>
      <Content goneReason={goneReason} />
    </LiveStream>
  );
}

function Content({ goneReason }: { goneReason: string | null }) {
  const view = useQuery(agentViewQuery).data;
  if (view?.session) return <Workspace key={view.session.session_id} session={view.session} call={view.call} parked={view.parked} />;
  return (
    <div className={classes.console}>
      <header className={classes.bar}>
        <span className={classes.brand}>
          <Logo size={22} /> Carillon
        </span>
        <span className={classes.spacer} />
        <AccountMenu compact />
      </header>
      <StreamBanner />
      <main className={classes.plain}>{view ? <ChooseCampaign goneReason={goneReason} /> : <Loading />}</main>
    </div>
  );
}
