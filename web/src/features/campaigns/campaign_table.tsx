import { IconPlus } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import type { ColDef, ICellRendererParams } from 'ag-grid-community';
import { useMemo } from 'react';
import { api, unwrap } from '@/api/client';
import { useLive } from '@/api/live_stream';
import { campaignsQuery } from '@/api/queries';
import type { Campaign, CampaignLive, LeadStats } from '@/api/types';
import { LinkButton } from '@/components/link_button';
import { deleteEach } from '@/features/delete_each';
import { DataGrid, numberColumn } from '@/components/data_grid';
import { useTableView } from '@/features/use_table_view';
import { unansweredCalls } from './campaign_series';
import { CampaignSwitch } from './campaign_switch';
import { dialerTypes } from './dialer_types';

interface Row extends Campaign {
  live: CampaignLive | undefined;
  stats: LeadStats | undefined;
}

export function CampaignTable() {
  const campaigns = useQuery(campaignsQuery);
  const live = useLive((all) => all.campaigns);
  const stats = useLive((all) => all.lead_stats);
  const [view, setView] = useTableView();
  const navigate = useNavigate();
  const client = useQueryClient();

  const rows = useMemo(
    () =>
      campaigns.data?.map((campaign): Row => ({
        ...campaign,
        live: live?.find((each) => each.campaign_id === campaign.id),
        stats: stats?.[campaign.id],
      })),
    [campaigns.data, live, stats],
  );

  return (
    <DataGrid
      label="Campaigns"
      noun={['campaign', 'campaigns']}
      rows={rows}
      error={campaigns.error}
      columns={columns}
      view={view}
      onView={setView}
      onRefresh={() => void campaigns.refetch()}
      refreshing={campaigns.isFetching}
      onOpen={(row) => void navigate({ to: '/campaigns/$id', params: { id: String(row.id) } })}
      onDelete={async (chosen) => {
        await deleteEach(chosen, (id) => unwrap(api.DELETE('/campaigns/{id}', { params: { path: { id } } })));
        await client.invalidateQueries({ queryKey: ['campaign'] });
      }}
      toolbar={<NewCampaign />}
      empty={{
        title: 'No campaign yet',
        hint: 'A campaign dials the leads of its leadsets for its agents. Create one; you will need a trunk, and best a script.',
        action: <NewCampaign />,
      }}
    />
  );
}

function NewCampaign() {
  return (
    <LinkButton to="/campaigns/new" leftSection={<IconPlus size={16} />}>
      New campaign
    </LinkButton>
  );
}

const columns: ColDef<Row>[] = [
  { field: 'name', headerName: 'Name', flex: 3, minWidth: 190, tooltipField: 'name', cellRenderer: NameCell },
  {
    colId: 'active',
    headerName: 'State',
    width: 84,
    minWidth: 84,
    flex: 0,
    valueGetter: ({ data }) => (data?.active ? 'On' : 'Off'),
    cellRenderer: SwitchCell,
  },
  { colId: 'type', headerName: 'Type', width: 92, minWidth: 92, flex: 0, valueGetter: ({ data }) => data && dialerTypes[data.type].label },
  { colId: 'source_statuses', headerName: 'Source status', minWidth: 140, initialHide: true, valueGetter: ({ data }) => data?.source_statuses?.join(', ') },
  { ...numberColumn, field: 'cps', headerName: 'CPS', headerTooltip: 'New calls a second', width: 84, initialHide: true },
  { ...numberColumn, field: 'channels', headerName: 'Channels', headerTooltip: 'Calls at once', initialHide: true },
  { ...numberColumn, colId: 'agents', headerName: 'Agents', width: 84, valueGetter: ({ data }) => data?.live?.agents_logged_in ?? 0 },
  { ...numberColumn, colId: 'waiting', headerName: 'Waiting', width: 88, valueGetter: ({ data }) => data?.live?.agents_waiting ?? 0 },
  { ...numberColumn, colId: 'in_call', headerName: 'In call', width: 80, valueGetter: ({ data }) => data?.live?.agents_in_call ?? 0 },
  { ...numberColumn, colId: 'ringing', headerName: 'Ringing', width: 88, valueGetter: ({ data }) => (data?.live ? unansweredCalls(data.live) : 0) },
  { ...numberColumn, colId: 'dialable', headerName: 'Dialable', width: 94, valueGetter: ({ data }) => data?.stats?.dialable ?? 0 },
  { ...numberColumn, colId: 'answered_today', headerName: 'Answered', headerTooltip: 'Answered today', valueGetter: ({ data }) => data?.live?.answered_today ?? 0 },
  {
    ...numberColumn,
    colId: 'dropped_today',
    headerName: 'Dropped',
    headerTooltip: 'In percent of the calls that were answered today',
    valueGetter: ({ data }) => (data?.live ? droppedPercent(data.live) : null),
    valueFormatter: ({ value }) => (typeof value === 'number' ? `${value.toFixed(1)} %` : '–'),
  },
  {
    colId: 'now',
    headerName: 'Right now',
    flex: 2,
    minWidth: 180,
    valueGetter: ({ data }) => (data ? situation(data) : ''),
    tooltipValueGetter: ({ value }) => String(value),
  },
];

/** With one decimal, as it is shown: a filter for that number finds it. */
function droppedPercent({ answered_today, dropped_today }: CampaignLive): number | null {
  const all = answered_today + dropped_today;
  return all > 0 ? Math.round((1000 * dropped_today) / all) / 10 : null;
}

function situation({ active, live }: Row): string {
  if (!active) return 'Switched off';
  if (!live) return '';
  return live.idle_reason || 'Dialing';
}

function NameCell({ data }: ICellRendererParams<Row>) {
  if (!data) return null;
  return (
    <Link to="/campaigns/$id" params={{ id: String(data.id) }} className="cell-link">
      {data.name}
    </Link>
  );
}

function SwitchCell({ data }: ICellRendererParams<Row>) {
  return data ? <CampaignSwitch campaign={data} /> : null;
}
