import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { liveQuery } from '@/api/queries';
import type { CampaignLive } from '@/api/types';
import { serverNow } from '@/components/clock';

export interface Sample {
  at: number;
  talking: number;
  /** Placed and not answered yet. */
  ringing: number;
  callsWaiting: number;
  agentsWaiting: number;
  agentsInCall: number;
}

const keptMs = 5 * 60_000;
const everyMs = 1000;
const kept = new Map<number, Sample[]>();

/** Calls that are placed and not answered yet. */
export function unansweredCalls({ calls_dialing, calls_ringing }: CampaignLive): number {
  return calls_dialing + calls_ringing;
}

/** The campaign's figures of the last five minutes, as far as this page has watched it. */
export function useCampaignSeries(campaignId: number): readonly Sample[] {
  const client = useQueryClient();
  const [samples, setSamples] = useState<readonly Sample[]>(() => kept.get(campaignId) ?? []);
  useEffect(() => {
    const take = () => {
      const campaign = client.getQueryData(liveQuery.queryKey)?.campaigns.find((each) => each.campaign_id === campaignId);
      if (!campaign) return;
      const at = serverNow();
      const next = [
        ...(kept.get(campaignId) ?? []).filter((sample) => sample.at > at - keptMs),
        {
          at,
          talking: campaign.calls_active,
          ringing: unansweredCalls(campaign),
          callsWaiting: campaign.calls_waiting,
          agentsWaiting: campaign.agents_waiting,
          agentsInCall: campaign.agents_in_call,
        },
      ];
      kept.set(campaignId, next);
      setSamples(next);
    };
    take();
    const timer = setInterval(take, everyMs);
    return () => clearInterval(timer);
  }, [campaignId, client]);
  return samples;
}
