import { Button, Group, Modal, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { api, unwrap } from '@/api/client';
import { webhookQuery } from '@/api/queries';
import type { Webhook } from '@/api/types';
import { showDone, showError } from '@/app/errors';
import { Ready } from '@/components/async_state';
import { useConfirm } from '@/components/confirm';
import { Page } from '@/components/page';
import { Panel } from '@/components/panel';
import { Problem, useSubmit } from '@/features/api_form';
import { FormBar } from '@/features/form_bar';
import { ShownOnce } from '@/features/shown_once';
import { Deliveries } from '@/features/webhooks/deliveries';
import { WebhookBadge } from '@/features/webhooks/webhook_badges';
import { WebhookFields, webhookFormOf } from '@/features/webhooks/webhook_fields';
import { WebhookHealth } from '@/features/webhooks/webhook_health';

export function WebhookPage() {
  const { id } = useParams({ from: '/supervisor/webhooks/$id' });
  const webhook = useQuery({ ...webhookQuery(Number(id)), enabled: id !== 'new' });
  if (id === 'new') return <NewWebhook />;
  return <Ready query={webhook}>{(data) => <WebhookDetails key={data.id} webhook={data} />}</Ready>;
}

const trail = <Link to="/webhooks">Webhooks</Link>;

function NewWebhook() {
  const form = useForm({ initialValues: webhookFormOf(null) });
  const { busy, problem, submit } = useSubmit(form);
  const client = useQueryClient();
  const navigate = useNavigate();
  const [made, setMade] = useState<{ id: number; secret: string } | null>(null);
  const send = form.onSubmit((body) =>
    submit(async () => {
      setMade(await unwrap(api.POST('/webhooks', { body })));
      await client.invalidateQueries({ queryKey: ['webhook'] });
    }),
  );
  const proceed = () => void navigate({ to: '/webhooks/$id', params: { id: String(made?.id) }, replace: true });
  return (
    <Page title="New webhook" trail={trail} narrow>
      <form onSubmit={send} style={{ display: 'contents' }}>
        <Problem text={problem} />
        <Panel>
          <WebhookFields form={form} />
        </Panel>
        <FormBar save="Create webhook" busy={busy} />
      </form>
      <SecretDialog secret={made?.secret ?? null} onDone={proceed} />
    </Page>
  );
}

function WebhookDetails({ webhook }: { webhook: Webhook }) {
  const form = useForm({ initialValues: webhookFormOf(webhook) });
  const { busy, problem, submit } = useSubmit(form);
  const client = useQueryClient();
  const send = form.onSubmit((body) =>
    submit(async () => {
      await unwrap(api.PATCH('/webhooks/{id}', { params: { path: { id: webhook.id } }, body }));
      await client.invalidateQueries({ queryKey: ['webhook'] });
      showDone(`Webhook ${body.name} is saved.`);
    }),
  );
  return (
    <Page title={webhook.name} trail={trail} aside={<WebhookBadge state={webhook.state} />} narrow>
      <WebhookHealth webhook={webhook} />
      <form onSubmit={send} style={{ display: 'contents' }}>
        <Problem text={problem} />
        <Panel>
          <WebhookFields form={form} />
        </Panel>
        <FormBar save="Save" busy={busy} />
      </form>
      <Secret webhook={webhook} />
      <Deliveries webhook={webhook} />
    </Page>
  );
}

function Secret({ webhook }: { webhook: Webhook }) {
  const confirm = useConfirm();
  const [secret, setSecret] = useState<string | null>(null);
  async function renew() {
    const yes = await confirm({
      title: 'Make a new secret?',
      text: 'Events are signed with it from now on, and for 24 hours with the old one, too. Give the receiver the new one in that time.',
      action: 'Make a new secret',
    });
    if (!yes) return;
    try {
      const renewed = await unwrap(api.POST('/webhooks/{id}/secret', { params: { path: { id: webhook.id } } }));
      setSecret(renewed.secret);
    } catch (error) {
      showError(error);
    }
  }
  return (
    <Panel title="Secret">
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Text c="dimmed">Events are signed with it, so that the receiver knows that they come from here. It was shown once.</Text>
        <Button variant="default" onClick={() => void renew()} style={{ flexShrink: 0 }}>
          New secret
        </Button>
      </Group>
      <SecretDialog secret={secret} onDone={() => setSecret(null)} />
    </Panel>
  );
}

function SecretDialog({ secret, onDone }: { secret: string | null; onDone: () => void }) {
  return (
    <Modal opened={secret !== null} onClose={onDone} closeOnClickOutside={false} title="The webhook's secret" closeButtonProps={{ 'aria-label': 'Close' }}>
      {secret === null ? null : <ShownOnce text="Copy the secret now, and give it to the receiver. It is not shown again." value={secret} onDone={onDone} />}
    </Modal>
  );
}
