import { Button, Modal } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { ColDef } from 'ag-grid-community';
import { api, unwrap } from '@/api/client';
import { tokensQuery } from '@/api/queries';
import type { Token } from '@/api/types';
import { DataGrid, timeColumn } from '@/components/data_grid';
import { humanize } from '@/components/format';
import { Page } from '@/components/page';
import { Panel } from '@/components/panel';
import { deleteEach } from '@/features/delete_each';
import { NewToken } from '@/features/tokens/new_token';
import { useTableView } from '@/features/use_table_view';

const columns: ColDef<Token>[] = [
  { field: 'name', headerName: 'Name', flex: 2, minWidth: 160 },
  { colId: 'role', headerName: 'Role', valueGetter: ({ data }) => humanize(data?.role ?? '') },
  timeColumn('created_at', 'Created', (token) => token.created_at),
  timeColumn('last_used_at', 'Last used', (token) => token.last_used_at, (token) => (token.last_used_at ? '' : 'Never')),
];

export function TokensPage() {
  const tokens = useQuery(tokensQuery);
  const [view, setView] = useTableView();
  const client = useQueryClient();
  const [opened, { open, close }] = useDisclosure(false);
  const create = (
    <Button leftSection={<IconPlus size={16} />} onClick={open}>
      New token
    </Button>
  );
  return (
    <Page title="API tokens" fill>
      <Panel flush fill>
        <DataGrid
          label="API tokens"
          noun={['token', 'tokens']}
          rows={tokens.data}
          error={tokens.error}
          columns={columns}
          view={view}
          onView={setView}
          onRefresh={() => void tokens.refetch()}
          refreshing={tokens.isFetching}
          onDelete={async (chosen) => {
            await deleteEach(chosen, (id) => unwrap(api.DELETE('/tokens/{id}', { params: { path: { id } } })));
            await client.invalidateQueries({ queryKey: ['token'] });
          }}
          toolbar={create}
          empty={{ title: 'No API token', hint: 'A token lets a program of yours use the REST interface and the event stream.', action: create }}
        />
      </Panel>
      <Modal opened={opened} onClose={close} title="New API token" closeButtonProps={{ 'aria-label': 'Close' }}>
        {opened ? <NewToken onDone={close} /> : null}
      </Modal>
    </Page>
  );
}
