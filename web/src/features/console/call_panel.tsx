import { Button, Menu, Tooltip } from '@mantine/core';
import {
  IconDialpad,
  IconMicrophone,
  IconMicrophoneOff,
  IconParking,
  IconPhone,
  IconPhoneOff,
  IconPhoneOutgoing,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlayerSkipForward,
  IconUserSearch,
} from '@tabler/icons-react';
import { useState, type ReactNode } from 'react';
import type { AgentLive, CallLive } from '@/api/types';
import { Elapsed, Remaining } from '@/components/elapsed';
import { formatDuration } from '@/components/format';
import { fullName } from '@/features/leads/lead_columns';
import { agentStates, lookOf } from '@/features/states';
import { useConnectedAt } from './call_clock';
import classes from './call_panel.module.css';
import { Keypad } from './keypad';
import { skipReasons, type SessionActions } from './session_actions';
import { useShortcuts } from './shortcuts';
import { ThirdPartyBar } from './third_party_bar';
import { TransferPanel } from './transfer_panel';

interface Props {
  session: AgentLive;
  call: CallLive | null;
  actions: SessionActions;
  onMute: (muted: boolean) => void;
  status: ReactNode;
  /** The campaign's Transfer flag. */
  transferAllowed: boolean;
  /** The agent's own call-back is dialed, in a campaign whose calls otherwise come by themselves. */
  ownCallBack: boolean;
  /** Leads are shown before they are called. */
  isPreview: boolean;
}

/** Who is on the line, since when, and the next action: where the agent's eye rests. */
export function CallPanel({ session, call, actions, onMute, status, transferAllowed, ownCallBack, isPreview }: Props) {
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
          <p className={classes.quiet}>{quietText(session, isPreview)}</p>
        )}
      </div>
      <p className={`${classes.timer} tabular`} role="timer" aria-label={talking ? 'Talk time' : 'Time in this state'}>
        <Clock session={session} call={mine} connectedAt={connectedAt} />
      </p>
      <p className={classes.under}>
        <Under session={session} ownCallBack={ownCallBack} />
      </p>
      {talking ? (
        <TalkControls session={session} actions={actions} onMute={onMute} transferAllowed={transferAllowed} />
      ) : session.state === 'preview' ? (
        <PreviewControls actions={actions} status={status} />
      ) : session.state === 'ringing' ? (
        <RingingControls actions={actions} />
      ) : session.state === 'wrap_up' ? null : (
        <div className={classes.stack}>
          {isPreview && session.state === 'waiting' ? (
            <Button size="lg" leftSection={<IconUserSearch size={20} />} onClick={() => void actions.nextPreview()}>
              Get Next Lead
            </Button>
          ) : null}
          {status}
        </div>
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

function Under({ session, ownCallBack }: { session: AgentLive; ownCallBack: boolean }) {
  if (ownCallBack) return <>The call-back that you have agreed on</>;
  if (session.guest) return <>A colleague has asked you in</>;
  if (session.state === 'on_hold' && !session.third) {
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
  if (session.state === 'preview' && session.preview_until) {
    return (
      <>
        Dial or skip within <Remaining until={session.preview_until} />
      </>
    );
  }
  if (session.state === 'paused' && session.pause_reason === 'no disposition') return <>Submit it, or go ready and set it later.</>;
  if (session.muted && session.state === 'in_call') return <>You are muted</>;
  return <>{'\u00a0'}</>;
}

function PreviewControls({ actions, status }: { actions: SessionActions; status: ReactNode }) {
  useShortcuts({ D: () => void actions.dialPreview(), S: () => void actions.skipPreview(skipReasons[0]) });
  return (
    <div className={classes.stack}>
      <div className={classes.next}>
        <Button
          size="lg"
          leftSection={<IconPhone size={20} />}
          color="#1a7741"
          aria-keyshortcuts="Alt+D"
          title="Alt+D"
          onClick={() => void actions.dialPreview()}
        >
          Dial
        </Button>
        <SkipMenu onSkip={(reason) => void actions.skipPreview(reason)} />
      </div>
      {status}
    </div>
  );
}

function RingingControls({ actions }: { actions: SessionActions }) {
  useShortcuts({ E: () => void actions.hangUp() });
  return (
    <Button size="lg" fullWidth color="red.8" leftSection={<IconPhoneOff size={20} />} aria-keyshortcuts="Alt+E" title="Alt+E" onClick={() => void actions.hangUp()}>
      End
    </Button>
  );
}

function SkipMenu({ onSkip }: { onSkip: (reason: string) => void }) {
  return (
    <Menu position="bottom-end" width="target">
      <Menu.Target>
        <Button size="lg" variant="default" leftSection={<IconPlayerSkipForward size={20} />} aria-keyshortcuts="Alt+S" title={`Alt+S: ${skipReasons[0]}`}>
          Skip
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Why?</Menu.Label>
        {skipReasons.map((reason) => (
          <Menu.Item key={reason} onClick={() => onSkip(reason)}>
            {reason}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

type Opened = 'keypad' | 'transfer' | null;

function TalkControls({ session, actions, onMute, transferAllowed }: Pick<Props, 'session' | 'actions' | 'onMute' | 'transferAllowed'>) {
  const [opened, setOpened] = useState<Opened>(null);
  const toggle = (what: Opened) => setOpened((before) => (before === what ? null : what));
  const held = session.state === 'on_hold';
  const alone = session.third === null && !session.guest;
  const mute = () => {
    onMute(!session.muted);
    void actions.mute(!session.muted).then((worked) => {
      if (!worked) onMute(session.muted);
    });
  };
  useShortcuts({
    H: () => alone && void actions.hold(!held),
    M: mute,
    K: () => !session.guest && toggle('keypad'),
    T: () => alone && transferAllowed && toggle('transfer'),
    P: () => alone && void actions.park(),
    E: () => void actions.hangUp(),
  });
  return (
    <>
      {session.third ? <ThirdPartyBar third={session.third} actions={actions} /> : null}
      <div className={classes.controls}>
        {alone ? (
          <Control label={held ? 'Resume' : 'Hold'} keys="Alt+H" pressed={held} onClick={() => void actions.hold(!held)}>
            {held ? <IconPlayerPlay size={22} /> : <IconPlayerPause size={22} />}
          </Control>
        ) : null}
        <Control label={session.muted ? 'Unmute' : 'Mute'} keys="Alt+M" pressed={session.muted} onClick={mute}>
          {session.muted ? <IconMicrophoneOff size={22} /> : <IconMicrophone size={22} />}
        </Control>
        {session.guest ? null : (
          <Control label="Keypad" keys="Alt+K" pressed={opened === 'keypad'} onClick={() => toggle('keypad')}>
            <IconDialpad size={22} />
          </Control>
        )}
        {alone && transferAllowed ? (
          <Control label="Transfer" keys="Alt+T" pressed={opened === 'transfer'} onClick={() => toggle('transfer')}>
            <IconPhoneOutgoing size={22} />
          </Control>
        ) : null}
        {alone ? (
          <Control label="Park" keys="Alt+P" onClick={() => void actions.park()}>
            <IconParking size={22} />
          </Control>
        ) : null}
        <Tooltip label="Alt+E">
          <button type="button" className={classes.end} aria-keyshortcuts="Alt+E" onClick={() => void actions.hangUp()}>
            <IconPhoneOff size={22} aria-hidden />
            {session.guest ? 'Leave' : 'End'}
          </button>
        </Tooltip>
      </div>
      {opened === 'keypad' && !session.guest ? <Keypad onDigit={(digit) => void actions.digits(digit)} /> : null}
      {opened === 'transfer' && alone ? <TransferPanel actions={actions} onDone={() => setOpened(null)} /> : null}
    </>
  );
}

interface ControlProps {
  label: string;
  keys: string;
  /** Absent for what is done once and is not on or off. */
  pressed?: boolean;
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

function quietText(session: AgentLive, isPreview: boolean): string {
  if (session.state === 'waiting' && isPreview) return session.idle_reason || 'Ready. The next lead is looked for.';
  if (session.state === 'waiting') return 'Ready. The next customer comes to you by itself.';
  if (session.state === 'paused') return session.line_up ? 'No calls come while you are paused.' : 'Your line is being set up.';
  return '';
}
