import { dayOf, idOf, startOfDay, textOf } from '@/features/search_values';
import { columnNames } from '@/features/table_search';

/** What the URL of the call-backs holds. */
export interface CallbackFilters {
  search?: string;
  campaign?: number;
  leadset?: number;
  for?: number | 'anyone';
  overdue?: true;
  /** Local dates, YYYY-MM-DD; both belong to the range. */
  from?: string;
  to?: string;
  sort?: string;
  hidden?: string[];
  /** The lead whose call-back is shown in detail. */
  open?: number;
}

export function readCallbackFilters(search: Record<string, unknown>): CallbackFilters {
  const filters = {
    search: textOf(search.search),
    campaign: idOf(search.campaign),
    leadset: idOf(search.leadset),
    for: search.for === 'anyone' ? search.for : idOf(search.for),
    overdue: search.overdue === true ? search.overdue : undefined,
    from: dayOf(search.from),
    to: dayOf(search.to),
    sort: typeof search.sort === 'string' && /^-?[a-z0-9_]{1,40}$/.test(search.sort) ? search.sort : undefined,
    hidden: columnNames(search.hidden),
    open: idOf(search.open),
  };
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined));
}

export const noFilters: Partial<CallbackFilters> = {
  search: undefined, campaign: undefined, leadset: undefined, for: undefined, overdue: undefined, from: undefined, to: undefined,
};

/** Some call-backs may be left out: more than the order and the open one is set. */
export function isFiltered(filters: CallbackFilters): boolean {
  return Object.keys(noFilters).some((name) => filters[name as keyof CallbackFilters] !== undefined);
}

/** The filters as the API's query; dates become moments in this computer's time zone. */
export function callbacksQueryOf(filters: CallbackFilters) {
  return {
    search: filters.search,
    campaign_id: filters.campaign,
    leadset_id: filters.leadset,
    agent_id: filters.for === 'anyone' ? undefined : filters.for,
    for_anyone: filters.for === 'anyone' ? true : undefined,
    overdue: filters.overdue,
    from: filters.from ? startOfDay(filters.from) : undefined,
    to: filters.to ? startOfDay(filters.to, 1) : undefined,
  };
}
