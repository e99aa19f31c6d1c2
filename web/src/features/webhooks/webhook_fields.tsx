import { Checkbox, Stack, Switch, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import type { Webhook, WebhookEvent } from '@/api/types';
import { webhookEvents } from './webhook_events';

export interface WebhookForm {
  name: string;
  url: string;
  events: WebhookEvent[];
  active: boolean;
}

export function webhookFormOf(webhook: Webhook | null): WebhookForm {
  return { name: webhook?.name ?? '', url: webhook?.url ?? '', events: webhook?.events ?? [], active: webhook?.active ?? true };
}

export function WebhookFields({ form }: { form: UseFormReturnType<WebhookForm> }) {
  return (
    <Stack gap="md">
      <TextInput label="Name" description="What the receiver is called" required maxLength={200} {...form.getInputProps('name')} />
      <TextInput
        label="URL"
        description="Events are posted here as JSON"
        placeholder="https://crm.example.com/carillon"
        inputMode="url"
        autoComplete="off"
        required
        {...form.getInputProps('url')}
      />
      <Checkbox.Group label="Events" required {...form.getInputProps('events')}>
        <Stack gap="xs" mt="xs">
          {Object.entries(webhookEvents).map(([event, text]) => (
            <Checkbox key={event} value={event} label={event} description={text} />
          ))}
        </Stack>
      </Checkbox.Group>
      <Switch
        label="Switched on"
        description="While it is off, nothing is sent and nothing more is kept for it."
        {...form.getInputProps('active', { type: 'checkbox' })}
      />
    </Stack>
  );
}
