import { Button } from '@mantine/core';
import { IconCopy, IconInfoCircle, IconPencil } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useMemo } from 'react';
import { api, unwrap } from '@/api/client';
import { showError } from '@/app/errors';
import { useLive } from '@/api/live_stream';
import { campaignQuery, campaignStatsQuery } from '@/api/queries';
import type { AgentLive, CallLive, Campaign } from '@/api/types';
import { Ready } from '@/components/async_state';
import { useConfirm } from '@/components/confirm';
import { Elapsed } from '@/components/elapsed';
import { Figure } from '@/components/figure';
import { FigureStrip } from '@/components/figure_strip';
import { LinkButton } from '@/components/link_button';
import { Page } from '@/components/page';
import { Panel } from '@/components/panel';
import { PlainTable } from '@/components/plain_table';
import { formatPercent } from '@/components/format';
import { AgentActions } from '@/features/agents/agent_table';
import { AgentsChart, CallersChart } from '@/features/campaigns/campaign_charts';
import { unansweredCalls, useCampaignSeries } from '@/features/campaigns/campaign_series';
import { CampaignSwitch } from '@/features/campaigns/campaign_switch';
import { dialerTypes } from '@/features/campaigns/dialer_types';
import { ManageAgents } from '@/features/campaigns/manage_agents';
import { LeadStatsView } from '@/features/lead_stats';
import { AgentStateBadge, CallStateBadge, LoggedOutBadge } from '@/features/state_badges';
import { useLeadsetsOf } from '@/features/leadsets/use_leadsets_of';
import { useUserNames } from '@/features/use_names';
import classes from './campaign_page.module.css';

export function CampaignPage() {
  const { id } = useParams({ from: '/supervisor/campaigns/$id' });
  const campaign = useQuery(campaignQuery(Number(id)));
  return <Ready query={campaign}>{(data) => <Overview key={data.id} campaign={data} />}</Ready>;
}

function Overview({ campaign }: { campaign: Campaign }) {
  const live = useLive((all) => all.campaigns.find((each) => each.campaign_id === campaign.id));
  const agents = useLive((all) => all.agents);
  const calls = useLive((all) => all.calls);
  const samples = useCampaignSeries(campaign.id);
  const mine = useMemo(() => agents?.filter((each) => each.campaign_id === campaign.id) ?? [], [agents, campaign.id]);
  const myCalls = useMemo(() => calls?.filter((each) => each.campaign_id === campaign.id) ?? [], [calls, campaign.id]);
  const queue = useMemo(() => inQueueOrder(mine), [mine]);
  const answered = live?.answered_today ?? 0;
  const dropped = live?.dropped_today ?? 0;

  return (
    <Page
      title={campaign.name}
      trail={<Link to="/">Campaigns</Link>}
      aside={<span className={classes.type}>{dialerTypes[campaign.type].label} dialer</span>}
      actions={
        <>
          <CampaignSwitch campaign={campaign} size="md" label={campaign.active ? 'On' : 'Off'} />
          <LinkButton to="/campaigns/new" search={{ copy: campaign.id }} variant="default" leftSection={<IconCopy size={16} />}>
            Clone
          </LinkButton>
          <LinkButton to="/campaigns/$id/edit" params={{ id: String(campaign.id) }} variant="default" leftSection={<IconPencil size={16} />}>
            Edit
          </LinkButton>
        </>
      }
    >
      <div role="status">
        {live && (live.idle_reason || !campaign.active) ? (
          <p className={classes.idle}>
            <IconInfoCircle size={18} aria-hidden />
            <span>
              <strong>Not dialing right now.</strong> {campaign.active ? live.idle_reason : 'The campaign is switched off.'}
            </span>
          </p>
        ) : null}
      </div>
      <FigureStrip label="This campaign now" columns={8}>
        <Figure label="Agents logged in" value={live?.agents_logged_in} />
        <Figure label="Waiting" value={live?.agents_waiting} tone="waiting" />
        <Figure label="In call" value={live?.agents_in_call} tone="in-call" />
        <Figure label="Calls in progress" value={live?.calls_active} tone="in-call" />
        <Figure label="Calls waiting" value={live?.calls_waiting} tone="queued" />
        <Figure label="Ringing" value={live && unansweredCalls(live)} tone="ringing" />
        <Figure label="Answered today" value={live?.answered_today} />
        <Figure label="Dropped today" value={live?.dropped_today} tone="queued" note={answered + dropped > 0 ? formatPercent(dropped, answered + dropped) : ''} />
      </FigureStrip>
      <div className={classes.columns}>
        <div className={classes.column}>
          <Panel title="Callers">
            <CallersChart samples={samples} />
          </Panel>
          <Panel title="Leads">
            <Stats campaign={campaign} />
          </Panel>
        </div>
        <div className={classes.column}>
          <Panel title="Agents">
            <AgentsChart samples={samples} />
          </Panel>
          <Panel title="Agents in the queue" flush>
            <Queue sessions={queue} />
          </Panel>
          <Panel title="Campaign agents" actions={<ManageAgents campaign={campaign} />} flush>
            <CampaignAgents campaign={campaign} sessions={mine} />
          </Panel>
          <Panel title="Leadsets" flush>
            <Leadsets campaign={campaign} />
          </Panel>
        </div>
      </div>
      <Panel title="Active calls" flush>
        <ActiveCalls calls={myCalls} />
      </Panel>
    </Page>
  );
}

function Stats({ campaign }: { campaign: Campaign }) {
  const pushed = useLive((all) => all.lead_stats[campaign.id]);
  const fetched = useQuery({ ...campaignStatsQuery(campaign.id), enabled: pushed === undefined });
  const query = pushed ? { ...fetched, data: pushed } : fetched;
  return <Ready query={query}>{(stats) => <LeadStatsView stats={stats} leadsetsLink />}</Ready>;
}

function Leadsets({ campaign }: { campaign: Campaign }) {
  const leadsets = useLeadsetsOf(campaign.id);
  return (
    <Ready query={leadsets} rows={2}>
      {(rows) => (
        <PlainTable
          label="Leadsets of this campaign"
          rows={rows}
          rowKey={(row) => row.id}
          empty={
            <>
              No leadset is assigned.{' '}
              <Link to="/leadsets/$id/edit" params={{ id: 'new' }}>
                Create a leadset
              </Link>{' '}
              for this campaign and upload leads.
            </>
          }
          columns={[
            {
              header: 'Name',
              cell: (row) => (
                <Link to="/leadsets/$id" params={{ id: String(row.id) }} className="cell-link">
                  {row.name}
                </Link>
              ),
            },
            { header: 'State', cell: (row) => (row.active ? 'On' : 'Off') },
            { header: 'Description', cell: (row) => row.description },
          ]}
        />
      )}
    </Ready>
  );
}

/** Who waits for a call comes first, the longest waiting at the head; then all others. */
function inQueueOrder(sessions: AgentLive[]): AgentLive[] {
  const place = ({ state }: AgentLive) => (state === 'waiting' ? 0 : 1);
  return sessions.toSorted((a, b) => place(a) - place(b) || a.since - b.since);
}

function Queue({ sessions }: { sessions: AgentLive[] }) {
  const names = useUserNames();
  return (
    <PlainTable
      label="Agents in the queue"
      rows={sessions}
      rowKey={(row) => row.session_id}
      empty="No agent is logged in to this campaign."
      columns={[
        { header: 'Agent', cell: (row) => names.get(row.agent_id) ?? row.agent_id },
        { header: 'State', cell: (row) => <AgentStateBadge state={row.state} reason={row.pause_reason} /> },
        { header: 'For', number: true, cell: (row) => <Elapsed since={row.since} /> },
        { header: 'Calls handled', number: true, cell: (row) => row.handled },
        {
          header: 'Actions',
          hideHeader: true,
          number: true,
          cell: (row) => <AgentActions session={row} name={names.get(row.agent_id) ?? 'this agent'} />,
        },
      ]}
    />
  );
}

function CampaignAgents({ campaign, sessions }: { campaign: Campaign; sessions: AgentLive[] }) {
  const names = useUserNames();
  return (
    <PlainTable
      label="Agents of this campaign"
      rows={campaign.agent_ids ?? []}
      rowKey={(id) => id}
      empty="Nobody may choose this campaign yet. Press Manage Agents."
      columns={[
        {
          header: 'Agent',
          cell: (id) => (
            <Link to="/agents/$id" params={{ id: String(id) }} className="cell-link">
              {names.get(id) ?? id}
            </Link>
          ),
        },
        {
          header: 'State',
          cell: (id) => {
            const session = sessions.find((each) => each.agent_id === id);
            return session ? <AgentStateBadge state={session.state} reason={session.pause_reason} /> : <LoggedOutBadge />;
          },
        },
      ]}
    />
  );
}

function ActiveCalls({ calls }: { calls: CallLive[] }) {
  const names = useUserNames();
  return (
    <PlainTable
      label="Active calls"
      rows={calls.slice(0, 200)}
      rowKey={(row) => row.attempt_id}
      empty="No call is under way."
      columns={[
        { header: 'Phone', cell: (row) => <span className="tabular">{row.phone}</span> },
        { header: 'State', cell: (row) => <CallStateBadge state={row.state} /> },
        { header: 'For', number: true, cell: (row) => <Elapsed since={row.since} /> },
        { header: 'Started', number: true, cell: (row) => new Date(row.started_at).toLocaleTimeString() },
        { header: 'Agent', cell: (row) => (row.agent_id ? (names.get(row.agent_id) ?? row.agent_id) : '') },
        { header: 'Call', number: true, cell: (row) => row.attempt_id },
        { header: 'Actions', hideHeader: true, cell: (row) => <EndCall call={row} /> },
      ]}
    />
  );
}

function EndCall({ call }: { call: CallLive }) {
  const confirm = useConfirm();
  async function end() {
    const yes = await confirm({
      title: `End the call with ${call.phone}?`,
      text: 'The customer is cut off. An agent who talks with them goes to wrap-up.',
      action: 'End the call',
      danger: true,
    });
    if (!yes) return;
    try {
      await unwrap(api.POST('/live/calls/{id}/end', { params: { path: { id: call.attempt_id } } }));
    } catch (error) {
      showError(error);
    }
  }
  return (
    <Button variant="default" size="compact-sm" aria-label={`End the call with ${call.phone}`} onClick={() => void end()}>
      End
    </Button>
  );
}
