import { Button, Tooltip } from '@mantine/core';
import { useDisclosure, useHotkeys } from '@mantine/hooks';
import {
  IconDialpad,
  IconMicrophone,
  IconMicrophoneOff,
  IconPhone,
  IconPhoneOff,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlayerSkipForward,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { AgentLive, CallLive } from '@/api/types';
import { Elapsed, Remaining } from '@/components/elapsed';
import { formatDuration } from '@/components/format';
import { fullName } from '@/features/leads/lead_columns';
import { agentStates, lookOf } from '@/features/states';
import { useConnectedAt } from './call_clock';
import classes from './call_panel.module.css';
import { Keypad } from './keypad';
import type { SessionActions } from './session_actions';

interface Props {
  session: AgentLive;
  call: CallLive | null;
  actions: SessionActions;
  onMute: (muted: boolean) => void;
  status: ReactNode;
}

/** Who is on the line, since when, and the next action: where the agent's eye rests. */
export function CallPanel({ session, call, actions, onMute, status }: Props) {
  const look = lookOf(agentStates, session.state);
  const Sign = look.icon;
  const talking = session.state === 'in_call' || session.state === 'on_hold';
  const mine = call !== null && call.attempt_id === session.attempt_id ? call : null;
  const connectedAt = useConnectedAt(mine);
  const lead = session.lead;
  const shown = lead !== null && session.state !== 'waiting';

  return (
    <section className={classes.panel} aria-label="Call" data-live={talking || undefined} style={{ '--tone': `var(--state-${look.tone})` }}>
      <div className={classes.state} role="status">
        <Sign size={16} stroke={2.2} aria-hidden />
        <span>{look.label}</span>
        <span className={classes.reason}>{session.state === 'paused' ? pauseText(session.pause_reason) : ''}</span>
      </div>
      <div className={classes.who}>
        {shown ? (
          <>
            <p className={classes.name}>{fullName(lead)}</p>
            <p className={`${classes.phone} tabular`}>{mine?.phone ?? lead.phone}</p>
            <p className={classes.place}>{[lead.business, lead.city, lead.state].filter(Boolean).join(', ')}</p>
          </>
        ) : (
          <p className={classes.quiet}>{quietText(session)}</p>
        )}
      </div>
      <p className={`${classes.timer} tabular`} role="timer" aria-label={talking ? 'Talk time' : 'Time in this state'}>
        <Clock session={session} call={mine} connectedAt={connectedAt} />
      </p>
      <p className={classes.under}>
        <Under session={session} />
      </p>
      {talking ? (
        <TalkControls session={session} actions={actions} onMute={onMute} />
      ) : session.state === 'preview' ? (
        <div className={classes.next}>
          <Button size="lg" leftSection={<IconPhone size={20} />} color="var(--state-in-call)" autoContrast onClick={() => void actions.dialPreview()}>
            Dial
          </Button>
          <Button size="lg" variant="default" leftSection={<IconPlayerSkipForward size={20} />} onClick={() => void actions.skipPreview()}>
            Skip
          </Button>
        </div>
      ) : session.state === 'ringing' ? (
        <div className={classes.next}>
          <Button size="lg" color="red.8" leftSection={<IconPhoneOff size={20} />} onClick={() => void actions.hangUp()}>
            End
          </Button>
        </div>
      ) : session.state === 'wrap_up' ? null : (
        status
      )}
    </section>
  );
}

function Clock({ session, call, connectedAt }: { session: AgentLive; call: CallLive | null; connectedAt: number | null }) {
  const talking = session.state === 'in_call' || session.state === 'on_hold';
  if (talking) return <Elapsed since={connectedAt ?? session.since} />;
  if (session.state === 'wrap_up' && call?.state === 'ended' && connectedAt) return <>{formatDuration(call.since - connectedAt)}</>;
  return <Elapsed since={session.since} />;
}

function Under({ session }: { session: AgentLive }) {
  if (session.state === 'on_hold') {
    return (
      <>
        On hold for <Elapsed since={session.since} />
      </>
    );
  }
  if (session.state === 'wrap_up' && session.wrap_up_until) {
    return (
      <>
        Set a disposition within <Remaining until={session.wrap_up_until} />
      </>
    );
  }
  if (session.muted && session.state === 'in_call') return <>You are muted</>;
  return <>{'\u00a0'}</>;
}

function TalkControls({ session, actions, onMute }: Pick<Props, 'session' | 'actions' | 'onMute'>) {
  const [keypad, { toggle }] = useDisclosure(false);
  const held = session.state === 'on_hold';
  const mute = () => {
    onMute(!session.muted);
    void actions.mute(!session.muted).then((worked) => {
      if (!worked) onMute(session.muted);
    });
  };
  useHotkeys(
    [
      ['alt+H', () => void actions.hold(!held)],
      ['alt+M', mute],
      ['alt+K', toggle],
      ['alt+E', () => void actions.hangUp()],
    ],
    [],
  );
  return (
    <>
      <div className={classes.controls}>
        <Control label={held ? 'Resume' : 'Hold'} keys="Alt+H" pressed={held} onClick={() => void actions.hold(!held)}>
          {held ? <IconPlayerPlay size={22} /> : <IconPlayerPause size={22} />}
        </Control>
        <Control label={session.muted ? 'Unmute' : 'Mute'} keys="Alt+M" pressed={session.muted} onClick={mute}>
          {session.muted ? <IconMicrophoneOff size={22} /> : <IconMicrophone size={22} />}
        </Control>
        <Control label="Keypad" keys="Alt+K" pressed={keypad} onClick={toggle}>
          <IconDialpad size={22} />
        </Control>
        <Tooltip label="Alt+E">
          <button type="button" className={classes.end} aria-keyshortcuts="Alt+E" onClick={() => void actions.hangUp()}>
            <IconPhoneOff size={22} aria-hidden />
            End
          </button>
        </Tooltip>
      </div>
      {keypad ? <Keypad onDigit={(digit) => void actions.digits(digit)} /> : null}
    </>
  );
}

interface ControlProps {
  label: string;
  keys: string;
  pressed: boolean;
  onClick: () => void;
  children: ReactNode;
}

function Control({ label, keys, pressed, onClick, children }: ControlProps) {
  return (
    <Tooltip label={keys}>
      <button type="button" className={classes.control} aria-pressed={pressed} aria-keyshortcuts={keys} onClick={onClick}>
        {children}
        {label}
      </button>
    </Tooltip>
  );
}

function pauseText(reason: string): string {
  if (reason === 'login') return 'you have just logged in';
  if (reason === 'no disposition') return 'no disposition was set in time';
  return reason;
}

function quietText(session: AgentLive): string {
  if (session.state === 'waiting') return 'Ready. The next customer comes to you by itself.';
  if (session.state === 'paused') return session.line_up ? 'No calls come while you are paused.' : 'Your line is being set up.';
  return '';
}
