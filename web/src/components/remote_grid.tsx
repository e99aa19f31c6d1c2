import { useDebouncedValue } from '@mantine/hooks';
import { IconRefresh } from '@tabler/icons-react';
import type { ColDef, GridApi, IDatasource } from 'ag-grid-community';
import { AgGridReact } from 'ag-grid-react';
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import type { EmptyProps } from './async_state';
import { ColumnMenu, defaultColumn, hiddenColumns, idOfColumn, openRow, SearchBox, sortOf, sortParameter, Tool, type GridView } from './data_grid';
import classes from './data_grid.module.css';
import { GridFrame, GridToolbar, RemoteGridBody } from './grid_frame';
import { gridTheme } from './grid_theme';
import { useFailedRows } from './use_failed_rows';
import { useSteadyRows } from './use_steady_rows';

export interface PageRequest {
  offset: number;
  limit: number;
  sort?: string | undefined;
}

interface Props<Row extends { id: number }> {
  label: string;
  columns: ColDef<Row>[];
  view: GridView;
  onView: (view: GridView) => void;
  fetchPage: (request: PageRequest) => Promise<{ items: Row[]; total: number }>;
  /** Whatever `fetchPage` depends on: a change starts the table anew. */
  source: string;
  /** A change fetches the rows that are shown again, without losing the place. */
  version?: number;
  onOpen?: (row: Row) => void;
  searchable?: boolean;
  filters?: ReactNode;
  toolbar?: ReactNode;
  empty: EmptyProps;
}

const pageRows = 100;

/** A table whose rows stay on the server: it fetches what is scrolled to, also of millions. */
export function RemoteGrid<Row extends { id: number }>(props: Props<Row>) {
  const { columns, view, onView, fetchPage, source, version } = props;
  const api = useRef<GridApi<Row> | null>(null);
  const hidden = useMemo(() => hiddenColumns(columns, view.hidden), [columns, view.hidden]);
  const [total, setTotal] = useState<number | null>(null);
  const { error, fetched, failed, clear } = useFailedRows();
  const { frame, steadily } = useSteadyRows(api);
  const fetchRef = useRef(fetchPage);
  useEffect(() => {
    fetchRef.current = fetchPage;
  });
  const [debounced] = useDebouncedValue(`${source} ${view.search ?? ''} ${view.sort ?? ''}`, 200);

  const datasource = useMemo<IDatasource>(
    () => ({
      getRows: (request) => {
        const { startRow, endRow, sortModel } = request;
        const column = sortModel[0];
        const sort = column ? (column.sort === 'desc' ? `-${column.colId}` : column.colId) : undefined;
        fetchRef.current({ offset: startRow, limit: endRow - startRow, sort }).then(
          (page) =>
            steadily(() => {
              fetched(startRow);
              setTotal(page.total);
              request.successCallback(page.items, page.total);
            }),
          (problem: unknown) => {
            failed(startRow, problem);
            request.failCallback();
          },
        );
      },
    }),
    // A new source, search or sort needs a new datasource: the grid then drops its cache.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [debounced],
  );

  useEffect(clear, [debounced, clear]);

  useEffect(() => {
    api.current?.refreshInfiniteCache();
  }, [version]);

  const [firstSort] = useState(() => sortOf(view.sort));
  const shown = useMemo(() => {
    const [name, descending] = firstSort;
    return columns.map((column): ColDef<Row> => {
      const id = idOfColumn(column);
      return { ...column, hide: hidden.has(id), initialSort: id === name ? (descending ? 'desc' : 'asc') : null };
    });
  }, [columns, hidden, firstSort]);

  return (
    <GridFrame>
      <GridToolbar
        label={props.label}
        total={total}
        filters={
          <>
            {props.searchable === false ? null : <SearchBox label={props.label} view={view} onView={onView} />}
            {props.filters}
          </>
        }
        tools={
          <>
            {props.toolbar}
            <ColumnMenu columns={columns} hidden={hidden} onChange={(next) => onView({ ...view, hidden: [...next] })} />
            <Tool label="Refresh" onClick={() => api.current?.refreshInfiniteCache()}>
              <IconRefresh size={17} />
            </Tool>
          </>
        }
      />
      <RemoteGridBody
        frame={frame}
        error={error}
        total={total}
        retry={() => {
          clear();
          api.current?.refreshInfiniteCache();
        }}
        empty={props.empty}
      >
        <AgGridReact<Row>
          theme={gridTheme}
          rowModelType="infinite"
          cacheBlockSize={pageRows}
          maxBlocksInCache={20}
          datasource={datasource}
          columnDefs={shown}
          defaultColDef={remoteColumn}
          getRowId={(row) => String(row.data.id)}
          onGridReady={(event) => {
            api.current = event.api;
          }}
          onSortChanged={() => {
            const sort = sortParameter(api.current?.getColumnState() ?? []);
            if (sort !== view.sort) onView({ ...view, sort });
          }}
          onRowClicked={(event) => openRow(event, props.onOpen)}
          onCellKeyDown={(event) => {
            const key = event.event as KeyboardEvent | null;
            if (key?.key === 'Enter' && event.data) props.onOpen?.(event.data);
          }}
          rowClass={props.onOpen ? (classes.openable ?? '') : ''}
          animateRows={false}
          suppressNoRowsOverlay
        />
      </RemoteGridBody>
    </GridFrame>
  );
}

const remoteColumn: ColDef = { ...defaultColumn, filter: false, flex: 0, width: 150 };
