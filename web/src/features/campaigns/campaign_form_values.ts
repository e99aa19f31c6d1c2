import type { Campaign, CampaignFields, DialerType, DispositionRule, Outcome, RetryRule } from '@/api/types';
import { clockToMinutes, minutesToClock } from '@/components/format';

/** The form's view of a campaign: seconds, clock times and names of choices as people read them. */
export interface CampaignForm {
  name: string;
  type: DialerType;
  active: boolean;
  script_id: string | null;
  notes: string;
  caller_id: string;
  source_statuses: string[];
  outbound_multiplier: number;
  trunk_ids: string[];
  tech_prefix: string;
  channels: number;
  cps: number;
  ring_timeout_ms: number;
  answer_wait_ms: number;
  wrap_up_limit_ms: number;
  window_from_min: string;
  window_to_min: string;
  max_attempts: number;
  retry_rules: RetryRule[];
  recording: boolean;
  transfer_allowed: boolean;
  drop_message: string;
  dispositions: DispositionRule[];
  agent_ids: string[];
}

const noFlags = { final: false, recyclable: false, callback: false, do_not_call: false, sale: false };

/** The dispositions that the server gives to a campaign that names none. */
export const predefinedDispositions: DispositionRule[] = [
  { ...noFlags, name: 'DO NOT CALL', final: true, do_not_call: true },
  { ...noFlags, name: 'NOT INTERESTED', final: true },
  { ...noFlags, name: 'SALE MADE', final: true, sale: true },
  { ...noFlags, name: 'CALL TRANSFERRED', final: true },
  { ...noFlags, name: 'BUSY', recyclable: true },
  { ...noFlags, name: 'CALL BACK', recyclable: true, callback: true },
  { ...noFlags, name: 'DISCONNECTED NUMBER', final: true },
  { ...noFlags, name: 'DECLINED SALE', final: true, recyclable: true },
  { ...noFlags, name: 'WRONG DETAILS', final: true },
];

/** A disposition that was just added, before it has a name. */
export const blankDisposition: DispositionRule = { ...noFlags, name: '' };

/** What a new campaign starts with. */
export const blankCampaign: CampaignForm = {
  name: '',
  type: 'auto',
  active: false,
  script_id: null,
  notes: '',
  caller_id: '',
  source_statuses: ['New', 'Ready'],
  outbound_multiplier: 1,
  trunk_ids: [],
  tech_prefix: '',
  channels: 100,
  cps: 10,
  ring_timeout_ms: 30,
  answer_wait_ms: 2,
  wrap_up_limit_ms: 30,
  window_from_min: '08:00',
  window_to_min: '21:00',
  max_attempts: 5,
  retry_rules: [
    { outcome: 'busy', after_s: 900 },
    { outcome: 'no_answer', after_s: 7200 },
    { outcome: 'agent_unavailable', after_s: 3600 },
    { outcome: 'dropped', after_s: 259200 },
    { outcome: 'connection_error', after_s: 900 },
  ],
  recording: true,
  transfer_allowed: true,
  drop_message: '',
  dispositions: predefinedDispositions,
  agent_ids: [],
};

/** The same settings under another name, switched off: its leadsets stay with the original. */
export function copyOfCampaign(campaign: Campaign): CampaignForm {
  return { ...formOfCampaign(campaign), name: `Copy of ${campaign.name}`.slice(0, 200), active: false };
}

export const retryableOutcomes: Outcome[] = ['busy', 'no_answer', 'agent_unavailable', 'rejected', 'dropped', 'machine', 'connection_error', 'error'];

export function formOfCampaign(campaign: Campaign): CampaignForm {
  const shared = { ...blankCampaign, ...campaign };
  return {
    ...shared,
    script_id: campaign.script_id ? String(campaign.script_id) : null,
    trunk_ids: shared.trunk_ids.map(String),
    agent_ids: shared.agent_ids.map(String),
    ring_timeout_ms: shared.ring_timeout_ms / 1000,
    answer_wait_ms: shared.answer_wait_ms / 1000,
    wrap_up_limit_ms: shared.wrap_up_limit_ms / 1000,
    window_from_min: minutesToClock(campaign.window_from_min ?? 480),
    window_to_min: minutesToClock(campaign.window_to_min % 1440),
  };
}

export function campaignBody(form: CampaignForm): CampaignFields & { name: string; type: DialerType } {
  const { window_from_min, window_to_min, ...rest } = form;
  return {
    name: rest.name,
    type: rest.type,
    active: rest.active,
    script_id: rest.script_id ? Number(rest.script_id) : null,
    notes: rest.notes,
    caller_id: rest.caller_id.replaceAll(/[\s()-]/g, ''),
    source_statuses: rest.source_statuses,
    outbound_multiplier: rest.outbound_multiplier,
    trunk_ids: rest.trunk_ids.map(Number),
    tech_prefix: rest.tech_prefix,
    channels: rest.channels,
    cps: rest.cps,
    ring_timeout_ms: Math.round(rest.ring_timeout_ms * 1000),
    answer_wait_ms: Math.round(rest.answer_wait_ms * 1000),
    wrap_up_limit_ms: Math.round(rest.wrap_up_limit_ms * 1000),
    window_from_min: clockToMinutes(window_from_min) ?? 480,
    // Midnight ends a day: as an end it is 24:00.
    window_to_min: (clockToMinutes(window_to_min) ?? 1260) || 1440,
    max_attempts: rest.max_attempts,
    retry_rules: rest.retry_rules,
    recording: rest.recording,
    transfer_allowed: rest.transfer_allowed,
    drop_message: rest.drop_message.trim(),
    dispositions: rest.dispositions,
    agent_ids: rest.agent_ids.map(Number),
  };
}
