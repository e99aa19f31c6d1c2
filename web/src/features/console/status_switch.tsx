import { Button, Menu } from '@mantine/core';
import { IconChevronDown, IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { useState } from 'react';
import type { AgentLive } from '@/api/types';
import { humanize } from '@/components/format';
import { pauseReasons, type SessionActions } from './session_actions';
import { useShortcuts } from './shortcuts';
import classes from './status_switch.module.css';

interface Props {
  session: AgentLive;
  actions: SessionActions;
  /** Where the switch stands: large in the call panel, small during a call. */
  size: 'lg' | 'sm';
}

/** Ready or paused, with a reason. During a call a pause takes effect after wrap-up. */
export function StatusSwitch({ session, actions, size }: Props) {
  const [busy, setBusy] = useState(false);
  const paused = session.state === 'paused';
  async function run(action: Promise<boolean>) {
    setBusy(true);
    await action;
    setBusy(false);
  }
  const ready = () => void run(actions.ready());
  const pause = (reason: string) => void run(actions.pause(reason));
  useShortcuts({ R: () => (paused ? ready() : pause(pauseReasons[0])) });

  if (paused) {
    return (
      <Button
        size={size}
        fullWidth={size === 'lg'}
        leftSection={<IconPlayerPlay size={18} />}
        loading={busy}
        disabled={!session.line_up}
        aria-keyshortcuts="Alt+R"
        title={session.line_up ? 'Alt+R' : 'As soon as your line is up'}
        onClick={ready}
      >
        Go ready
      </Button>
    );
  }
  const waiting = session.state === 'waiting' || session.state === 'preview';
  return (
    <Menu shadow="md" position="bottom-end" width="target">
      <Menu.Target>
        <Button
          size={size}
          fullWidth={size === 'lg'}
          variant="default"
          leftSection={<IconPlayerPause size={18} />}
          rightSection={<IconChevronDown size={16} />}
          loading={busy}
          aria-keyshortcuts="Alt+R"
          title="Alt+R: on a break"
          className={classes.pause}
        >
          {waiting ? 'Pause' : 'Pause after this call'}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {pauseReasons.map((reason) => (
          <Menu.Item key={reason} onClick={() => pause(reason)}>
            {humanize(reason)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
