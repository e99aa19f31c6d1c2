import { IconPlus } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import type { ColDef, ICellRendererParams } from 'ag-grid-community';
import { useMemo } from 'react';
import { api, unwrap } from '@/api/client';
import { sipProfilesQuery, usersQuery } from '@/api/queries';
import type { SipProfile } from '@/api/types';
import { DataGrid, numberColumn } from '@/components/data_grid';
import { LinkButton } from '@/components/link_button';
import { Page } from '@/components/page';
import { Panel } from '@/components/panel';
import { deleteEach } from '@/features/delete_each';
import { sipProtocols } from '@/features/people/sip_protocols';
import { useMe } from '@/features/session/use_me';
import { useTableView } from '@/features/use_table_view';

interface Row extends SipProfile {
  agents: number;
}

export function SipProfilesPage() {
  const profiles = useQuery(sipProfilesQuery);
  const users = useQuery(usersQuery);
  const [view, setView] = useTableView();
  const navigate = useNavigate();
  const client = useQueryClient();
  const mayChange = useMe().role === 'administrator';
  const rows = useMemo(
    () =>
      profiles.data?.map((profile): Row => ({
        ...profile,
        agents: users.data?.filter((user) => user.sip_profile_id === profile.id).length ?? 0,
      })),
    [profiles.data, users.data],
  );
  const add = mayChange ? (
    <LinkButton to="/sip-profiles/$id" params={{ id: 'new' }} leftSection={<IconPlus size={16} />}>
      New SIP profile
    </LinkButton>
  ) : null;
  return (
    <Page title="SIP profiles" fill>
      <Panel flush fill>
        <DataGrid
          label="SIP profiles"
          noun={['SIP profile', 'SIP profiles']}
          rows={rows}
          error={profiles.error}
          columns={columns}
          view={view}
          onView={setView}
          onRefresh={() => void profiles.refetch()}
          refreshing={profiles.isFetching}
          onOpen={(row) => void navigate({ to: '/sip-profiles/$id', params: { id: String(row.id) } })}
          {...(mayChange
            ? {
                onDelete: async (chosen: Row[]) => {
                  await deleteEach(chosen, (id) => unwrap(api.DELETE('/sip_profiles/{id}', { params: { path: { id } } })));
                  await client.invalidateQueries({ queryKey: ['sip_profile'] });
                },
              }
            : {})}
          toolbar={add}
          empty={{
            title: 'No SIP profile yet',
            hint: 'A SIP profile says how the phones of its agents connect. Agents without one use the browser, or a desk phone over any transport.',
            action: add,
          }}
        />
      </Panel>
    </Page>
  );
}

const columns: ColDef<Row>[] = [
  { field: 'name', headerName: 'Name', flex: 2, minWidth: 160, cellRenderer: NameCell },
  { colId: 'protocol', headerName: 'Agents talk', minWidth: 190, valueGetter: ({ data }) => data && sipProtocols[data.protocol] },
  {
    colId: 'codecs',
    headerName: 'Codecs',
    minWidth: 130,
    valueGetter: ({ data }) => (data && data.protocol !== 'webrtc' ? data.codecs.join(', ') : ''),
  },
  {
    colId: 'sip_ping',
    headerName: 'SIP ping',
    width: 110,
    flex: 0,
    valueGetter: ({ data }) => (data && data.protocol !== 'webrtc' ? (data.sip_ping ? 'On' : 'Off') : ''),
  },
  { ...numberColumn, field: 'agents', headerName: 'Agents' },
];

function NameCell({ data }: ICellRendererParams<Row>) {
  return data ? (
    <Link to="/sip-profiles/$id" params={{ id: String(data.id) }} className="cell-link">
      {data.name}
    </Link>
  ) : null;
}
