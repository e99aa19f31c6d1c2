import { Button, Menu } from '@mantine/core';
import { IconChevronDown, IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { useState } from 'react';
import type { AgentLive } from '@/api/types';
import { showDone } from '@/app/errors';
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
  const free = session.state === 'waiting' || session.state === 'preview';
  async function run(action: Promise<boolean>): Promise<boolean> {
    setBusy(true);
    const done = await action;
    setBusy(false);
    return done;
  }
  const ready = () => void run(actions.ready());
  const pause = async (reason: string) => {
    // Nothing else on the screen changes until the call is over.
    if ((await run(actions.pause(reason))) && !free) showDone(`You go on pause after this call: ${reason}.`);
  };
  useShortcuts({ R: () => (paused ? ready() : void pause(pauseReasons[0])) });

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
          {free ? 'Pause' : 'Pause after this call'}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {pauseReasons.map((reason) => (
          <Menu.Item key={reason} onClick={() => void pause(reason)}>
            {humanize(reason)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
