import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';
import type { GridView } from '@/components/data_grid';

/** A table's search and sort, kept in the URL of the page that is open. */
export function useTableView(): [GridView, (view: GridView) => void] {
  const found = useSearch({ strict: false });
  const navigate = useNavigate();
  const { search, sort } = found;
  const view = useMemo<GridView>(() => ({ search, sort }), [search, sort]);
  const setView = useCallback(
    (next: GridView) =>
      void navigate({
        to: '.',
        replace: true,
        search: (previous: Record<string, unknown>) => ({ ...previous, search: next.search, sort: next.sort }),
      }),
    [navigate],
  );
  return [view, setView];
}
