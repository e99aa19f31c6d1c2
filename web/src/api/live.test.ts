import { describe, expect, it } from 'vitest';
import { applyToAgentView, applyToLive } from './live';
import type { AgentLive, AgentView, CallLive, Live } from './types';

const agent = (part: Partial<AgentLive>): AgentLive => ({
  session_id: 1,
  agent_id: 10,
  campaign_id: 5,
  state: 'waiting',
  since: 0,
  pause_reason: '',
  line_up: true,
  muted: false,
  echo_test: false,
  attempt_id: null,
  lead: null,
  third: null,
  guest: false,
  wrap_up_until: null, preview_until: null, owed: null, idle_reason: '',
  handled: 0,
  ...part,
});

const call = (part: Partial<CallLive>): CallLive => ({
  attempt_id: 100,
  campaign_id: 5,
  lead_id: 1,
  phone: '+12025550123',
  state: 'ringing',
  since: 0,
  started_at: 0,
  agent_id: null,
  outcome: 'in_progress',
  was_parked: false,
  ...part,
});

const figures = {
  agents_logged_in: 0,
  agents_paused: 0,
  agents_waiting: 0,
  agents_in_call: 0,
  active_calls: 0,
  calls_waiting: 0,
  calls_ringing: 0,
  data_remaining: 0,
  ai_calls_ringing: 0,
  ai_calls_active: 0,
};

const live: Live = { epoch: 'a', seq: 1, figures, agents: [], calls: [], campaigns: [], trunks: [], presence: [], lead_stats: {} };
const event = (type: string, data: unknown, seq = 2) => ({ seq, type, data });

describe('applyToLive', () => {
  it('adds, changes and removes an agent session', () => {
    let view = applyToLive(live, [event('agent', agent({})), event('agent', agent({ session_id: 2, agent_id: 11 }))]);
    view = applyToLive(view, [event('agent', agent({ state: 'in_call' }))]);
    expect(view.agents.map((each) => [each.session_id, each.state])).toEqual([
      [1, 'in_call'],
      [2, 'waiting'],
    ]);
    view = applyToLive(view, [event('agent_gone', { session_id: 1, agent_id: 10, campaign_id: 5, reason: '' })]);
    expect(view.agents.map((each) => each.session_id)).toEqual([2]);
  });

  it('removes a call with its last event', () => {
    let view = applyToLive(live, [event('call', call({})), event('call', call({ attempt_id: 101 }))]);
    view = applyToLive(view, [event('call', call({ state: 'ended', outcome: 'busy' }))]);
    expect(view.calls.map((each) => each.attempt_id)).toEqual([101]);
  });

  it('replaces figures and lead statistics, and leaves other parts the same objects', () => {
    const stats = { total: 3, dialable: 2, in_progress: 0, answered: 0, failed: 0, dropped: 0, not_dialable: {} };
    const view = applyToLive(live, [
      event('figures', { ...figures, calls_ringing: 4 }),
      event('lead_stats', { campaign_id: 5, stats }),
    ]);
    expect(view.figures.calls_ringing).toBe(4);
    expect(view.lead_stats).toEqual({ 5: stats });
    expect(view.agents).toBe(live.agents);
  });

  it('knows who is online, and whose desk phone is registered', () => {
    const ann = { user_id: 10, online: true, since: 1, phone: null };
    const phone = { address: '192.0.2.7:5060', transport: 'tls' as const };
    const view = applyToLive(live, [event('presence', ann), event('presence', { ...ann, phone })]);
    expect(view.presence).toEqual([{ ...ann, phone }]);
  });

  it('is the same object when no event concerns it', () => {
    expect(applyToLive(live, [event('record_changed', { kind: 'script', id: 1, deleted: false }), event('later', {})])).toBe(live);
  });
});

describe('applyToAgentView', () => {
  const view: AgentView = { epoch: 'a', seq: 1, session: agent({}), call: null, parked: [] };

  it('takes a call and its agent in either order', () => {
    const inCall = event('agent', agent({ state: 'in_call', attempt_id: 100 }));
    const connected = event('call', call({ state: 'connected', agent_id: 10 }));
    for (const events of [
      [inCall, connected],
      [connected, inCall],
    ]) {
      const after = applyToAgentView(view, events);
      expect(after.session?.state).toBe('in_call');
      expect(after.call?.state).toBe('connected');
    }
  });

  it('keeps the ended call through wrap-up and drops it for the next', () => {
    let after = applyToAgentView(view, [
      event('agent', agent({ state: 'in_call', attempt_id: 100 })),
      event('call', call({ state: 'ended' })),
      event('agent', agent({ state: 'wrap_up', attempt_id: 100 })),
    ]);
    expect(after.call?.state).toBe('ended');
    after = applyToAgentView(after, [event('agent', agent({ state: 'waiting' }))]);
    expect(after.call).toBeNull();
  });

  it('lists what is parked until somebody takes it', () => {
    const own = call({ attempt_id: 100, state: 'connected', agent_id: 10 });
    let after = applyToAgentView(view, [
      event('call', own),
      event('call', call({ attempt_id: 7, state: 'parked', agent_id: 11, was_parked: true })),
    ]);
    expect(after.call).toEqual(own);
    expect(after.parked.map((each) => each.attempt_id)).toEqual([7]);
    after = applyToAgentView(after, [event('call', call({ attempt_id: 7, state: 'connected', agent_id: 12, was_parked: true }))]);
    expect(after.parked).toEqual([]);
    expect(after.call).toEqual(own);
  });

  it('ends with the session', () => {
    const gone = event('agent_gone', { session_id: 1, agent_id: 10, campaign_id: 5, reason: 'Logged out.' });
    expect(applyToAgentView(view, [gone])).toMatchObject({ session: null, call: null });
    const other = event('agent_gone', { session_id: 9, agent_id: 10, campaign_id: 5, reason: '' });
    expect(applyToAgentView(view, [other])).toBe(view);
  });
});
