import type { ServerEvent } from './event_stream';
import type { AgentLive, AgentView, CallLive, CampaignLive, Figures, LeadStats, Live, Presence, TrunkLive } from './types';

/** The snapshot after the events; the same object when none of them touches it. */
export function applyToLive(live: Live, events: readonly ServerEvent[]): Live {
  return events.reduce(applyOneToLive, live);
}

function applyOneToLive(live: Live, event: ServerEvent): Live {
  switch (event.type) {
    case 'figures':
      return { ...live, figures: event.data as Figures };
    case 'agent': {
      const agent = event.data as AgentLive;
      return { ...live, agents: put(live.agents, agent, (each) => each.session_id === agent.session_id) };
    }
    case 'agent_gone': {
      const { session_id } = event.data as { session_id: number };
      return { ...live, agents: live.agents.filter((each) => each.session_id !== session_id) };
    }
    case 'call': {
      const call = event.data as CallLive;
      const same = (each: CallLive) => each.attempt_id === call.attempt_id;
      const calls = call.state === 'ended' ? live.calls.filter((each) => !same(each)) : put(live.calls, call, same);
      return { ...live, calls };
    }
    case 'campaign': {
      const campaign = event.data as CampaignLive;
      return { ...live, campaigns: put(live.campaigns, campaign, (each) => each.campaign_id === campaign.campaign_id) };
    }
    case 'trunk': {
      const trunk = event.data as TrunkLive;
      return { ...live, trunks: put(live.trunks, trunk, (each) => each.trunk_id === trunk.trunk_id) };
    }
    case 'presence': {
      const presence = event.data as Presence;
      return { ...live, presence: put(live.presence, presence, (each) => each.user_id === presence.user_id) };
    }
    case 'lead_stats': {
      const { campaign_id, stats } = event.data as { campaign_id: number; stats: LeadStats };
      return { ...live, lead_stats: { ...live.lead_stats, [campaign_id]: stats } };
    }
    default:
      return live;
  }
}

/** The agent's own view after the events. */
export function applyToAgentView(view: AgentView, events: readonly ServerEvent[]): AgentView {
  return events.reduce(applyOneToAgentView, view);
}

function applyOneToAgentView(view: AgentView, event: ServerEvent): AgentView {
  switch (event.type) {
    case 'agent': {
      const session = event.data as AgentLive;
      const otherCall = view.call !== null && view.call.attempt_id !== session.attempt_id;
      return { ...view, session, call: otherCall ? null : view.call };
    }
    case 'agent_gone': {
      const { session_id } = event.data as { session_id: number };
      return view.session?.session_id === session_id ? { ...view, session: null, call: null, parked: [] } : view;
    }
    case 'call': {
      const call = event.data as CallLive;
      const own = call.agent_id === view.session?.agent_id || call.attempt_id === view.session?.attempt_id;
      const others = view.parked.filter((each) => each.attempt_id !== call.attempt_id);
      return { ...view, call: own ? call : view.call, parked: call.state === 'parked' ? [...others, call] : others };
    }
    default:
      return view;
  }
}

function put<T>(list: readonly T[], item: T, same: (each: T) => boolean): T[] {
  const at = list.findIndex(same);
  return at < 0 ? [...list, item] : list.with(at, item);
}
