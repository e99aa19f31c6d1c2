import { IconPlus } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import type { ColDef, ICellRendererParams } from 'ag-grid-community';
import { useMemo } from 'react';
import { api, unwrap } from '@/api/client';
import { leadsetsQuery } from '@/api/queries';
import type { Leadset } from '@/api/types';
import { DataGrid } from '@/components/data_grid';
import { formatCount } from '@/components/format';
import { LinkButton } from '@/components/link_button';
import { deleteEach } from '@/features/delete_each';
import { useCampaignNames } from '@/features/use_names';
import { useTableView } from '@/features/use_table_view';
import { LeadsetSwitch } from './leadset_switch';

interface Row extends Leadset {
  campaign: string;
}

export function LeadsetTable() {
  const leadsets = useQuery(leadsetsQuery);
  const campaigns = useCampaignNames();
  const [view, setView] = useTableView();
  const navigate = useNavigate();
  const client = useQueryClient();
  const rows = useMemo(
    () =>
      leadsets.data?.map((leadset): Row => ({
        ...leadset,
        campaign: leadset.campaign_id ? (campaigns.get(leadset.campaign_id) ?? '') : '',
      })),
    [leadsets.data, campaigns],
  );
  return (
    <DataGrid
      label="Leadsets"
      noun={['leadset', 'leadsets']}
      consequence={leadsOf}
      rows={rows}
      error={leadsets.error}
      columns={columns}
      view={view}
      onView={setView}
      onRefresh={() => void leadsets.refetch()}
      refreshing={leadsets.isFetching}
      onOpen={(row) => void navigate({ to: '/leadsets/$id', params: { id: String(row.id) } })}
      onDelete={async (chosen) => {
        await deleteEach(chosen, (id) => unwrap(api.DELETE('/leadsets/{id}', { params: { path: { id } } })));
        await client.invalidateQueries({ queryKey: ['leadset'] });
      }}
      toolbar={<NewLeadset />}
      empty={{
        title: 'No leadset yet',
        hint: 'A leadset is a list of leads for one campaign. Create one, then upload a file of leads into it.',
        action: <NewLeadset />,
      }}
    />
  );
}

/** How many leads go with these leadsets, as a sentence. */
async function leadsOf(leadsets: Row[]): Promise<string> {
  const pending = leadsets.map(({ id }) => unwrap(api.GET('/leadsets/{id}/lead_count', { params: { path: { id } } })));
  const leads = await Promise.all(pending).then(
    (counts) => counts.reduce((sum, { total }) => sum + total, 0),
    () => null,
  );
  if (leads === null) return 'All leads in them are deleted, too; how many could not be found out.';
  if (leads === 0) return leadsets.length === 1 ? 'It holds no leads.' : 'They hold no leads.';
  return `${leadsets.length === 1 ? 'It holds' : 'They hold'} ${formatCount(leads)} ${leads === 1 ? 'lead, which is' : 'leads, which are'} deleted, too.`;
}

function NewLeadset() {
  return (
    <LinkButton to="/leadsets/$id/edit" params={{ id: 'new' }} leftSection={<IconPlus size={16} />}>
      New leadset
    </LinkButton>
  );
}

const columns: ColDef<Row>[] = [
  { field: 'name', headerName: 'Name', flex: 2, minWidth: 160, cellRenderer: NameCell },
  {
    colId: 'active',
    headerName: 'State',
    width: 100,
    flex: 0,
    valueGetter: ({ data }) => (data?.active ? 'On' : 'Off'),
    cellRenderer: SwitchCell,
  },
  { field: 'campaign', headerName: 'Campaign', minWidth: 150 },
  { field: 'description', headerName: 'Description', flex: 3, minWidth: 180 },
];

function NameCell({ data }: ICellRendererParams<Row>) {
  return data ? (
    <Link to="/leadsets/$id" params={{ id: String(data.id) }} className="cell-link">
      {data.name}
    </Link>
  ) : null;
}

function SwitchCell({ data }: ICellRendererParams<Row>) {
  return data ? <LeadsetSwitch leadset={data} /> : null;
}
