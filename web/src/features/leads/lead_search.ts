import type { LeadJobFilter } from '@/api/types';
import type { Outcome } from '@/api/types';
import { outcomes } from '@/features/states';

/** What the URL keeps of the list of leads, so that a link or a reload shows the same. */
export interface LeadSearch {
  search?: string;
  sort?: string;
  status?: string;
  outcome?: Outcome;
  disposition?: string;
  finished?: boolean;
  /** Column to the beginning of what it holds. */
  where?: Record<string, string>;
  /** The columns that are shown, in their order; absent: the usual ones. */
  columns?: string[];
}

const mostColumns = 250;

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined;
}

function texts(value: unknown): Record<string, string> | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const found = Object.entries(value).flatMap(([name, one]) => {
    const content = text(one);
    return content === undefined ? [] : [[name, content] as const];
  });
  return found.length > 0 ? Object.fromEntries(found) : undefined;
}

/** Only what is defined: the URL stays short. */
function compact<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

export function readLeadSearch(search: Record<string, unknown>): LeadSearch {
  const outcome = text(search.outcome);
  return compact({
    search: text(search.search),
    sort: text(search.sort),
    status: text(search.status),
    outcome: outcome !== undefined && outcome in outcomes ? (outcome as Outcome) : undefined,
    disposition: text(search.disposition),
    finished: typeof search.finished === 'boolean' ? search.finished : undefined,
    where: texts(search.where),
    columns: Array.isArray(search.columns)
      ? search.columns.filter((each): each is string => typeof each === 'string').slice(0, mostColumns)
      : undefined,
  });
}

export function changeLeadSearch(search: LeadSearch, part: { [K in keyof LeadSearch]?: LeadSearch[K] | undefined }): LeadSearch {
  return compact({ ...search, ...part });
}

/** Which leads are meant, as the API takes it. */
export function filterOf({ search, status, outcome, disposition, finished, where }: LeadSearch): LeadJobFilter {
  return compact({ search, status, outcome, disposition, finished, where });
}

export function isFiltered(search: LeadSearch): boolean {
  return Object.keys(filterOf(search)).length > 0;
}
