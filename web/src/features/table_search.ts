import type { ColumnFilter, GridView } from '@/components/data_grid';
import { textOf } from '@/features/search_values';

/** What the URL keeps of a table. */
export interface TableSearch {
  search?: string;
  sort?: string;
  filters?: Record<string, ColumnFilter>;
  hidden?: string[];
}

const mostColumns = 250;
const filterTypes = ['text', 'number', 'date'];

function columnFilters(value: unknown): Record<string, ColumnFilter> | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const found = Object.entries(value).filter(
    ([, one]) => typeof one === 'object' && one !== null && filterTypes.includes((one as { filterType?: unknown }).filterType as string),
  ) as [string, ColumnFilter][];
  return found.length > 0 ? Object.fromEntries(found) : undefined;
}

/** Names of columns; an empty list means that every column is shown. */
export function columnNames(value: unknown): string[] | undefined {
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string').slice(0, mostColumns) : undefined;
}

export function readTableSearch(search: Record<string, unknown>): TableSearch {
  return tableSearchOf({
    search: textOf(search.search),
    sort: textOf(search.sort),
    filters: columnFilters(search.filters),
    hidden: columnNames(search.hidden),
  });
}

/** Only what is defined: the URL stays short. */
export function tableSearchOf(view: GridView): TableSearch {
  return Object.fromEntries(Object.entries(view).filter(([, one]) => one !== undefined));
}
