import {
  IconAlertTriangle,
  IconBan,
  IconBellRinging,
  IconCheck,
  IconClockPause,
  IconDots,
  IconEye,
  IconHeadset,
  IconHourglass,
  IconParking,
  IconPencil,
  IconPhone,
  IconPhoneCall,
  IconPhoneOff,
  IconPhoneOutgoing,
  IconPhoneX,
  IconPlayerPause,
  IconRobot,
  IconUserOff,
  type Icon,
} from '@tabler/icons-react';

/** One way to show a state: the same word, colour and sign in each badge, chart and table. */
export interface StateLook {
  label: string;
  /** Name of the CSS variable after `--state-`. */
  tone: string;
  icon: Icon;
}

export const agentStates = {
  paused: { label: 'Paused', tone: 'paused', icon: IconPlayerPause },
  waiting: { label: 'Waiting', tone: 'waiting', icon: IconHeadset },
  preview: { label: 'Preview', tone: 'preview', icon: IconEye },
  ringing: { label: 'Ringing', tone: 'ringing', icon: IconBellRinging },
  in_call: { label: 'In call', tone: 'in-call', icon: IconPhoneCall },
  on_hold: { label: 'On hold', tone: 'on-hold', icon: IconClockPause },
  wrap_up: { label: 'Wrap-up', tone: 'wrap-up', icon: IconPencil },
} as const satisfies Record<string, StateLook>;

/** What the server names a pause by, in words that follow "Paused". */
export function pauseWords(reason: string): string {
  if (reason === 'login') return 'since login';
  if (reason === 'supervisor' || reason === 'paused by a supervisor') return 'by a supervisor';
  return reason;
}

export const callStates = {
  dialing: { label: 'Dialing', tone: 'dialing', icon: IconDots },
  ringing: { label: 'Ringing', tone: 'ringing', icon: IconBellRinging },
  waiting: { label: 'Waiting for an agent', tone: 'queued', icon: IconHourglass },
  connected: { label: 'In call', tone: 'in-call', icon: IconPhoneCall },
  on_hold: { label: 'On hold', tone: 'on-hold', icon: IconClockPause },
  parked: { label: 'Parked', tone: 'paused', icon: IconParking },
  transferred: { label: 'Transferred', tone: 'preview', icon: IconPhoneOutgoing },
  ended: { label: 'Ended', tone: 'idle', icon: IconPhoneOff },
} as const satisfies Record<string, StateLook>;

export const outcomes = {
  in_progress: { label: 'In progress', tone: 'dialing', icon: IconDots },
  ringing: { label: 'Ringing', tone: 'ringing', icon: IconBellRinging },
  connected: { label: 'Connected', tone: 'in-call', icon: IconPhoneCall },
  answered: { label: 'Answered', tone: 'in-call', icon: IconPhone },
  agent_unavailable: { label: 'Agent unavailable', tone: 'queued', icon: IconUserOff },
  busy: { label: 'Busy', tone: 'wrap-up', icon: IconPhoneX },
  no_answer: { label: 'No answer', tone: 'paused', icon: IconPhoneOff },
  rejected: { label: 'Rejected', tone: 'on-hold', icon: IconBan },
  dropped: { label: 'Dropped', tone: 'queued', icon: IconHourglass },
  machine: { label: 'Machine', tone: 'preview', icon: IconRobot },
  connection_error: { label: 'Connection error', tone: 'failed', icon: IconAlertTriangle },
  error: { label: 'Error', tone: 'failed', icon: IconAlertTriangle },
} as const satisfies Record<string, StateLook>;

export const outcomeChoices = Object.entries(outcomes).map(([value, { label }]) => ({ value, label }));

export const switches = {
  on: { label: 'On', tone: 'in-call', icon: IconCheck },
  off: { label: 'Off', tone: 'paused', icon: IconPlayerPause },
  up: { label: 'Up', tone: 'in-call', icon: IconCheck },
  down: { label: 'Down', tone: 'failed', icon: IconAlertTriangle },
} as const satisfies Record<string, StateLook>;

export const webhookStates = {
  ok: switches.on,
  failing: { label: 'Failing', tone: 'failed', icon: IconAlertTriangle },
  off: switches.off,
} as const satisfies Record<string, StateLook>;

export const importStates = {
  running: { label: 'Running', tone: 'dialing', icon: IconHourglass },
  done: { label: 'Done', tone: 'in-call', icon: IconCheck },
  failed: { label: 'Failed', tone: 'failed', icon: IconAlertTriangle },
  cancelled: { label: 'Cancelled', tone: 'paused', icon: IconBan },
} as const satisfies Record<string, StateLook>;

export const deliveryStates = {
  waiting: { label: 'Waiting', tone: 'queued', icon: IconHourglass },
  delivered: { label: 'Delivered', tone: 'in-call', icon: IconCheck },
  given_up: { label: 'Given up', tone: 'failed', icon: IconBan },
} as const satisfies Record<string, StateLook>;

const unknown: StateLook = { label: 'Unknown', tone: 'idle', icon: IconDots };

/** The look of a state by name; a name that this page is too old to know is shown as it came. */
export function lookOf(table: Record<string, StateLook>, name: string): StateLook {
  return table[name] ?? { ...unknown, label: name };
}

export function toneColor(tone: string): string {
  return `var(--state-${tone})`;
}
