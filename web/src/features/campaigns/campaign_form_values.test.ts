import { expect, it } from 'vitest';
import type { Campaign } from '@/api/types';
import { blankCampaign, campaignBody, copyOfCampaign, formOfCampaign } from './campaign_form_values';

it('a new campaign begins with the predefined dispositions', () => {
  const body = campaignBody({ ...blankCampaign, name: 'A' });
  expect(body.dispositions).toHaveLength(9);
  expect(body).toMatchObject({ ring_timeout_ms: 30_000, answer_wait_ms: 2000, window_from_min: 480, window_to_min: 1260, script_id: null });
});

const solar: Campaign = {
  id: 7,
  name: 'Solar',
  type: 'auto',
  active: true,
  script_id: 3,
  notes: 'n',
  caller_id: '+12025550100',
  source_statuses: ['New'],
  outbound_multiplier: 1.5,
  trunk_ids: [2, 1],
  tech_prefix: '9#',
  channels: 50,
  cps: 2.5,
  ring_timeout_ms: 25_000,
  answer_wait_ms: 1500,
  wrap_up_limit_ms: 45_000,
  window_from_min: 545,
  window_to_min: 1200,
  max_attempts: 3,
  retry_rules: [{ outcome: 'busy', after_s: 600 }],
  recording: false,
  transfer_allowed: false,
  drop_message: 'This is Example, +1 555 0100.',
  dispositions: [{ name: 'SALE MADE', sale: true }],
  agent_ids: [4, 5],
};

it('a campaign goes through the form unchanged', () => {
  const { id, ...fields } = solar;
  expect(id).toBe(7);
  expect(campaignBody(formOfCampaign(solar))).toEqual(fields);
});

it('a caller ID may be typed the way people write numbers', () => {
  expect(campaignBody({ ...blankCampaign, caller_id: '+1 (202) 555-0100' }).caller_id).toBe('+12025550100');
});

it('midnight as an end is the end of the day', () => {
  expect(campaignBody({ ...blankCampaign, window_from_min: '00:00', window_to_min: '00:00' })).toMatchObject({
    window_from_min: 0,
    window_to_min: 1440,
  });
});

it('a copy has another name and is switched off', () => {
  expect(copyOfCampaign(solar)).toEqual({ ...formOfCampaign(solar), name: 'Copy of Solar', active: false });
  expect(copyOfCampaign({ ...solar, name: 'x'.repeat(200) }).name).toHaveLength(200);
});
