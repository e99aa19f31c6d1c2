import { Button, Group, PasswordInput, Stack, Stepper, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, Navigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { api, setCsrfToken, unwrap } from '@/api/client';
import { LiveStream } from '@/api/live_stream';
import { sessionQuery, setupQuery, trunksQuery } from '@/api/queries';
import type { Session, Trunk } from '@/api/types';
import { Ready } from '@/components/async_state';
import { LinkButton } from '@/components/link_button';
import { Problem, useSubmit } from '@/features/api_form';
import { Welcome } from '@/features/session/welcome';
import { SystemView } from '@/features/setup/system_view';
import { NewToken } from '@/features/tokens/new_token';
import { TestCallPanel } from '@/features/trunks/test_call';
import { blankTrunk, trunkBody, TrunkFields } from '@/features/trunks/trunk_fields';

const steps = ['Setup code', 'Administrator', 'Domain', 'Trunk', 'API token', 'System', 'Test call'] as const;
const trunkStep = steps.indexOf('Trunk');
const lastStep = steps.length - 1;
const stepOfField: Record<string, number> = { setup_code: 0, name: 1, username: 1, password: 1, domain: 2 };

/** First run: the administrator's account, the domain, a first trunk and API token, where things are, a test call. */
export function SetupPage() {
  const setup = useQuery(setupQuery);
  const [step, setStep] = useState(0);
  const [trunk, setTrunk] = useState<Trunk | null>(null);
  useEffect(() => {
    document.title = 'Set-up · Carillon';
  }, []);
  if (setup.data?.needed === false && step < trunkStep) return <Navigate to="/" />;
  return (
    <Welcome title={step < lastStep ? 'Set up your contact centre' : 'Ready for the first campaign'} wide>
      <Stepper active={step} size="xs" iconSize={26} mb="lg" allowNextStepsSelect={false} wrap={false} aria-label="Set-up steps" visibleFrom="xs">
        {/* The other names would take a second row. */}
        {steps.map((label, index) => (
          <Stepper.Step key={label} label={<span className={index === step ? undefined : 'visually-hidden'}>{label}</span>} />
        ))}
      </Stepper>
      <Ready query={setup}>
        {() =>
          step < trunkStep ? (
            <AccountSteps step={step} onStep={setStep} />
          ) : step === trunkStep ? (
            <TrunkStep
              onDone={(made) => {
                setTrunk(made);
                setStep(step + 1);
              }}
            />
          ) : step === trunkStep + 1 ? (
            <TokenStep onDone={() => setStep(step + 1)} />
          ) : step < lastStep ? (
            <SystemStep onDone={() => setStep(step + 1)} />
          ) : (
            <DoneStep trunk={trunk} />
          )
        }
      </Ready>
    </Welcome>
  );
}

/** Empty when browsers reach this server by an address, or on this machine only. */
function hostName(host: string): string {
  return host.includes('.') && !/^[\d.]+$/.test(host) ? host : '';
}

function AccountSteps({ step, onStep }: { step: number; onStep: (step: number) => void }) {
  const client = useQueryClient();
  const form = useForm({
    initialValues: { setup_code: '', name: '', username: '', password: '', domain: hostName(location.hostname) },
  });
  const { busy, problem, submit } = useSubmit(form);

  function finish(session: Session) {
    setCsrfToken(session.csrf_token);
    client.setQueryData(sessionQuery.queryKey, session);
    client.setQueryData(setupQuery.queryKey, { needed: false });
    onStep(trunkStep);
  }

  const next = form.onSubmit(async (values) => {
    if (step < 2) return onStep(step + 1);
    await submit(
      async () => finish(await unwrap(api.POST('/setup', { body: values }))),
      (field) => onStep(stepOfField[field] ?? step),
    );
  });

  return (
    <form onSubmit={next}>
      <Stack gap="md">
        <Problem text={problem} />
        {step === 0 ? (
          <TextInput
            label="Setup code"
            description="The server printed it when it started. It proves that you run this server."
            autoFocus
            required
            autoComplete="off"
            {...form.getInputProps('setup_code')}
          />
        ) : null}
        {step === 1 ? (
          <>
            <TextInput label="Your name" autoFocus required autoComplete="name" {...form.getInputProps('name')} />
            <TextInput
              label="User name"
              description="Letters, digits, dot, dash and underscore."
              required
              autoComplete="username"
              autoCapitalize="none"
              {...form.getInputProps('username')}
            />
            <PasswordInput
              label="Password"
              description="At least 10 characters."
              required
              minLength={10}
              autoComplete="new-password"
              {...form.getInputProps('password')}
            />
          </>
        ) : null}
        {step === 2 ? (
          <TextInput
            label="Domain"
            description="Carriers see it as the host part of who calls, unless a trunk has a From domain of its own. Empty: our own address."
            placeholder="calls.example.com"
            autoFocus
            {...form.getInputProps('domain')}
          />
        ) : null}
        <Group justify="space-between" mt="xs">
          {step > 0 ? (
            <Button variant="default" onClick={() => onStep(step - 1)}>
              Back
            </Button>
          ) : (
            <span />
          )}
          <Button type="submit" loading={busy}>
            {step < 2 ? 'Continue' : 'Create the account'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function TrunkStep({ onDone }: { onDone: (made: Trunk | null) => void }) {
  const client = useQueryClient();
  const form = useForm({ initialValues: blankTrunk });
  const { busy, problem, submit } = useSubmit(form);
  const send = form.onSubmit((values) =>
    submit(async () => {
      const made = await unwrap(api.POST('/trunks', { body: trunkBody(values) }));
      await client.invalidateQueries({ queryKey: trunksQuery.queryKey });
      onDone(made);
    }),
  );
  return (
    <form onSubmit={send}>
      <Stack gap="md">
        <Problem text={problem} />
        <TrunkFields form={form} brief />
        <Group justify="space-between" mt="xs">
          <Button variant="default" onClick={() => onDone(null)}>
            Later
          </Button>
          <Button type="submit" loading={busy}>
            Add the trunk
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function TokenStep({ onDone }: { onDone: () => void }) {
  return (
    <Stack gap="md">
      <Text c="dimmed">A token lets a program of yours, such as a CRM, use the REST interface. You can make tokens at any time, in the settings.</Text>
      <NewToken
        onDone={onDone}
        others={
          <Button variant="default" onClick={onDone}>
            Later
          </Button>
        }
      />
    </Stack>
  );
}

function SystemStep({ onDone }: { onDone: () => void }) {
  return (
    <Stack gap="md">
      <Text c="dimmed">
        Where this server keeps its records and listens. The firewall must let these ports through. The configuration of the machine decides; see the manual to change it.
      </Text>
      <SystemView />
      <Group justify="flex-end">
        <Button onClick={onDone}>Continue</Button>
      </Group>
    </Stack>
  );
}

function DoneStep({ trunk }: { trunk: Trunk | null }) {
  return (
    <Stack gap="md">
      {trunk ? (
        // The steps of the call are pushed.
        <LiveStream audience="supervisor">
          <TestCallPanel trunkId={trunk.id} />
        </LiveStream>
      ) : null}
      <p style={{ margin: 0 }}>Four things make customers' phones ring:</p>
      <ol style={{ margin: 0, paddingLeft: 20, lineHeight: 1.9 }}>
        <li>
          <Link to="/scripts/$id" params={{ id: 'new' }}>Write a script</Link> that agents read.
        </li>
        <li>
          <Link to="/agents/$id" params={{ id: 'new' }}>Create an agent</Link>.
        </li>
        <li>
          <Link to="/campaigns/new">Create a campaign</Link> with both and your trunk.
        </li>
        <li>Create a leadset for it, upload leads, and switch the campaign on.</li>
      </ol>
      <Group justify="flex-end">
        <LinkButton to="/">
          Open the dashboard
        </LinkButton>
      </Group>
    </Stack>
  );
}
