import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { IconFileImport, IconPlus } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ColDef, ICellRendererParams } from 'ag-grid-community';
import { useCallback, useMemo, useState } from 'react';
import { api, unwrap } from '@/api/client';
import { download } from '@/api/download';
import { showDone, showError } from '@/app/errors';
import { useConfirm } from '@/components/confirm';
import { ExportTool } from '@/components/data_grid';
import { FilterSelect } from '@/components/filter_select';
import { formatCount, formatTime } from '@/components/format';
import { LinkButton } from '@/components/link_button';
import { Page } from '@/components/page';
import { Panel } from '@/components/panel';
import { RemoteGrid, type PageRequest } from '@/components/remote_grid';
import { Problem, useSubmit } from '@/features/api_form';
import { ForCampaign } from '@/features/dnc/for_campaign';
import { useCampaignNames } from '@/features/use_names';
import { useTableView } from '@/features/use_table_view';

interface Row {
  id: number;
  phone: string;
  campaign_id: number | null;
  reason: string;
  created_at: number;
}

export function DncPage() {
  const [view, setView] = useTableView();
  const campaigns = useCampaignNames();
  const confirm = useConfirm();
  const client = useQueryClient();
  const [version, setVersion] = useState(0);
  const [emptying, setEmptying] = useState(false);
  const [opened, { open, close }] = useDisclosure(false);
  const { list } = useSearch({ from: '/supervisor/do-not-call' });
  const navigate = useNavigate();
  const setList = (next: string | undefined) =>
    void navigate({ to: '/do-not-call', replace: true, search: (previous) => ({ ...previous, list: next === 'system' ? next : next ? Number(next) : undefined }) });
  const listQuery = useMemo(() => queryOfList(list), [list]);

  const remove = useCallback(
    async (row: Row) => {
      const yes = await confirm({
        title: `Take ${row.phone} off the list?`,
        text: row.campaign_id ? `${campaigns.get(row.campaign_id) ?? 'The campaign'} may call this number again.` : 'Every campaign may call this number again.',
        action: 'Take it off',
        danger: true,
      });
      if (!yes) return;
      try {
        await unwrap(api.DELETE('/dnc', { params: { query: { phone: row.phone, campaign_id: row.campaign_id ?? undefined } } }));
        await client.invalidateQueries({ queryKey: ['lead'] });
        setVersion((previous) => previous + 1);
      } catch (error) {
        showError(error);
      }
    },
    [client, confirm, campaigns],
  );
  const columns = useMemo(() => columnsWith(campaigns, (row) => void remove(row)), [campaigns, remove]);

  const empty = async () => {
    const name = list === 'system' ? 'the list of all campaigns' : `the list of ${campaigns.get(Number(list)) ?? 'this campaign'}`;
    try {
      const { total } = await unwrap(api.GET('/dnc', { params: { query: { ...listQuery, limit: 1 } } }));
      const yes = await confirm({
        title: `Take all ${formatCount(total)} numbers off ${name}?`,
        text: 'They may be called again, unless another list has them. This cannot be undone: export the list first if you may need it.',
        action: `Take off ${formatCount(total)}`,
        danger: true,
      });
      if (!yes) return;
      setEmptying(true);
      const query = { all: true as const, campaign_id: listQuery.campaign_id };
      const done = await unwrap(api.DELETE('/dnc', { params: { query } }));
      showDone(`${formatCount(done?.removed ?? 0)} numbers are off ${name}.`);
      await client.invalidateQueries({ queryKey: ['lead'] });
    } catch (error) {
      showError(error);
    } finally {
      setEmptying(false);
      setVersion((previous) => previous + 1);
    }
  };

  const fetchPage = useCallback(
    async ({ offset, limit, sort }: PageRequest) => {
      const page = await unwrap(api.GET('/dnc', { params: { query: { ...listQuery, offset, limit, sort, search: view.search } } }));
      return { items: page.items.map((entry, index): Row => ({ ...entry, id: offset + index + 1 })), total: page.total };
    },
    [listQuery, view.search],
  );

  const add = (
    <Button leftSection={<IconPlus size={16} />} onClick={open}>
      Add a number
    </Button>
  );
  return (
    <Page title="Do not call" fill>
      <Panel flush fill>
        <RemoteGrid<Row>
          label="Numbers"
          columns={columns}
          view={view}
          onView={setView}
          fetchPage={fetchPage}
          source={String(list ?? '')}
          version={version}
          filters={
            <FilterSelect
              label="List"
              placeholder="All lists"
              all="All lists"
              data={[{ value: 'system', label: 'System-wide' }, ...[...campaigns].map(([id, name]) => ({ value: String(id), label: name }))]}
              value={list}
              onChange={setList}
            />
          }
          toolbar={
            <>
              {list ? (
                <Button variant="default" loading={emptying} onClick={() => void empty()}>
                  Empty the list
                </Button>
              ) : null}
              <ExportTool onClick={() => download('/dnc.csv', listQuery)} />
              <LinkButton to="/do-not-call/upload" variant="default" leftSection={<IconFileImport size={16} />}>
                Upload a file
              </LinkButton>
              {add}
            </>
          }
          empty={
            view.search || list
              ? { title: 'No number matches', hint: 'Try another search.' }
              : { title: 'No number is listed', hint: 'Numbers on this list are never dialed. Agents add to it with the disposition DO NOT CALL.', action: add }
          }
        />
      </Panel>
      <Modal opened={opened} onClose={close} title="Add a number" closeButtonProps={{ 'aria-label': 'Close' }}>
        {opened ? (
          <AddNumber
            onDone={() => {
              close();
              setVersion((previous) => previous + 1);
            }}
          />
        ) : null}
      </Modal>
    </Page>
  );
}

function queryOfList(list: 'system' | number | undefined): { campaign_id?: number; system_wide?: boolean } {
  if (list === undefined) return {};
  return list === 'system' ? { system_wide: true } : { campaign_id: list };
}

function AddNumber({ onDone }: { onDone: () => void }) {
  const form = useForm({ initialValues: { phone: '', campaign_id: null as string | null } });
  const { busy, problem, submit } = useSubmit(form);
  const send = form.onSubmit((values) =>
    submit(async () => {
      const entry = await unwrap(api.POST('/dnc', { body: { phone: values.phone, campaign_id: values.campaign_id ? Number(values.campaign_id) : null } }));
      showDone(`${entry.phone} is on the list.`);
      onDone();
    }),
  );
  return (
    <form onSubmit={send}>
      <Stack gap="md">
        <Problem text={problem} />
        <TextInput label="Phone" placeholder="+12025550123" required inputMode="tel" data-autofocus {...form.getInputProps('phone')} />
        <ForCampaign {...form.getInputProps('campaign_id')} />
        <Group justify="flex-end">
          <Button type="submit" loading={busy}>
            Add
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function columnsWith(campaigns: ReadonlyMap<number, string>, remove: (row: Row) => void): ColDef<Row>[] {
  return [
    { field: 'phone', headerName: 'Phone', width: 190 },
    {
      field: 'campaign_id',
      headerName: 'For',
      width: 260,
      valueFormatter: ({ data, value }) => (data ? (value ? (campaigns.get(value as number) ?? `${value}`) : 'Every campaign') : '…'),
    },
    { field: 'reason', headerName: 'Reason', width: 260, sortable: false },
    { field: 'created_at', headerName: 'Since', width: 220, valueFormatter: ({ value }) => formatTime(value as number | null) },
    { colId: 'remove', headerName: '', width: 140, sortable: false, cellRenderer: RemoveCell, cellRendererParams: { remove } },
  ];
}

function RemoveCell({ data, remove }: ICellRendererParams<Row> & { remove: (row: Row) => void }) {
  return data ? (
    <Button variant="subtle" size="compact-sm" onClick={() => remove(data)} aria-label={`Take off: ${data.phone}`}>
      Take off
    </Button>
  ) : null;
}
