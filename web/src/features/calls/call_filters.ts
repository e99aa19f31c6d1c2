import type { Outcome } from '@/api/types';
import { dayOf, idOf, startOfDay, textOf } from '@/features/search_values';
import { outcomes } from '@/features/states';
import { columnNames } from '@/features/table_search';

/** What the call log's URL holds. */
export interface CallFilters {
  campaign?: number;
  agent?: number;
  outcome?: Outcome;
  disposition?: string;
  phone?: string;
  /** Local dates, YYYY-MM-DD; both belong to the range. */
  from?: string;
  to?: string;
  sort?: string;
  hidden?: string[];
  /** The call that is shown in detail. */
  open?: number;
}

export function readCallFilters(search: Record<string, unknown>): CallFilters {
  const filters: CallFilters = {
    campaign: idOf(search.campaign),
    agent: idOf(search.agent),
    outcome: typeof search.outcome === 'string' && Object.hasOwn(outcomes, search.outcome) ? (search.outcome as Outcome) : undefined,
    disposition: textOf(search.disposition),
    phone: textOf(search.phone),
    from: dayOf(search.from),
    to: dayOf(search.to),
    sort: typeof search.sort === 'string' && /^-?[a-z0-9_]{1,40}$/.test(search.sort) ? search.sort : undefined,
    hidden: columnNames(search.hidden),
    open: idOf(search.open),
  };
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined));
}

export const noFilters: Partial<CallFilters> = {
  phone: undefined, campaign: undefined, agent: undefined, outcome: undefined, disposition: undefined, from: undefined, to: undefined,
};

/** Some calls may be left out: more than the order and the open call is set. */
export function isFiltered(filters: CallFilters): boolean {
  return Object.keys(noFilters).some((name) => filters[name as keyof CallFilters] !== undefined);
}

/** The filters as the API's query; dates become moments in this computer's time zone. */
export function attemptsQueryOf(filters: CallFilters) {
  return {
    campaign_id: filters.campaign,
    agent_id: filters.agent,
    outcome: filters.outcome,
    disposition: filters.disposition,
    phone: filters.phone?.replaceAll(/[^\d]/g, '') || undefined,
    from: filters.from ? startOfDay(filters.from) : undefined,
    to: filters.to ? startOfDay(filters.to, 1) : undefined,
  };
}
