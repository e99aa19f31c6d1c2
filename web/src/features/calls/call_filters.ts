import type { Outcome } from '@/api/types';
import { outcomes } from '@/features/states';

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
  /** The call that is shown in detail. */
  open?: number;
}

function id(value: unknown): number | undefined {
  const number = Number(value);
  return Number.isInteger(number) && number > 0 ? number : undefined;
}

function date(value: unknown): string | undefined {
  return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) ? value : undefined;
}

/** A number is how the URL's reader understands digits. */
function text(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value).slice(0, 64) : undefined;
}

export function readCallFilters(search: Record<string, unknown>): CallFilters {
  const filters: CallFilters = {
    campaign: id(search.campaign),
    agent: id(search.agent),
    outcome: typeof search.outcome === 'string' && Object.hasOwn(outcomes, search.outcome) ? (search.outcome as Outcome) : undefined,
    disposition: text(search.disposition),
    phone: text(search.phone),
    from: date(search.from),
    to: date(search.to),
    sort: typeof search.sort === 'string' && /^-?[a-z0-9_]{1,40}$/.test(search.sort) ? search.sort : undefined,
    open: id(search.open),
  };
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined && value !== ''));
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
  const dayMs = 24 * 60 * 60 * 1000;
  const midnight = (day: string) => new Date(`${day}T00:00:00`).getTime();
  return {
    campaign_id: filters.campaign,
    agent_id: filters.agent,
    outcome: filters.outcome,
    disposition: filters.disposition,
    phone: filters.phone?.replaceAll(/[^\d]/g, '') || undefined,
    from: filters.from ? midnight(filters.from) : undefined,
    to: filters.to ? midnight(new Date(midnight(filters.to) + dayMs + dayMs / 2).toLocaleDateString('sv')) : undefined,
  };
}
