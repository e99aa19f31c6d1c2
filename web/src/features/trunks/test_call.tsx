import { Button, Group, Stack, Text, TextInput, Timeline } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconPhoneOutgoing } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, unwrap } from '@/api/client';
import { testCallQuery } from '@/api/queries';
import type { TestCall } from '@/api/types';
import { formatTime } from '@/components/format';
import { Panel } from '@/components/panel';
import { Problem, useSubmit } from '@/features/api_form';

const stepNames: Record<TestCall['steps'][number]['state'], string> = {
  trying: 'Trying',
  ringing: 'Ringing',
  early_media: 'Announcement',
  answered: 'Answered',
  prompt: 'Message',
  ended: 'Ended',
};

/** Calls a number through this trunk and shows what happens. */
export function TestCallPanel({ trunkId }: { trunkId: number }) {
  const [started, setStarted] = useState<TestCall | null>(null);
  const form = useForm({ initialValues: { number: '', caller_id: '' } });
  const { busy, problem, submit } = useSubmit(form);
  const send = form.onSubmit((values) =>
    submit(async () => {
      setStarted(await unwrap(api.POST('/trunks/{id}/test_calls', { params: { path: { id: trunkId } }, body: values })));
    }),
  );
  return (
    <Panel title="Test call">
      <form onSubmit={send}>
        <Stack gap="md">
          <Text c="dimmed">Who answers hears the safe-harbour message, then we hang up. No campaign is touched.</Text>
          <Problem text={problem} />
          <Group align="flex-start" grow>
            <TextInput label="Number to call" placeholder="+12025550123" inputMode="tel" required {...form.getInputProps('number')} />
            <TextInput label="Caller ID" placeholder="None" inputMode="tel" {...form.getInputProps('caller_id')} />
          </Group>
          <Group justify="flex-end">
            <Button type="submit" variant="default" loading={busy} leftSection={<IconPhoneOutgoing size={16} />}>
              Call
            </Button>
          </Group>
        </Stack>
      </form>
      <div aria-live="polite">{started ? <Steps key={started.id} started={started} /> : null}</div>
    </Panel>
  );
}

function Steps({ started }: { started: TestCall }) {
  // Pushed; the first answer is where it begins.
  const { data } = useQuery({ ...testCallQuery(started.trunk_id, started.id), initialData: started, staleTime: 0 });
  return (
    <Timeline active={data.steps.length - 1} bulletSize={16} lineWidth={2} mt="md" aria-label="Steps of the test call">
      {data.steps.map((step) => (
        <Timeline.Item key={`${step.at} ${step.state}`} title={stepNames[step.state]}>
          <Text size="sm">{step.sentence}</Text>
          <Text size="xs" c="dimmed">
            {formatTime(step.at)}
          </Text>
        </Timeline.Item>
      ))}
    </Timeline>
  );
}
