import { IconPencil, IconPlus, IconUpload } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import type { ColDef, ICellRendererParams } from 'ag-grid-community';
import { useCallback } from 'react';
import { api, unwrap } from '@/api/client';
import { leadsetQuery, leadsetStatsQuery } from '@/api/queries';
import type { Lead, Leadset } from '@/api/types';
import { Ready } from '@/components/async_state';
import { numberColumn } from '@/components/data_grid';
import { formatTime } from '@/components/format';
import { LinkButton } from '@/components/link_button';
import { Page } from '@/components/page';
import { Panel } from '@/components/panel';
import { RemoteGrid, type PageRequest } from '@/components/remote_grid';
import { LeadStatsView } from '@/features/lead_stats';
import { LeadsetSwitch } from '@/features/leadsets/leadset_switch';
import { leadFieldGroups, leadFieldLabel } from '@/features/leads/lead_columns';
import { OutcomeBadge } from '@/features/state_badges';
import { useCampaignNames } from '@/features/use_names';
import { useTableView } from '@/features/use_table_view';

export function LeadsetPage() {
  const { id } = useParams({ from: '/supervisor/leadsets/$id' });
  const leadset = useQuery(leadsetQuery(Number(id)));
  return <Ready query={leadset}>{(data) => <LeadsetView key={data.id} leadset={data} />}</Ready>;
}

function LeadsetView({ leadset }: { leadset: Leadset }) {
  const campaigns = useCampaignNames();
  const params = { id: String(leadset.id) };
  const upload = (
    <LinkButton to="/leadsets/$id/upload" params={params} leftSection={<IconUpload size={16} />}>
      Upload leads
    </LinkButton>
  );
  return (
    <Page
      title={leadset.name}
      fill
      trail={
        <Link to="/" search={{ tab: 'leadsets' }}>
          Leadsets
        </Link>
      }
      aside={
        leadset.campaign_id ? (
          <Link to="/campaigns/$id" params={{ id: String(leadset.campaign_id) }} style={{ color: 'var(--ink-dim)' }}>
            {campaigns.get(leadset.campaign_id) ?? ''}
          </Link>
        ) : (
          <span style={{ color: 'var(--ink-dim)' }}>No campaign: nothing is dialed</span>
        )
      }
      actions={
        <>
          <LeadsetSwitch leadset={leadset} label={leadset.active ? 'On' : 'Off'} />
          <LinkButton to="/leadsets/$id/edit" params={params} variant="default" leftSection={<IconPencil size={16} />}>
            Edit
          </LinkButton>
          <LinkButton to="/leadsets/$id/add" params={params} variant="default" leftSection={<IconPlus size={16} />}>
            Add lead
          </LinkButton>
          {upload}
        </>
      }
    >
      <Panel title="Lead status">
        <Stats id={leadset.id} />
      </Panel>
      <Panel title="Leads" flush fill>
        <Leads leadset={leadset} upload={upload} />
      </Panel>
    </Page>
  );
}

function Stats({ id }: { id: number }) {
  const stats = useQuery(leadsetStatsQuery(id));
  return (
    <Ready query={stats} rows={3}>
      {(data) => <LeadStatsView stats={data} />}
    </Ready>
  );
}

function Leads({ leadset, upload }: { leadset: Leadset; upload: React.ReactNode }) {
  const { status } = useSearch({ from: '/supervisor/leadsets/$id' });
  const [view, setView] = useTableView();
  const navigate = useNavigate();
  const client = useQueryClient();
  const stats = useQuery(leadsetStatsQuery(leadset.id));
  const fetchPage = useCallback(
    ({ offset, limit, sort }: PageRequest) =>
      client.fetchQuery({
        queryKey: ['lead', 'page', leadset.id, offset, limit, sort, view.search, status],
        queryFn: () =>
          unwrap(
            api.GET('/leadsets/{id}/leads', {
              params: { path: { id: leadset.id }, query: { offset, limit, sort, search: view.search, status } },
            }),
          ),
        staleTime: 500,
      }),
    [client, leadset.id, view.search, status],
  );
  return (
    <RemoteGrid<Lead>
      label="Leads"
      columns={columns}
      hiddenAtFirst={hiddenAtFirst}
      view={view}
      onView={setView}
      fetchPage={fetchPage}
      source={`${leadset.id} ${status ?? ''}`}
      version={stats.dataUpdatedAt}
      onOpen={(row) => void navigate({ to: '/leads/$id', params: { id: String(row.id) } })}
      empty={
        view.search || status
          ? { title: 'No lead matches', hint: 'Try another search.' }
          : { title: 'No leads yet', hint: 'Upload a CSV file, or add a lead by hand.', action: upload }
      }
    />
  );
}

const shownText = ['first_name', 'last_name', 'city', 'state'];
const allText = leadFieldGroups.flatMap((group) => [...group.fields]).filter((field) => field !== 'phone' && !shownText.includes(field));
const hiddenAtFirst = [...allText, 'priority', 'comments', 'created_at', 'modified_at', 'not_call_until'];

const columns: ColDef<Lead>[] = [
  { field: 'phone', headerName: 'Phone', width: 160, cellRenderer: PhoneCell },
  { field: 'status', headerName: 'Status', width: 110 },
  ...shownText.map((field): ColDef<Lead> => ({ field: field as keyof Lead, headerName: leadFieldLabel(field), width: 140 })),
  { ...numberColumn, filter: false, field: 'called_count', headerName: 'Called', width: 100 },
  { field: 'last_outcome', headerName: 'Last outcome', width: 160, cellRenderer: OutcomeCell },
  { field: 'last_disposition', headerName: 'Last disposition', width: 170 },
  { field: 'last_called_at', headerName: 'Last called', width: 190, valueFormatter: ({ value }) => formatTime(value as number | null) },
  { field: 'finished', headerName: 'Finished', width: 110, valueFormatter: ({ value }) => (value ? 'Yes' : '') },
  { field: 'not_call_until', headerName: 'Not call until', width: 190, valueFormatter: ({ value }) => formatTime(value as number | null) },
  { ...numberColumn, filter: false, field: 'priority', headerName: 'Priority', width: 100 },
  ...allText.map((field): ColDef<Lead> => ({ field: field, headerName: leadFieldLabel(field) })),
  { field: 'comments', headerName: 'Comments', width: 240 },
  { field: 'created_at', headerName: 'Created', width: 190, valueFormatter: ({ value }) => formatTime(value as number) },
  { field: 'modified_at', headerName: 'Modified', width: 190, valueFormatter: ({ value }) => formatTime(value as number) },
];

function PhoneCell({ data }: ICellRendererParams<Lead>) {
  return data ? (
    <Link to="/leads/$id" params={{ id: String(data.id) }} className="cell-link">
      {data.phone}
    </Link>
  ) : (
    '…'
  );
}

function OutcomeCell({ data }: ICellRendererParams<Lead>) {
  return data?.last_outcome && data.called_count > 0 ? <OutcomeBadge outcome={data.last_outcome} /> : null;
}
