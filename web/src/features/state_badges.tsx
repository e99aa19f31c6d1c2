import { StateBadge } from '@/components/state_badge';
import { agentStates, callStates, lookOf, outcomes, pauseWords, switches } from './states';

export function AgentStateBadge({ state, reason }: { state: string; reason?: string | undefined }) {
  return <StateBadge {...lookOf(agentStates, state)} detail={state === 'paused' ? pauseWords(reason ?? '') : ''} />;
}

export function CallStateBadge({ state }: { state: string }) {
  return <StateBadge {...lookOf(callStates, state)} />;
}

export function OutcomeBadge({ outcome }: { outcome: string }) {
  return <StateBadge {...lookOf(outcomes, outcome)} />;
}

export function SwitchBadge({ on }: { on: boolean }) {
  return <StateBadge {...(on ? switches.on : switches.off)} />;
}

export function UpBadge({ up }: { up: boolean }) {
  return <StateBadge {...(up ? switches.up : switches.down)} />;
}

export function OnlineBadge({ on }: { on: boolean }) {
  return <StateBadge {...(on ? { ...switches.up, label: 'Online' } : { ...switches.off, label: 'Offline' })} />;
}

export function PhoneBadge({ on, detail }: { on: boolean; detail: string }) {
  return <StateBadge {...(on ? { ...switches.up, label: 'Registered' } : { ...switches.down, label: 'Not registered' })} detail={detail} />;
}

export function LoggedOutBadge() {
  return <StateBadge label="Logged out" tone="idle" icon={switches.off.icon} />;
}
