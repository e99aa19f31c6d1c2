import { formatTime, humanize } from '@/components/format';
import { dayOf, idOf, startOfDay, textOf } from '@/features/search_values';
import { columnNames } from '@/features/table_search';

/** What the audit log's URL holds. */
export interface AuditFilters {
  kind?: string;
  user?: number;
  /** Local dates, YYYY-MM-DD; both belong to the range. */
  from?: string;
  to?: string;
  search?: string;
  sort?: string;
  hidden?: string[];
}

export const auditKinds = ['user', 'campaign', 'script', 'leadset', 'lead', 'trunk', 'sip_profile', 'token', 'dnc', 'import', 'setting', 'webhook'];

export function readAuditFilters(search: Record<string, unknown>): AuditFilters {
  const filters = {
    kind: auditKinds.find((kind) => kind === search.kind),
    user: idOf(search.user),
    from: dayOf(search.from),
    to: dayOf(search.to),
    search: textOf(search.search),
    sort: textOf(search.sort),
    hidden: columnNames(search.hidden),
  };
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined));
}

/** The filters as the API's query; dates become moments in this computer's time zone. */
export function auditQueryOf(filters: AuditFilters) {
  return {
    kind: filters.kind,
    user_id: filters.user,
    from: filters.from ? startOfDay(filters.from) : undefined,
    to: filters.to ? startOfDay(filters.to, 1) : undefined,
    search: filters.search,
  };
}

const kindNames: Record<string, string> = { user: 'Person', sip_profile: 'SIP profile', token: 'API token', dnc: 'Do not call' };

/** A kind of record, as the navigation names it. */
export function kindText(kind: string): string {
  return kindNames[kind] ?? humanize(kind);
}

function shown(field: string, value: unknown): string {
  if (Array.isArray(value) && value.every((each) => typeof each !== 'object')) return value.join(', ') || '–';
  if (value === '' || value === null || value === undefined) return '–';
  if (typeof value === 'number' && /_(at|until)$/.test(field)) return formatTime(value) || '–';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** {"name": ["a", "b"]} → "name: a → b" */
export function changesText(changes: Record<string, unknown>): string {
  return Object.entries(changes)
    .filter(([field]) => field !== 'id') // has a column of its own
    .map(([field, value]) => (Array.isArray(value) && value.length === 2 ? `${field}: ${shown(field, value[0])} → ${shown(field, value[1])}` : `${field}: ${shown(field, value)}`))
    .join('; ');
}
