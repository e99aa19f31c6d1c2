import { Button, Group, Modal, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { ColDef } from 'ag-grid-community';
import { useState } from 'react';
import { api, unwrap } from '@/api/client';
import { tokensQuery } from '@/api/queries';
import type { Token, TokenCreated } from '@/api/types';
import { DataGrid, timeColumn } from '@/components/data_grid';
import { humanize } from '@/components/format';
import { Page } from '@/components/page';
import { Panel } from '@/components/panel';
import { Problem, useSubmit } from '@/features/api_form';
import { deleteEach } from '@/features/delete_each';
import { ShownOnce } from '@/features/shown_once';
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

function NewToken({ onDone }: { onDone: () => void }) {
  const client = useQueryClient();
  const form = useForm({ initialValues: { name: '', role: 'supervisor' as 'supervisor' | 'administrator' } });
  const { busy, problem, submit } = useSubmit(form);
  const [made, setMade] = useState<TokenCreated | null>(null);
  const send = form.onSubmit((body) =>
    submit(async () => {
      setMade(await unwrap(api.POST('/tokens', { body })));
      await client.invalidateQueries({ queryKey: ['token'] });
    }),
  );
  if (made) return <ShownOnce text="Copy the token now. It is not shown again." value={made.token} onDone={onDone} />;
  return (
    <form onSubmit={send}>
      <Stack gap="md">
        <Problem text={problem} />
        <TextInput label="Name" description="What the program is called" required data-autofocus {...form.getInputProps('name')} />
        <Select
          label="Role"
          allowDeselect={false}
          data={[
            { value: 'supervisor', label: 'Supervisor' },
            { value: 'administrator', label: 'Administrator' },
          ]}
          {...form.getInputProps('role')}
        />
        <Group justify="flex-end">
          <Button type="submit" loading={busy}>
            Create token
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
