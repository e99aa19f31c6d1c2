/** What the audit log's URL holds. */
export interface AuditFilters {
  kind?: string;
  user?: number;
  /** Local dates, YYYY-MM-DD; both belong to the range. */
  from?: string;
  to?: string;
  search?: string;
  sort?: string;
}

export const auditKinds = ['user', 'campaign', 'script', 'leadset', 'lead', 'trunk', 'sip_profile', 'token', 'dnc', 'import', 'setting', 'webhook'];

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined;
}
function date(value: unknown): string | undefined {
  return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) ? value : undefined;
}

export function readAuditFilters(search: Record<string, unknown>): AuditFilters {
  const user = Number(search.user);
  const filters = {
    kind: auditKinds.find((kind) => kind === search.kind),
    user: Number.isInteger(user) && user > 0 ? user : undefined,
    from: date(search.from),
    to: date(search.to),
    search: text(search.search),
    sort: text(search.sort),
  };
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined));
}

/** The filters as the API's query; dates become moments in this computer's time zone. */
export function auditQueryOf(filters: AuditFilters) {
  const midnight = (day: string, daysLater = 0) => {
    const [year = 0, month = 1, date_ = 1] = day.split('-').map(Number);
    return new Date(year, month - 1, date_ + daysLater).getTime();
  };
  return {
    kind: filters.kind,
    user_id: filters.user,
    from: filters.from ? midnight(filters.from) : undefined,
    to: filters.to ? midnight(filters.to, 1) : undefined,
    search: filters.search,
  };
}

function shown(value: unknown): string {
  if (value === '' || value === null || value === undefined) return '–';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** {"name": ["a", "b"]} → "name: a → b" */
export function changesText(changes: Record<string, unknown>): string {
  return Object.entries(changes)
    .map(([field, value]) => (Array.isArray(value) && value.length === 2 ? `${field}: ${shown(value[0])} → ${shown(value[1])}` : `${field}: ${shown(value)}`))
    .join('; ');
}
