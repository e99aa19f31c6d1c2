import { useQuery } from '@tanstack/react-query';
import { leadsetsQuery } from '@/api/queries';

export function useLeadsetsOf(campaignId: number) {
  return useQuery({
    ...leadsetsQuery,
    select: (leadsets) => leadsets.filter((leadset) => leadset.campaign_id === campaignId),
  });
}
