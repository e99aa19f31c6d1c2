import { Button, Text } from '@mantine/core';
import { IconEar, IconPlayerStop } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import type { AgentLive } from '@/api/types';
import type { SessionActions } from './session_actions';

interface Props {
  session: AgentLive;
  deskPhone: boolean;
  actions: SessionActions;
}

/** The agent hears their own voice through the server, as a customer would. */
export function EchoTest({ session, deskPhone, actions }: Props) {
  const on = session.echo_test;
  const inCall = session.state === 'ringing' || session.state === 'in_call' || session.state === 'on_hold';
  useStopAtTheEnd(on, actions);
  return (
    <div>
      <Button
        fullWidth
        variant={on ? 'filled' : 'default'}
        leftSection={on ? <IconPlayerStop size={16} /> : <IconEar size={16} />}
        disabled={inCall || !session.line_up}
        aria-describedby="echo-test-hint"
        onClick={() => void actions.echoTest(!on)}
      >
        {on ? 'Stop the echo test' : 'Echo test'}
      </Button>
      <Text id="echo-test-hint" size="xs" c="dimmed" mt={4} role="status">
        {hintOf(session, inCall, deskPhone)}
      </Text>
    </div>
  );
}

function hintOf(session: AgentLive, inCall: boolean, deskPhone: boolean): string {
  if (inCall) return 'After the call you can check here how customers hear you.';
  if (!session.line_up) return 'As soon as your line is up, you can check here how customers hear you.';
  if (!session.echo_test) return 'Check how customers hear you. A call that comes ends the test.';
  return `Speak into ${deskPhone ? 'your phone' : 'your headset'}: you hear yourself a second later, for 20 seconds.`;
}

/** Whoever closes the menu has heard enough. */
function useStopAtTheEnd(on: boolean, actions: SessionActions): void {
  const running = useRef(on);
  useEffect(() => {
    running.current = on;
  }, [on]);
  useEffect(
    () => () => {
      if (running.current) void actions.echoTest(false);
    },
    [actions],
  );
}
