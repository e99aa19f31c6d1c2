import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';
import type { GridView } from '@/components/data_grid';

/** A table's search, sort, column filters and hidden columns, kept in the URL of the page that is open. */
export function useTableView(): [GridView, (view: GridView) => void] {
  const found = useSearch({ strict: false });
  const navigate = useNavigate();
  const { search, sort, filters, hidden } = found;
  const view = useMemo<GridView>(() => ({ search, sort, filters, hidden }), [search, sort, filters, hidden]);
  const setView = useCallback(
    (next: GridView) =>
      void navigate({
        to: '.',
        replace: true,
        search: (previous: Record<string, unknown>) => ({
          ...previous,
          search: next.search,
          sort: next.sort,
          filters: next.filters,
          hidden: next.hidden,
        }),
      }),
    [navigate],
  );
  return [view, setView];
}
