import { NumberInput, Select, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api, unwrap } from '@/api/client';
import { sipProfilesQuery } from '@/api/queries';
import type { Hired } from '@/api/types';
import { Page } from '@/components/page';
import { Panel } from '@/components/panel';
import { HiredPanels } from '@/features/agents/hired';
import { Problem, useSubmit } from '@/features/api_form';
import { FormBar } from '@/features/form_bar';

export function AgentsBulkPage() {
  const [hired, setHired] = useState<Hired | null>(null);
  const trail = (
    <Link to="/" search={{ tab: 'agents' }}>
      Agents
    </Link>
  );
  return (
    <Page title="Create many agents" trail={trail} narrow>
      {hired ? <HiredPanels hired={hired} /> : <PatternForm onDone={setHired} />}
    </Page>
  );
}

/** What the pattern gives, as the server does it. */
export function numbered(pattern: string, number: number): string {
  const place = /#+/.exec(pattern);
  if (!place) return `${pattern}${number}`;
  return pattern.replace(place[0], String(number).padStart(place[0].length, '0'));
}

function PatternForm({ onDone }: { onDone: (hired: Hired) => void }) {
  const profiles = useQuery(sipProfilesQuery);
  const client = useQueryClient();
  const form = useForm({
    initialValues: {
      count: 10,
      username_pattern: 'agent-###',
      name_pattern: 'Agent ###',
      first_number: 1,
      sip_profile_id: null as string | null,
    },
  });
  const { busy, problem, submit } = useSubmit(form);
  const send = form.onSubmit((values) =>
    submit(async () => {
      const profile = values.sip_profile_id ? Number(values.sip_profile_id) : null;
      onDone(await unwrap(api.POST('/users/bulk', { body: { ...values, sip_profile_id: profile } })));
      await client.invalidateQueries({ queryKey: ['user'] });
    }),
  );
  const { username_pattern, name_pattern, first_number, count } = form.values;
  const last = Number(first_number) + Number(count) - 1;
  return (
    <form onSubmit={send} style={{ display: 'contents' }}>
      <Problem text={problem} />
      <Panel>
        <Stack gap="md">
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            <NumberInput label="How many" min={1} max={500} required {...form.getInputProps('count')} />
            <NumberInput label="First number" min={0} max={1000000} required {...form.getInputProps('first_number')} />
            <TextInput
              label="User names"
              description="# stands for the number"
              required
              autoCapitalize="none"
              autoComplete="off"
              {...form.getInputProps('username_pattern')}
            />
            <TextInput label="Names" description="Empty: the user name" autoComplete="off" {...form.getInputProps('name_pattern')} />
          </SimpleGrid>
          <Select
            label="SIP profile"
            description="One for desk phones gives each agent a SIP user name and password too"
            clearable
            clearButtonProps={{ 'aria-label': 'No SIP profile' }}
            placeholder="None: agents talk in the browser"
            data={(profiles.data ?? []).map(({ id, name }) => ({ value: String(id), label: name }))}
            {...form.getInputProps('sip_profile_id')}
          />
          <Text c="dimmed">
            From {numbered(username_pattern, Number(first_number))} ({numbered(name_pattern, Number(first_number))}) to{' '}
            {numbered(username_pattern, last)}. Names that are taken are passed over. Everybody gets a one-time password.
          </Text>
        </Stack>
      </Panel>
      <FormBar save="Create agents" busy={busy} />
    </form>
  );
}
