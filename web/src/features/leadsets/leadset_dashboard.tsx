import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { IconRecycle, IconRefresh } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { leadsetActivityQuery, leadsetStatsQuery } from '@/api/queries';
import type { Leadset, LeadsetActivity } from '@/api/types';
import { Empty, Ready } from '@/components/async_state';
import { Figure } from '@/components/figure';
import { FigureStrip } from '@/components/figure_strip';
import { Panel } from '@/components/panel';
import { PlainTable } from '@/components/plain_table';
import { LatestImports } from '@/features/imports/latest_imports';
import { LeadStatsView } from '@/features/lead_stats';
import { RunningJobs } from '@/features/leads/lead_jobs';
import { useUserNames } from '@/features/use_names';
import { DispositionPie } from './disposition_pie';
import classes from './leadset_dashboard.module.css';
import { Recycle } from './recycle';

const noDisposition = 'None given';

/** How a leadset stands and what came of its calls. */
export function LeadsetDashboard({ leadset, upload }: { leadset: Leadset; upload: ReactNode }) {
  const stats = useQuery(leadsetStatsQuery(leadset.id));
  const activity = useQuery(leadsetActivityQuery(leadset.id));
  const [recycling, setRecycling] = useState(false);
  const refresh = () => {
    void stats.refetch();
    void activity.refetch();
  };
  return (
    <>
      <RunningJobs leadsetId={leadset.id} onEnded={refresh} />
      <Panel
        title="Lead status"
        actions={
          <>
            <Button size="xs" variant="default" leftSection={<IconRecycle size={16} />} onClick={() => setRecycling(true)}>
              Data Recycle
            </Button>
            <Tooltip label="Refresh">
              <ActionIcon variant="default" aria-label="Refresh" loading={stats.isRefetching || activity.isRefetching} onClick={refresh}>
                <IconRefresh size={16} />
              </ActionIcon>
            </Tooltip>
          </>
        }
      >
        <Ready query={stats} rows={3}>
          {(data) => (data.total === 0 ? <Empty title="No leads yet" hint="Upload a CSV file, or add a lead by hand." action={upload} /> : <LeadStatsView stats={data} />)}
        </Ready>
      </Panel>
      <LatestImports leadsetId={leadset.id} />
      <Panel title="Call status">
        <Ready query={activity} rows={2}>
          {(data) => (
            <FigureStrip label="Call status">
              <Figure label="Answered" value={data.answered} tone="in-call" />
              <Figure label="Failed" value={data.failed} tone="failed" />
              <Figure label="In progress" value={data.in_progress} tone="dialing" />
              <Figure label="Ringing" value={data.ringing} tone="ringing" />
              <Figure label="Dropped" value={data.dropped} tone="queued" />
            </FigureStrip>
          )}
        </Ready>
      </Panel>
      <div className={classes.columns}>
        <Panel title="Dispositions">
          <Ready query={activity}>{(data) => <Dispositions activity={data} />}</Ready>
        </Panel>
        <Panel title="Lead agents activity" flush>
          <Ready query={activity}>{(data) => <Agents activity={data} />}</Ready>
        </Panel>
      </div>
      <Recycle leadsetId={leadset.id} opened={recycling} onClose={() => setRecycling(false)} />
    </>
  );
}

function named(disposition: string): string {
  return disposition || noDisposition;
}

function Dispositions({ activity }: { activity: LeadsetActivity }) {
  const counts = activity.dispositions.map(({ disposition, calls }) => ({ name: named(disposition), calls })).sort((a, b) => b.calls - a.calls);
  if (counts.length === 0) return <Empty title="No call has a disposition yet" hint="Agents give one after each call." />;
  return <DispositionPie counts={counts} />;
}

/** A row for each agent, a column for each disposition that anybody gave. */
function Agents({ activity }: { activity: LeadsetActivity }) {
  const users = useUserNames();
  const dispositions = [...new Set(activity.agents.flatMap((agent) => agent.dispositions.map(({ disposition }) => disposition)))].sort();
  return (
    <PlainTable
      label="Lead agents activity"
      rows={activity.agents}
      rowKey={(row) => row.agent_id}
      empty="No agent has taken a call of these leads yet."
      columns={[
        { header: 'Agent', cell: (row) => users.get(row.agent_id) ?? `Agent ${row.agent_id}` },
        { header: 'Calls', number: true, cell: (row) => row.calls },
        ...dispositions.map((disposition) => ({
          header: named(disposition),
          number: true,
          cell: (row: LeadsetActivity['agents'][number]) => row.dispositions.find((each) => each.disposition === disposition)?.calls ?? 0,
        })),
      ]}
    />
  );
}
