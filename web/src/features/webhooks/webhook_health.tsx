import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconSend } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, unwrap } from '@/api/client';
import type { Webhook, WebhookTest } from '@/api/types';
import { showError } from '@/app/errors';
import { formatCount, formatTime } from '@/components/format';
import { Panel } from '@/components/panel';

/** How a webhook fares, and a test of it. */
export function WebhookHealth({ webhook }: { webhook: Webhook }) {
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [result, setResult] = useState<WebhookTest | null>(null);
  async function test() {
    setBusy(true);
    setResult(null);
    try {
      setResult(await unwrap(api.POST('/webhooks/{id}/test', { params: { path: { id: webhook.id } } })));
      await client.invalidateQueries({ queryKey: ['webhook'] });
    } catch (error) {
      showError(error);
    } finally {
      setBusy(false);
    }
  }
  return (
    <Panel title="Receiver">
      <Stack gap="md">
        <Figures webhook={webhook} />
        {webhook.last_error ? <Trouble title={troubleTitle(webhook)} text={webhook.last_error} /> : null}
        <Group justify="space-between" wrap="nowrap" align="flex-start">
          <Text c="dimmed">A test sends the event webhook.test, at once and signed. It is in no list.</Text>
          <Button variant="default" loading={busy} leftSection={<IconSend size={16} />} onClick={() => void test()} style={{ flexShrink: 0 }}>
            Send a test
          </Button>
        </Group>
        <div role="status">{result ? <TestResult result={result} /> : null}</div>
      </Stack>
    </Panel>
  );
}

function Figures({ webhook }: { webhook: Webhook }) {
  const success = webhook.last_success_at ? `The last event arrived ${formatTime(webhook.last_success_at)}.` : 'No event has arrived yet.';
  const waiting = webhook.waiting === 1 ? '1 event waits.' : `${formatCount(webhook.waiting)} events wait.`;
  const dropped = webhook.dropped > 0 ? ` ${formatCount(webhook.dropped)} were dropped, because too many waited.` : '';
  return <Text>{`${success} ${waiting}${dropped}`}</Text>;
}

function troubleTitle(webhook: Webhook): string {
  if (!webhook.active) return 'The last attempt failed';
  const since = `Failing since ${formatTime(webhook.failing_since)}`;
  return webhook.retry_at && webhook.waiting > 0 ? `${since}; the next attempt is at ${formatTime(webhook.retry_at)}` : since;
}

function Trouble({ title, text }: { title: string; text: string }) {
  return (
    <Alert role="none" color="red" variant="light" icon={<IconAlertTriangle size={18} />} title={title} styles={{ message: { color: 'var(--ink)' }, title: { color: 'var(--ink)' } }}>
      {text}
    </Alert>
  );
}

function TestResult({ result }: { result: WebhookTest }) {
  if (!result.delivered) return <Trouble title="The test was not taken" text={result.sentence} />;
  return (
    <Alert role="none" color="green" variant="light" title="The test arrived" styles={{ message: { color: 'var(--ink)' }, title: { color: 'var(--ink)' } }}>
      {`${result.sentence} It took ${formatCount(result.duration_ms)} ms.`}
    </Alert>
  );
}
