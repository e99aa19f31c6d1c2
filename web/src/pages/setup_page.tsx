import { Button, Group, PasswordInput, Stack, Stepper, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, Navigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { api, setCsrfToken, unwrap } from '@/api/client';
import { sessionQuery, setupQuery, trunksQuery } from '@/api/queries';
import type { Session } from '@/api/types';
import { Ready } from '@/components/async_state';
import { LinkButton } from '@/components/link_button';
import { Problem, useSubmit } from '@/features/api_form';
import { Welcome } from '@/features/session/welcome';
import { blankTrunk, trunkBody, TrunkFields } from '@/features/trunks/trunk_fields';

const steps = ['Setup code', 'Administrator', 'Domain', 'Trunk', 'Done'] as const;
const stepOfField: Record<string, number> = { setup_code: 0, name: 1, username: 1, password: 1, domain: 2 };

/** First run: the administrator's account, the domain, and a first trunk. */
export function SetupPage() {
  const setup = useQuery(setupQuery);
  const [step, setStep] = useState(0);
  useEffect(() => {
    document.title = 'Set-up · Carillon';
  }, []);
  if (setup.data?.needed === false && step < 3) return <Navigate to="/" />;
  return (
    <Welcome title={step < 4 ? 'Set up your contact centre' : 'Ready for the first campaign'} wide>
      <Stepper active={step} size="xs" iconSize={26} mb="lg" allowNextStepsSelect={false} aria-label="Set-up steps" visibleFrom="xs">
        {steps.map((label) => (
          <Stepper.Step key={label} label={label} />
        ))}
      </Stepper>
      <Ready query={setup}>
        {() =>
          step < 3 ? (
            <AccountSteps step={step} onStep={setStep} />
          ) : step === 3 ? (
            <TrunkStep onDone={() => setStep(4)} />
          ) : (
            <DoneStep />
          )
        }
      </Ready>
    </Welcome>
  );
}

function AccountSteps({ step, onStep }: { step: number; onStep: (step: number) => void }) {
  const client = useQueryClient();
  const form = useForm({
    initialValues: { setup_code: '', name: '', username: '', password: '', domain: location.hostname },
  });
  const { busy, problem, submit } = useSubmit(form);

  function finish(session: Session) {
    setCsrfToken(session.csrf_token);
    client.setQueryData(sessionQuery.queryKey, session);
    client.setQueryData(setupQuery.queryKey, { needed: false });
    onStep(3);
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
            description="The name under which browsers and desk phones reach this server."
            placeholder="calls.example.com"
            autoFocus
            required
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

function TrunkStep({ onDone }: { onDone: () => void }) {
  const client = useQueryClient();
  const form = useForm({ initialValues: blankTrunk });
  const { busy, problem, submit } = useSubmit(form);
  const send = form.onSubmit((values) =>
    submit(async () => {
      await unwrap(api.POST('/trunks', { body: trunkBody(values) }));
      await client.invalidateQueries({ queryKey: trunksQuery.queryKey });
      onDone();
    }),
  );
  return (
    <form onSubmit={send}>
      <Stack gap="md">
        <Problem text={problem} />
        <TrunkFields form={form} brief />
        <Group justify="space-between" mt="xs">
          <Button variant="default" onClick={onDone}>
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

function DoneStep() {
  return (
    <Stack gap="md">
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
