import { IconPlus } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import type { ColDef, ICellRendererParams } from 'ag-grid-community';
import { useMemo } from 'react';
import { api, unwrap } from '@/api/client';
import { useLive } from '@/api/live_stream';
import { trunksQuery } from '@/api/queries';
import type { Trunk, TrunkLive } from '@/api/types';
import { DataGrid, numberColumn } from '@/components/data_grid';
import { LinkButton } from '@/components/link_button';
import { Page } from '@/components/page';
import { Panel } from '@/components/panel';
import { deleteEach } from '@/features/delete_each';
import { useMe } from '@/features/session/use_me';
import { SwitchBadge, UpBadge } from '@/features/state_badges';
import { useTableView } from '@/features/use_table_view';

interface Row extends Trunk {
  live: TrunkLive | undefined;
}

export function TrunksPage() {
  const me = useMe();
  const trunks = useQuery(trunksQuery);
  const live = useLive((all) => all.trunks);
  const [view, setView] = useTableView();
  const navigate = useNavigate();
  const client = useQueryClient();
  const rows = useMemo(
    () => trunks.data?.map((trunk): Row => ({ ...trunk, live: live?.find((each) => each.trunk_id === trunk.id) })),
    [trunks.data, live],
  );
  const mayChange = me.role === 'administrator';
  const create = mayChange ? (
    <LinkButton to="/trunks/$id" params={{ id: 'new' }} leftSection={<IconPlus size={16} />}>
      New trunk
    </LinkButton>
  ) : null;
  return (
    <Page title="Trunks" fill>
      <Panel flush fill>
        <DataGrid
          label="Trunks"
          noun={['trunk', 'trunks']}
          rows={rows}
          error={trunks.error}
          columns={columns}
          view={view}
          onView={setView}
          onRefresh={() => void trunks.refetch()}
          refreshing={trunks.isFetching}
          onOpen={mayChange ? (row) => void navigate({ to: '/trunks/$id', params: { id: String(row.id) } }) : undefined}
          onDelete={
            mayChange
              ? async (chosen) => {
                  await deleteEach(chosen, (id) => unwrap(api.DELETE('/trunks/{id}', { params: { path: { id } } })));
                  await client.invalidateQueries({ queryKey: ['trunk'] });
                }
              : undefined
          }
          toolbar={create}
          empty={{
            title: 'No trunk yet',
            hint: 'A trunk is the connection to the carrier that places your calls. Your carrier tells you its host and, mostly, a user name and password.',
            action: create,
          }}
        />
      </Panel>
    </Page>
  );
}

const columns: ColDef<Row>[] = [
  { field: 'name', headerName: 'Name', minWidth: 150, cellRenderer: NameCell },
  { colId: 'state', headerName: 'Carrier', width: 120, flex: 0, valueGetter: ({ data }) => stateOf(data), cellRenderer: StateCell },
  { colId: 'reason', headerName: 'Because', flex: 2, minWidth: 180, valueGetter: ({ data }) => data?.live?.reason ?? '' },
  { colId: 'host', headerName: 'Host', minWidth: 190, valueGetter: ({ data }) => data && `${data.host}:${data.port} (${(data.transport ?? 'udp').toUpperCase()})` },
  { ...numberColumn, colId: 'calls', headerName: 'Calls now', valueGetter: ({ data }) => data?.live?.calls ?? 0 },
  { ...numberColumn, field: 'channels', headerName: 'Channels' },
  { ...numberColumn, field: 'cps', headerName: 'CPS', width: 90 },
  { field: 'tech_prefix', headerName: 'Tech prefix', width: 120, flex: 0 },
];

function stateOf(row: Row | undefined): string {
  if (!row) return '';
  if (!row.active) return 'Off';
  return row.live ? (row.live.up ? 'Up' : 'Down') : '';
}

function NameCell({ data }: ICellRendererParams<Row>) {
  return data ? (
    <Link to="/trunks/$id" params={{ id: String(data.id) }} className="cell-link">
      {data.name}
    </Link>
  ) : null;
}

function StateCell({ data }: ICellRendererParams<Row>) {
  if (!data) return null;
  if (!data.active) return <SwitchBadge on={false} />;
  return data.live ? <UpBadge up={data.live.up} /> : null;
}
