import { ActionIcon, Menu } from '@mantine/core';
import { IconDotsVertical, IconFileImport, IconLogout, IconPlayerPause, IconPlus, IconUsersPlus } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import type { ColDef, ICellRendererParams } from 'ag-grid-community';
import { useMemo } from 'react';
import { api, unwrap } from '@/api/client';
import { useLive } from '@/api/live_stream';
import { sipProfilesQuery, usersQuery } from '@/api/queries';
import type { AgentLive, Presence, SipProfile, User } from '@/api/types';
import { showError } from '@/app/errors';
import { useConfirm } from '@/components/confirm';
import { DataGrid, numberColumn, timeColumn } from '@/components/data_grid';
import { serverNow } from '@/components/clock';
import { Elapsed } from '@/components/elapsed';
import { LinkButton } from '@/components/link_button';
import { deleteEach } from '@/features/delete_each';
import { AgentStateBadge, LoggedOutBadge, OnlineBadge, PhoneBadge } from '@/features/state_badges';
import { agentStates, lookOf, pauseWords } from '@/features/states';
import { sipProtocols } from '@/features/people/sip_protocols';
import { useCampaignNames } from '@/features/use_names';
import { useTableView } from '@/features/use_table_view';

interface Row extends User {
  live: AgentLive | undefined;
  presence: Presence | undefined;
  campaign: string;
  profile: string;
  profileSettings: SipProfile | undefined;
}

export function AgentTable() {
  const users = useQuery(usersQuery);
  const live = useLive((all) => all.agents);
  const presence = useLive((all) => all.presence);
  const profiles = useQuery(sipProfilesQuery);
  const campaigns = useCampaignNames();
  const [view, setView] = useTableView();
  const navigate = useNavigate();
  const client = useQueryClient();
  const rows = useMemo(
    () =>
      users.data
        ?.filter((user) => user.role === 'agent')
        .map((user): Row => {
          const session = live?.find((each) => each.agent_id === user.id);
          const profile = profiles.data?.find((each) => each.id === user.sip_profile_id);
          return {
            ...user,
            live: session,
            presence: presence?.find((each) => each.user_id === user.id),
            campaign: session ? (campaigns.get(session.campaign_id) ?? '') : '',
            profile: profile?.name ?? '',
            profileSettings: profile,
          };
        }),
    [users.data, live, presence, campaigns, profiles.data],
  );
  return (
    <DataGrid
      label="Agents"
      noun={['agent', 'agents']}
      rows={rows}
      error={users.error}
      columns={columns}
      view={view}
      onView={setView}
      onRefresh={() => void users.refetch()}
      refreshing={users.isFetching}
      onOpen={(row) => void navigate({ to: '/agents/$id', params: { id: String(row.id) } })}
      onDelete={async (chosen) => {
        await deleteEach(chosen, (id) => unwrap(api.DELETE('/users/{id}', { params: { path: { id } } })));
        await client.invalidateQueries({ queryKey: ['user'] });
      }}
      toolbar={
        <>
          <LinkButton to="/agents/import" variant="default" leftSection={<IconFileImport size={16} />}>
            Import
          </LinkButton>
          <LinkButton to="/agents/bulk" variant="default" leftSection={<IconUsersPlus size={16} />}>
            Create many
          </LinkButton>
          <NewAgent />
        </>
      }
      empty={{
        title: 'No agent yet',
        hint: 'Agents talk to the customers. Create one, then choose them in a campaign.',
        action: <NewAgent />,
      }}
    />
  );
}

function NewAgent() {
  return (
    <LinkButton to="/agents/$id" params={{ id: 'new' }} leftSection={<IconPlus size={16} />}>
      New agent
    </LinkButton>
  );
}

const columns: ColDef<Row>[] = [
  { field: 'name', headerName: 'Name', flex: 2, minWidth: 150, cellRenderer: NameCell },
  { field: 'username', headerName: 'User name', minWidth: 120 },
  {
    colId: 'state',
    headerName: 'State',
    minWidth: 190,
    valueGetter: ({ data }) =>
      data?.live ? `${lookOf(agentStates, data.live.state).label} ${pauseWords(data.live.pause_reason)}`.trim() : 'Logged out',
    cellRenderer: StateCell,
  },
  { colId: 'since', headerName: 'For', width: 92, flex: 0, valueGetter: ({ data }) => data?.live?.since, cellRenderer: SinceCell, filter: false, getQuickFilterText: () => '' },
  { field: 'campaign', headerName: 'Campaign', minWidth: 140 },
  { ...numberColumn, colId: 'handled', headerName: 'Calls', width: 90, valueGetter: ({ data }) => data?.live?.handled ?? 0 },
  {
    colId: 'line',
    headerName: 'Line',
    width: 130,
    flex: 0,
    valueGetter: ({ data }) => {
      const kind = data?.line === 'desk_phone' ? 'Desk phone' : 'Browser';
      return data?.live && !data.live.line_up ? `${kind}, down` : kind;
    },
  },
  { colId: 'online', headerName: 'Online', width: 110, flex: 0, valueGetter: ({ data }) => (data?.presence?.online ? 'Online' : 'Offline'), cellRenderer: OnlineCell },
  {
    colId: 'phone',
    headerName: 'Desk phone',
    minWidth: 200,
    valueGetter: ({ data }) => {
      const phone = data?.presence?.phone;
      if (phone) return `Registered ${phone.address} (${phone.transport.toUpperCase()})`;
      return data?.sip_username ? 'Not registered' : '';
    },
    cellRenderer: PhoneCell,
  },
  { field: 'profile', headerName: 'SIP profile', minWidth: 130 },
  { colId: 'protocol', headerName: 'Protocol', minWidth: 170, valueGetter: ({ data }) => (data?.profileSettings ? sipProtocols[data.profileSettings.protocol] : '') },
  {
    colId: 'sip_ping',
    headerName: 'SIP ping',
    width: 100,
    flex: 0,
    initialHide: true,
    valueGetter: ({ data }) => (data?.profileSettings && data.profileSettings.protocol !== 'webrtc' ? (data.profileSettings.sip_ping ? 'On' : 'Off') : ''),
  },
  { ...numberColumn, colId: 'bandwidth_kbps', headerName: 'Bandwidth', headerTooltip: 'In kbit/s', width: 116, initialHide: true, valueGetter: ({ data }) => data?.profileSettings?.bandwidth_kbps },
  { ...numberColumn, colId: 'cps', headerName: 'CPS', headerTooltip: 'New calls a second', width: 84, initialHide: true, valueGetter: ({ data }) => data?.profileSettings?.cps },
  { ...numberColumn, colId: 'channels', headerName: 'Channels', headerTooltip: 'Calls at once', initialHide: true, valueGetter: ({ data }) => data?.profileSettings?.channels },
  { colId: 'dial_pattern', headerName: 'Dial pattern', minWidth: 130, initialHide: true, valueGetter: ({ data }) => data?.profileSettings?.dial_pattern ?? '' },
  timeColumn('last_seen_at', 'Last seen', lastSeen, (row) => (row.presence?.online ? 'Now' : '')),
  { colId: 'actions', headerName: '', width: 60, flex: 0, sortable: false, filter: false, resizable: false, cellRenderer: ActionsCell },
];

/** What was pushed is newer than what the list was fetched with. */
function lastSeen({ presence, last_seen_at }: Row): number | null {
  if (presence?.online) return serverNow();
  return Math.max(presence?.since ?? 0, last_seen_at ?? 0) || null;
}

function OnlineCell({ data }: ICellRendererParams<Row>) {
  return data ? <OnlineBadge on={data.presence?.online ?? false} /> : null;
}

function PhoneCell({ data }: ICellRendererParams<Row>) {
  if (!data || (!data.sip_username && !data.presence?.phone)) return null;
  const phone = data.presence?.phone;
  return <PhoneBadge on={Boolean(phone)} detail={phone ? `${phone.address} (${phone.transport.toUpperCase()})` : ''} />;
}

function NameCell({ data }: ICellRendererParams<Row>) {
  return data ? (
    <Link to="/agents/$id" params={{ id: String(data.id) }} className="cell-link">
      {data.name}
    </Link>
  ) : null;
}

function StateCell({ data }: ICellRendererParams<Row>) {
  if (!data) return null;
  return data.live ? <AgentStateBadge state={data.live.state} reason={data.live.pause_reason} /> : <LoggedOutBadge />;
}

function SinceCell({ value }: ICellRendererParams<Row, number>) {
  return value ? <Elapsed since={value} /> : null;
}

function ActionsCell({ data }: ICellRendererParams<Row>) {
  return data?.live ? <AgentActions session={data.live} name={data.name} /> : null;
}

/** What a supervisor can do to an agent who is logged in. */
export function AgentActions({ session, name }: { session: AgentLive; name: string }) {
  const confirm = useConfirm();
  const params = { path: { id: session.session_id } };
  async function pause() {
    try {
      await unwrap(api.POST('/agent_sessions/{id}/pause', { params, body: { pause_reason: 'supervisor' } }));
    } catch (error) {
      showError(error);
    }
  }
  async function signOut() {
    const talking = session.state === 'in_call' || session.state === 'on_hold';
    const yes = await confirm({
      title: `Log ${name} out?`,
      text: talking ? 'One call is under way with this agent; it will be ended.' : 'The agent can log in again.',
      action: talking ? 'End the call and log out' : 'Log out',
      danger: true,
    });
    if (!yes) return;
    try {
      await unwrap(api.POST('/agent_sessions/{id}/sign_out', { params }));
    } catch (error) {
      showError(error);
    }
  }
  return (
    <Menu position="bottom-end" shadow="md">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={`Actions for ${name}`}>
          <IconDotsVertical size={17} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconPlayerPause size={16} />} disabled={session.state === 'paused'} onClick={() => void pause()}>
          Pause
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void signOut()}>
          Log out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
