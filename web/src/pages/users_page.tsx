import { IconPlus } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { ColDef } from 'ag-grid-community';
import { api, unwrap } from '@/api/client';
import { usersQuery } from '@/api/queries';
import type { User } from '@/api/types';
import { DataGrid, timeColumn } from '@/components/data_grid';
import { humanize } from '@/components/format';
import { LinkButton } from '@/components/link_button';
import { Page } from '@/components/page';
import { Panel } from '@/components/panel';
import { deleteEach } from '@/features/delete_each';
import { useTableView } from '@/features/use_table_view';

const columns: ColDef<User>[] = [
  { field: 'name', headerName: 'Name', flex: 2, minWidth: 150 },
  { field: 'username', headerName: 'User name', minWidth: 120 },
  { colId: 'role', headerName: 'Role', minWidth: 120, valueGetter: ({ data }) => humanize(data?.role ?? '') },
  { colId: 'active', headerName: 'May sign in', width: 120, flex: 0, valueGetter: ({ data }) => (data?.active ? 'Yes' : 'No') },
  timeColumn('last_seen_at', 'Last seen', (user) => user.last_seen_at, (user) => (user.last_seen_at ? '' : 'Never')),
  timeColumn('created_at', 'Created', (user) => user.created_at),
];

export function UsersPage() {
  const users = useQuery(usersQuery);
  const [view, setView] = useTableView();
  const navigate = useNavigate();
  const client = useQueryClient();
  return (
    <Page title="People" fill>
      <Panel flush fill>
        <DataGrid
          label="People"
          noun={['person', 'people']}
          rows={users.data}
          error={users.error}
          columns={columns}
          view={view}
          onView={setView}
          onRefresh={() => void users.refetch()}
          refreshing={users.isFetching}
          onOpen={(row) => void navigate({ to: '/users/$id', params: { id: String(row.id) } })}
          onDelete={async (chosen) => {
            await deleteEach(chosen, (id) => unwrap(api.DELETE('/users/{id}', { params: { path: { id } } })));
            await client.invalidateQueries({ queryKey: ['user'] });
          }}
          toolbar={
            <LinkButton to="/users/$id" params={{ id: 'new' }} leftSection={<IconPlus size={16} />}>
              New person
            </LinkButton>
          }
          empty={{ title: 'Nobody yet', hint: 'Create supervisors and agents here.' }}
        />
      </Panel>
    </Page>
  );
}
