import { Button, Group } from '@mantine/core';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import { deliveriesQuery } from '@/api/queries';
import type { Webhook, WebhookDelivery } from '@/api/types';
import { showDone, showError } from '@/app/errors';
import { Ready } from '@/components/async_state';
import { formatTime } from '@/components/format';
import { Panel } from '@/components/panel';
import { PlainTable, type PlainColumn } from '@/components/plain_table';
import { DeliveryBadge } from './webhook_badges';

/** What a webhook was told, the newest first; each can be sent again. */
export function Deliveries({ webhook }: { webhook: Webhook }) {
  const deliveries = useInfiniteQuery(deliveriesQuery(webhook.id));
  const client = useQueryClient();
  async function retry(delivery: WebhookDelivery) {
    try {
      await unwrap(api.POST('/webhooks/{id}/deliveries/{delivery_id}/retry', { params: { path: { id: webhook.id, delivery_id: delivery.id } } }));
      await client.invalidateQueries({ queryKey: ['webhook'] });
      showDone(`Event ${delivery.sequence} is sent again.`);
    } catch (error) {
      showError(error);
    }
  }
  const actions: PlainColumn<WebhookDelivery> = {
    header: 'Actions',
    hideHeader: true,
    cell: (row) => (
      <Button size="compact-sm" variant="default" aria-label={`Send again: event ${row.sequence}`} onClick={() => void retry(row)}>
        Send again
      </Button>
    ),
  };
  return (
    <Panel title="Deliveries">
      <Ready query={deliveries} rows={3}>
        {({ pages }) => (
          <>
            <PlainTable
              label="Deliveries"
              rows={pages.flatMap((page) => page.items)}
              rowKey={(row) => row.id}
              empty="Nothing has happened yet that this webhook wants to hear of. Those that have ended are kept here for a week."
              columns={webhook.active ? [...columns, actions] : columns}
            />
            {deliveries.hasNextPage ? (
              <Group justify="center" mt="md">
                <Button variant="default" loading={deliveries.isFetchingNextPage} onClick={() => void deliveries.fetchNextPage()}>
                  Show older ones
                </Button>
              </Group>
            ) : null}
          </>
        )}
      </Ready>
    </Panel>
  );
}

const columns: PlainColumn<WebhookDelivery>[] = [
  { header: 'Number', number: true, cell: (row) => row.sequence },
  { header: 'Event', cell: (row) => row.event },
  { header: 'Happened', cell: (row) => formatTime(row.at) },
  { header: 'State', cell: (row) => <DeliveryBadge state={row.state} /> },
  { header: 'Attempts', number: true, cell: (row) => row.attempts },
  { header: 'Answer', cell: (row) => row.error || (row.http_status ? `HTTP ${row.http_status}` : '') },
  { header: 'Last attempt', cell: (row) => formatTime(row.tried_at) },
];
