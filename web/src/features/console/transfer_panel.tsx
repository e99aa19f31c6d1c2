import { Button, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconPhoneOutgoing, IconUser, IconUserShield } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { colleaguesQuery } from '@/api/queries';
import type { Colleague, TransferRequest } from '@/api/types';
import { StateBadge } from '@/components/state_badge';
import { Problem, useSubmit } from '@/features/api_form';
import { agentStates, lookOf } from '@/features/states';
import type { SessionActions } from './session_actions';
import classes from './transfer_panel.module.css';

interface Props {
  actions: SessionActions;
  onDone: () => void;
}

/** Whom to ask or to hand the call to: a colleague, a manager, a number. Beside the script, not over it. */
export function TransferPanel({ actions, onDone }: Props) {
  const colleagues = useQuery(colleaguesQuery);
  const form = useForm({ initialValues: { number: '', agent_id: '', manager: '' } });
  const { busy, problem, submit } = useSubmit(form);

  async function go(how: 'consult' | 'transfer', to: TransferRequest) {
    if (await submit(() => actions[how](to).then(() => undefined))) onDone();
  }
  const number = form.values.number.trim();
  const toNumber = (how: 'consult' | 'transfer') => {
    if (number === '') return form.setFieldError('number', 'Type a number with its country code.');
    return void go(how, { number });
  };
  return (
    <section className={classes.panel} aria-label="Transfer or consult">
      <form
        className={classes.number}
        onSubmit={(event) => {
          event.preventDefault();
          toNumber('consult');
        }}
      >
        <TextInput
          label="Number"
          placeholder="+49301234567"
          inputMode="tel"
          autoComplete="off"
          leftSection={<IconPhoneOutgoing size={16} aria-hidden />}
          data-autofocus
          {...form.getInputProps('number')}
        />
        <div className={classes.buttons}>
          <Button type="submit" size="xs" variant="light" loading={busy}>
            Consult
          </Button>
          <Button size="xs" variant="default" disabled={busy} onClick={() => toNumber('transfer')}>
            Transfer now
          </Button>
        </div>
      </form>
      <ul className={classes.people} aria-label="Colleagues">
        <li>
          <IconUserShield size={16} aria-hidden />
          <span className={classes.name}>Any manager</span>
          <To name="any manager" busy={busy} onGo={(how) => void go(how, { manager: true })} />
        </li>
        {(colleagues.data ?? []).map((each) => (
          <Person key={each.agent_id} colleague={each} busy={busy} onGo={(how) => void go(how, { agent_id: each.agent_id })} />
        ))}
      </ul>
      {colleagues.data?.length === 0 ? <p className={classes.nobody}>No colleague is logged in to this campaign.</p> : null}
      <Problem text={problem ?? firstOf(form.errors.agent_id, form.errors.manager)} />
    </section>
  );
}

function firstOf(...errors: unknown[]): string | null {
  const found = errors.find((error) => typeof error === 'string');
  return typeof found === 'string' ? found : null;
}

interface ToProps {
  name: string;
  busy: boolean;
  onGo: (how: 'consult' | 'transfer') => void;
}

function Person({ colleague, ...rest }: Omit<ToProps, 'name'> & { colleague: Colleague }) {
  return (
    <li>
      <IconUser size={16} aria-hidden />
      <span className={classes.name}>{colleague.name}</span>
      <StateBadge {...lookOf(agentStates, colleague.state)} />
      <To name={colleague.name} {...rest} />
    </li>
  );
}

function To({ name, busy, onGo }: ToProps) {
  return (
    <span className={classes.to}>
      <Button size="compact-xs" variant="light" disabled={busy} aria-label={`Consult ${name}`} onClick={() => onGo('consult')}>
        Consult
      </Button>
      <Button size="compact-xs" variant="default" disabled={busy} aria-label={`Transfer to ${name}`} onClick={() => onGo('transfer')}>
        Transfer
      </Button>
    </span>
  );
}
