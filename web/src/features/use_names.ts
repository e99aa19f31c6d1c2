import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { campaignsQuery, leadsetsQuery, trunksQuery, usersQuery } from '@/api/queries';

function useNameMap(items: readonly { id: number; name: string }[] | undefined): ReadonlyMap<number, string> {
  return useMemo(() => new Map(items?.map((item) => [item.id, item.name])), [items]);
}

export function useCampaignNames() {
  return useNameMap(useQuery(campaignsQuery).data);
}
export function useUserNames() {
  return useNameMap(useQuery(usersQuery).data);
}
export function useLeadsetNames() {
  return useNameMap(useQuery(leadsetsQuery).data);
}
export function useTrunkNames() {
  return useNameMap(useQuery(trunksQuery).data);
}
