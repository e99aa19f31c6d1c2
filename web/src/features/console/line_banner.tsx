import { Button } from '@mantine/core';
import { IconAlertTriangle, IconVolume } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { AgentLive } from '@/api/types';
import classes from './line.module.css';
import { microphoneHelp } from './microphone';
import type { AgentLineControl } from './use_agent_line';

/** Setting up takes a moment; only what lasts longer is worth a banner. */
const patienceMs = 4000;

/** Says clearly when customers could not be heard, and what to do. */
export function LineBanner({ session, line }: { session: AgentLive; line: AgentLineControl }) {
  const down = !session.line_up || line.state !== 'up';
  const late = useLasting(down, patienceMs);
  return <div role="alert">{bannerOf(line, line.state === 'interrupted' || late, down)}</div>;
}

function bannerOf(line: AgentLineControl, tell: boolean, down: boolean) {
  if (line.microphoneProblem) {
    const { title, hint } = microphoneHelp[line.microphoneProblem];
    return (
      <Banner title={title} text={hint}>
        <Button size="compact-sm" variant="default" onClick={line.retryMicrophone}>
          Try again
        </Button>
      </Banner>
    );
  }
  if (line.state === 'replaced') {
    return (
      <Banner title="Your line is used in another window" text="Close the other window, then take the line back here.">
        <Button size="compact-sm" variant="default" onClick={line.retryMicrophone}>
          Use it here
        </Button>
      </Banner>
    );
  }
  if (line.silent) {
    return (
      <Banner title="The browser holds back the sound" text="It plays sound only after you have pressed something on this page.">
        <Button size="compact-sm" leftSection={<IconVolume size={15} />} onClick={line.playSound}>
          Turn on sound
        </Button>
      </Banner>
    );
  }
  if (down && tell) {
    return (
      <Banner
        title="Your line is interrupted"
        text={line.problem ?? 'It comes back by itself; a customer on the line waits for you. Check your network if it takes long.'}
      />
    );
  }
  return null;
}

function Banner({ title, text, children }: { title: string; text: string; children?: React.ReactNode }) {
  return (
    <div className={classes.banner}>
      <IconAlertTriangle size={18} aria-hidden />
      <p>
        <strong>{title}.</strong> {text}
      </p>
      {children}
    </div>
  );
}

/** True once `on` has lasted for `ms`. */
function useLasting(on: boolean, ms: number): boolean {
  const [late, setLate] = useState(false);
  useEffect(() => {
    if (!on) {
      setLate(false);
      return;
    }
    const timer = setTimeout(() => setLate(true), ms);
    return () => clearTimeout(timer);
  }, [on, ms]);
  return late;
}
