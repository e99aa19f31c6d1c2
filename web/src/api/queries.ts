import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api, setCsrfToken, unwrap } from './client';
import type { AgentView, ListOf, Live } from './types';

const pageSize = 1000;

/** All of a list that people look at as a whole (campaigns, scripts, ...): page after page. */
async function fetchAll<T>(page: (offset: number, limit: number) => Promise<ListOf<T>>): Promise<T[]> {
  const items: T[] = [];
  for (;;) {
    const answer = await page(items.length, pageSize);
    items.push(...answer.items);
    if (answer.items.length === 0 || items.length >= answer.total) return items;
  }
}

/*
 * The first part of a key is the kind of record, as in `record_changed` events: such an event makes
 * every query of its kind stale.
 */

export const setupQuery = queryOptions({
  queryKey: ['setup'],
  queryFn: () => unwrap(api.GET('/setup')),
  staleTime: 0,
});

/** Where the server keeps its records and listens; for administrators. */
export const systemQuery = queryOptions({
  queryKey: ['system'],
  queryFn: () => unwrap(api.GET('/system')),
});

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async () => {
    const session = await unwrap(api.GET('/session'));
    setCsrfToken(session.csrf_token);
    return session;
  },
  staleTime: Infinity,
  retry: false,
});

export const campaignsQuery = queryOptions({
  queryKey: ['campaign', 'all'],
  queryFn: () => fetchAll((offset, limit) => unwrap(api.GET('/campaigns', { params: { query: { offset, limit, sort: 'name' } } }))),
});

export function campaignQuery(id: number) {
  return queryOptions({
    queryKey: ['campaign', id],
    queryFn: () => unwrap(api.GET('/campaigns/{id}', { params: { path: { id } } })),
  });
}

export const scriptsQuery = queryOptions({
  queryKey: ['script', 'all'],
  queryFn: () => fetchAll((offset, limit) => unwrap(api.GET('/scripts', { params: { query: { offset, limit, sort: 'name' } } }))),
});

export function scriptQuery(id: number) {
  return queryOptions({
    queryKey: ['script', id],
    queryFn: () => unwrap(api.GET('/scripts/{id}', { params: { path: { id } } })),
  });
}

export const usersQuery = queryOptions({
  queryKey: ['user', 'all'],
  queryFn: () => fetchAll((offset, limit) => unwrap(api.GET('/users', { params: { query: { offset, limit, sort: 'name' } } }))),
});

export function userQuery(id: number) {
  return queryOptions({
    queryKey: ['user', id],
    queryFn: () => unwrap(api.GET('/users/{id}', { params: { path: { id } } })),
  });
}

export const sipProfilesQuery = queryOptions({
  queryKey: ['sip_profile', 'all'],
  queryFn: () => fetchAll((offset, limit) => unwrap(api.GET('/sip_profiles', { params: { query: { offset, limit, sort: 'name' } } }))),
});

export function sipProfileQuery(id: number) {
  return queryOptions({
    queryKey: ['sip_profile', id],
    queryFn: () => unwrap(api.GET('/sip_profiles/{id}', { params: { path: { id } } })),
  });
}

export const leadsetsQuery = queryOptions({
  queryKey: ['leadset', 'all'],
  queryFn: () => fetchAll((offset, limit) => unwrap(api.GET('/leadsets', { params: { query: { offset, limit, sort: 'name' } } }))),
});

export function leadsetQuery(id: number) {
  return queryOptions({
    queryKey: ['leadset', id],
    queryFn: () => unwrap(api.GET('/leadsets/{id}', { params: { path: { id } } })),
  });
}

export function leadsetStatsQuery(id: number) {
  return queryOptions({
    queryKey: ['lead', 'stats', id],
    queryFn: () => unwrap(api.GET('/leadsets/{id}/stats', { params: { path: { id } } })),
    placeholderData: keepPreviousData,
  });
}

/** What came of the calls to a leadset's leads. */
export function leadsetActivityQuery(id: number) {
  return queryOptions({
    queryKey: ['attempt', 'activity', id],
    queryFn: () => unwrap(api.GET('/leadsets/{id}/activity', { params: { path: { id } } })),
    placeholderData: keepPreviousData,
  });
}

/** Statuses, dispositions and own columns of a leadset's leads. */
export function leadValuesQuery(id: number) {
  return queryOptions({
    queryKey: ['lead', 'values', id],
    queryFn: () => unwrap(api.GET('/leadsets/{id}/lead_values', { params: { path: { id } } })),
    placeholderData: keepPreviousData,
  });
}

export function leadJobsQuery(leadsetId: number) {
  return queryOptions({
    queryKey: ['lead_job', leadsetId],
    queryFn: async () => (await unwrap(api.GET('/leadsets/{id}/lead_jobs', { params: { path: { id: leadsetId } } }))).items,
  });
}

export function recycleQuery(leadsetId: number) {
  return queryOptions({
    queryKey: ['lead', 'recycle', leadsetId],
    queryFn: async () => (await unwrap(api.GET('/leadsets/{id}/recycle', { params: { path: { id: leadsetId } } }))).items,
    staleTime: 0,
  });
}

export function campaignStatsQuery(id: number) {
  return queryOptions({
    queryKey: ['lead', 'campaign_stats', id],
    queryFn: () => unwrap(api.GET('/campaigns/{id}/stats', { params: { path: { id } } })),
  });
}

export function leadQuery(id: number) {
  return queryOptions({
    queryKey: ['lead', id],
    queryFn: () => unwrap(api.GET('/leads/{id}', { params: { path: { id } } })),
  });
}

/** Why a lead is dialed, or not. */
export function leadAnswerQuery(id: number) {
  return queryOptions({
    queryKey: ['lead', 'why', id],
    queryFn: () => unwrap(api.GET('/leads/{id}/why', { params: { path: { id } } })),
    staleTime: 0,
  });
}

export const trunksQuery = queryOptions({
  queryKey: ['trunk', 'all'],
  queryFn: () => fetchAll((offset, limit) => unwrap(api.GET('/trunks', { params: { query: { offset, limit, sort: 'name' } } }))),
});

export function trunkQuery(id: number) {
  return queryOptions({
    queryKey: ['trunk', id],
    queryFn: () => unwrap(api.GET('/trunks/{id}', { params: { path: { id } } })),
  });
}

export const settingsQuery = queryOptions({
  queryKey: ['setting'],
  queryFn: () => unwrap(api.GET('/settings')),
});

export const tokensQuery = queryOptions({
  queryKey: ['token', 'all'],
  queryFn: () => fetchAll((offset, limit) => unwrap(api.GET('/tokens', { params: { query: { offset, limit, sort: 'name' } } }))),
});

export const webhooksQuery = queryOptions({
  queryKey: ['webhook', 'all'],
  queryFn: () => fetchAll((offset, limit) => unwrap(api.GET('/webhooks', { params: { query: { offset, limit, sort: 'name' } } }))),
});

export function webhookQuery(id: number) {
  return queryOptions({
    queryKey: ['webhook', id],
    queryFn: () => unwrap(api.GET('/webhooks/{id}', { params: { path: { id } } })),
  });
}

/** What a webhook was told, page after page, the newest first. */
export function deliveriesQuery(id: number) {
  return infiniteQueryOptions({
    queryKey: ['webhook', id, 'deliveries'],
    queryFn: ({ pageParam }) => unwrap(api.GET('/webhooks/{id}/deliveries', { params: { path: { id }, query: pageParam ? { before: pageParam } : {} } })),
    initialPageParam: 0,
    getNextPageParam: (page) => page.next,
  });
}

export function attemptQuery(id: number) {
  return queryOptions({
    queryKey: ['attempt', id],
    queryFn: () => unwrap(api.GET('/attempts/{id}', { params: { path: { id } } })),
  });
}

export function attemptEventsQuery(id: number) {
  return queryOptions({
    queryKey: ['attempt', id, 'events'],
    queryFn: async () => (await unwrap(api.GET('/attempts/{id}/events', { params: { path: { id } } }))).items,
  });
}

export function callbackQuery(leadId: number) {
  return queryOptions({
    queryKey: ['callback', leadId],
    queryFn: () => unwrap(api.GET('/callbacks/{id}', { params: { path: { id: leadId } } })),
  });
}

/** The call-backs that somebody has promised to make, the next one first. */
export function ownCallbacksQuery(agentId: number) {
  return queryOptions({
    queryKey: ['callback', 'own', agentId],
    queryFn: async () => (await unwrap(api.GET('/callbacks', { params: { query: { agent_id: agentId, limit: 50 } } }))).items,
  });
}

/** Where a lead may be, by its own time zone or its phone. */
export function leadTimeZonesQuery(leadId: number) {
  return queryOptions({
    queryKey: ['lead', 'time_zones', leadId],
    queryFn: async () => (await unwrap(api.GET('/leads/{id}/time_zones', { params: { path: { id: leadId } } }))).time_zones,
  });
}

export function importQuery(id: number) {
  return queryOptions({
    queryKey: ['import', id],
    queryFn: () => unwrap(api.GET('/imports/{id}', { params: { path: { id } } })),
  });
}

/** The imports of a leadset, the newest first. */
export function leadsetImportsQuery(leadsetId: number) {
  return queryOptions({
    queryKey: ['import', 'of_leadset', leadsetId],
    queryFn: async () => (await unwrap(api.GET('/leadsets/{id}/imports', { params: { path: { id: leadsetId } } }))).items,
    staleTime: 0,
  });
}

export function dncImportQuery(id: number) {
  return queryOptions({
    queryKey: ['dnc_import', id],
    queryFn: () => unwrap(api.GET('/dnc/imports/{id}', { params: { path: { id } } })),
  });
}

export function testCallQuery(trunk: number, id: number) {
  return queryOptions({
    queryKey: ['test_call', trunk, id],
    queryFn: () => unwrap(api.GET('/trunks/{id}/test_calls/{test_id}', { params: { path: { id: trunk, test_id: id } } })),
  });
}

export const agentCampaignsQuery = queryOptions({
  queryKey: ['campaign', 'mine'],
  queryFn: async () => (await unwrap(api.GET('/agent/campaigns'))).items,
});

/** Who else is logged in to the agent's campaign; fresh for each look. */
export const colleaguesQuery = queryOptions({
  queryKey: ['colleagues'],
  queryFn: async () => (await unwrap(api.GET('/agent/colleagues'))).items,
  staleTime: 0,
  refetchInterval: 3000,
});

/** Filled by GET /live and kept current by the event stream; never fetched on its own. */
export const liveQuery = queryOptions<Live>({
  queryKey: ['live'],
  queryFn: () => unwrap(api.GET('/live')),
  enabled: false,
  staleTime: Infinity,
  gcTime: Infinity,
});

/** The same for an agent: their own session and call. */
export const agentViewQuery = queryOptions<AgentView>({
  queryKey: ['agent_view'],
  queryFn: () => unwrap(api.GET('/agent/session')),
  enabled: false,
  staleTime: Infinity,
  gcTime: Infinity,
});
