import type { Webhook, WebhookDelivery } from '@/api/types';
import { StateBadge } from '@/components/state_badge';
import { deliveryStates, lookOf, webhookStates } from '@/features/states';

export function WebhookBadge({ state }: { state: Webhook['state'] }) {
  return <StateBadge {...lookOf(webhookStates, state)} />;
}

export function DeliveryBadge({ state }: { state: WebhookDelivery['state'] }) {
  return <StateBadge {...lookOf(deliveryStates, state)} />;
}
