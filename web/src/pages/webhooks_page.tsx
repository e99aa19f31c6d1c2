import { IconPlus } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import type { ColDef, ICellRendererParams } from 'ag-grid-community';
import { api, unwrap } from '@/api/client';
import { webhooksQuery } from '@/api/queries';
import type { Webhook } from '@/api/types';
import { DataGrid, numberColumn, timeColumn } from '@/components/data_grid';
import { LinkButton } from '@/components/link_button';
import { Page } from '@/components/page';
import { Panel } from '@/components/panel';
import { deleteEach } from '@/features/delete_each';
import { useTableView } from '@/features/use_table_view';
import { WebhookBadge } from '@/features/webhooks/webhook_badges';

export function WebhooksPage() {
  const webhooks = useQuery(webhooksQuery);
  const [view, setView] = useTableView();
  const navigate = useNavigate();
  const client = useQueryClient();
  const add = (
    <LinkButton to="/webhooks/$id" params={{ id: 'new' }} leftSection={<IconPlus size={16} />}>
      New webhook
    </LinkButton>
  );
  return (
    <Page title="Webhooks" fill>
      <Panel flush fill>
        <DataGrid
          label="Webhooks"
          noun={['webhook', 'webhooks']}
          rows={webhooks.data}
          error={webhooks.error}
          columns={columns}
          view={view}
          onView={setView}
          onRefresh={() => void webhooks.refetch()}
          refreshing={webhooks.isFetching}
          onOpen={(row) => void navigate({ to: '/webhooks/$id', params: { id: String(row.id) } })}
          onDelete={async (chosen) => {
            await deleteEach(chosen, (id) => unwrap(api.DELETE('/webhooks/{id}', { params: { path: { id } } })));
            await client.invalidateQueries({ queryKey: ['webhook'] });
          }}
          toolbar={add}
          empty={{
            title: 'No webhook yet',
            hint: 'A webhook tells a program of yours, over HTTP, of calls, dispositions, leads and agents as they happen.',
            action: add,
          }}
        />
      </Panel>
    </Page>
  );
}

const columns: ColDef<Webhook>[] = [
  { field: 'name', headerName: 'Name', flex: 1, minWidth: 140, cellRenderer: NameCell },
  { field: 'url', headerName: 'URL', flex: 2, minWidth: 220 },
  { field: 'state', headerName: 'State', width: 120, flex: 0, cellRenderer: StateCell },
  { colId: 'events', headerName: 'Events', flex: 1, minWidth: 180, valueGetter: ({ data }) => data?.events.join(', ') },
  { ...numberColumn, field: 'waiting', headerName: 'Waiting' },
  timeColumn('last_success_at', 'Last arrived', (webhook) => webhook.last_success_at, (webhook) => (webhook.last_success_at ? '' : 'Never')),
];

function NameCell({ data }: ICellRendererParams<Webhook>) {
  return data ? (
    <Link to="/webhooks/$id" params={{ id: String(data.id) }} className="cell-link">
      {data.name}
    </Link>
  ) : null;
}

function StateCell({ data }: ICellRendererParams<Webhook>) {
  return data ? <WebhookBadge state={data.state} /> : null;
}
