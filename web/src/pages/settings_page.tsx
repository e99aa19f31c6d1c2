import { NumberInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import { settingsQuery } from '@/api/queries';
import type { Settings } from '@/api/types';
import { showDone } from '@/app/errors';
import { Ready } from '@/components/async_state';
import { Page } from '@/components/page';
import { Panel } from '@/components/panel';
import { Problem, useSubmit } from '@/features/api_form';
import { FormBar } from '@/features/form_bar';

export function SettingsPage() {
  const settings = useQuery(settingsQuery);
  return <Ready query={settings}>{(data) => <SettingsEditor key={JSON.stringify(data)} settings={data} />}</Ready>;
}

function SettingsEditor({ settings }: { settings: Settings }) {
  const form = useForm({ initialValues: settings });
  const { busy, problem, submit } = useSubmit(form);
  const client = useQueryClient();
  const send = form.onSubmit((body) =>
    submit(async () => {
      client.setQueryData(settingsQuery.queryKey, await unwrap(api.PATCH('/settings', { body })));
      showDone('The settings are saved.');
    }),
  );
  const days = form.values.recordings_keep_days;
  return (
    <Page title="General" narrow>
      <form onSubmit={send} style={{ display: 'contents' }}>
        <Problem text={problem} />
        <Panel>
          <Stack gap="md">
            <NumberInput
              label="Keep recordings for, days"
              description={
                days > 0
                  ? 'Recordings that are older are deleted within the hour, and cannot be brought back. The call log keeps the call.'
                  : '0: recordings are kept for ever. Watch the space on their disk.'
              }
              required
              min={0}
              max={3650}
              allowDecimal={false}
              {...form.getInputProps('recordings_keep_days')}
            />
            <TextInput
              label="Domain"
              description="In the sender's address of calls through trunks that have no From domain of their own. Empty: our own address."
              placeholder="calls.example.com"
              maxLength={253}
              {...form.getInputProps('domain')}
            />
          </Stack>
        </Panel>
        <FormBar save="Save" busy={busy} />
      </form>
    </Page>
  );
}
