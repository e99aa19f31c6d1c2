import { IconPlus } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import type { ColDef, ICellRendererParams } from 'ag-grid-community';
import { useMemo } from 'react';
import { api, unwrap } from '@/api/client';
import { campaignsQuery, scriptsQuery } from '@/api/queries';
import type { Script } from '@/api/types';
import { DataGrid } from '@/components/data_grid';
import { LinkButton } from '@/components/link_button';
import { deleteEach } from '@/features/delete_each';
import { useTableView } from '@/features/use_table_view';
import { plainText } from './script_text';

interface Row extends Script {
  campaigns: string;
}

export function ScriptTable() {
  const scripts = useQuery(scriptsQuery);
  const campaigns = useQuery(campaignsQuery);
  const [view, setView] = useTableView();
  const navigate = useNavigate();
  const client = useQueryClient();
  const rows = useMemo(
    () =>
      scripts.data?.map((script): Row => {
        const users = campaigns.data?.filter((campaign) => campaign.script_id === script.id);
        return { ...script, campaigns: users?.map((campaign) => campaign.name).join(', ') ?? '' };
      }),
    [scripts.data, campaigns.data],
  );
  return (
    <DataGrid
      label="Scripts"
      noun={['script', 'scripts']}
      rows={rows}
      error={scripts.error}
      columns={columns}
      view={view}
      onView={setView}
      onRefresh={() => void scripts.refetch()}
      refreshing={scripts.isFetching}
      onOpen={(row) => void navigate({ to: '/scripts/$id', params: { id: String(row.id) } })}
      onDelete={async (chosen) => {
        await deleteEach(chosen, (id) => unwrap(api.DELETE('/scripts/{id}', { params: { path: { id } } })));
        await client.invalidateQueries({ queryKey: ['script'] });
      }}
      toolbar={<NewScript />}
      empty={{
        title: 'No script yet',
        hint: 'A script is what agents read to customers, with the lead’s name and details filled in.',
        action: <NewScript />,
      }}
    />
  );
}

function NewScript() {
  return (
    <LinkButton to="/scripts/$id" params={{ id: 'new' }} leftSection={<IconPlus size={16} />}>
      New script
    </LinkButton>
  );
}

const columns: ColDef<Row>[] = [
  { field: 'name', headerName: 'Name', minWidth: 160, cellRenderer: NameCell },
  { field: 'campaigns', headerName: 'Campaigns', minWidth: 160 },
  { colId: 'body', headerName: 'Text', flex: 3, minWidth: 220, valueGetter: ({ data }) => plainText(data?.body ?? '') },
];

function NameCell({ data }: ICellRendererParams<Row>) {
  return data ? (
    <Link to="/scripts/$id" params={{ id: String(data.id) }} className="cell-link">
      {data.name}
    </Link>
  ) : null;
}
