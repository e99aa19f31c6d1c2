import { ActionIcon, Button, Checkbox, Menu, TextInput, Tooltip } from '@mantine/core';
import { IconColumns3, IconDownload, IconFilterOff, IconRefresh, IconSearch, IconTrash } from '@tabler/icons-react';
import type { ColDef, ColumnState, FilterChangedEvent, GridApi, ProcessCellForExportParams, RowClickedEvent } from 'ag-grid-community';
import { AgGridReact } from 'ag-grid-react';
import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode, type RefObject } from 'react';
import { Empty, Failure, Loading, type EmptyProps } from './async_state';
import { useConfirm } from './confirm';
import { withoutFormula } from './csv';
import classes from './data_grid.module.css';
import { formatCount, formatTime } from './format';
import { GridFrame, GridToolbar } from './grid_frame';
import { gridTheme } from './grid_theme';

/** A column's filter as the grid describes it: its kind, and what belongs to the kind. */
export interface ColumnFilter {
  filterType: string;
  [part: string]: unknown;
}

/** What the URL keeps of a table, so that a link or a reload shows the same rows. */
export interface GridView {
  search?: string | undefined;
  sort?: string | undefined;
  /** Column to its filter. */
  filters?: Record<string, ColumnFilter> | undefined;
  /** The columns that are hidden; absent: those with `initialHide`. */
  hidden?: string[] | undefined;
}

interface Props<Row extends { id: number }> {
  label: string;
  rows: readonly Row[] | undefined;
  error?: unknown;
  columns: ColDef<Row>[];
  view: GridView;
  onView: (view: GridView) => void;
  onRefresh: () => void;
  refreshing?: boolean;
  onOpen?: (row: Row) => void;
  /** Deletes the chosen rows; the grid asks once, with their number. */
  onDelete?: (rows: Row[]) => Promise<void>;
  /** What goes with the chosen rows, for the question; without it they cannot be brought back, and that is all. */
  consequence?: (rows: Row[]) => Promise<string>;
  noun: [one: string, many: string];
  empty: EmptyProps;
  toolbar?: ReactNode;
  exportName?: string;
  minHeight?: number;
}

/** A table that holds all its rows: search, column filters, sort, column choice, export, deletion. */
export function DataGrid<Row extends { id: number }>(props: Props<Row>) {
  const { rows, columns, view, onView } = props;
  const api = useRef<GridApi<Row> | null>(null);
  const [chosen, setChosen] = useState<Row[]>([]);
  const hidden = useMemo(() => hiddenColumns(columns, view.hidden), [columns, view.hidden]);
  const keepFilters = useFiltersInView(api, view, onView);
  const confirm = useConfirm();

  const shown = useMemo(() => {
    const [name, descending] = sortOf(view.sort);
    return columns.map((column) => {
      const id = idOfColumn(column);
      return { ...column, hide: hidden.has(id), sort: id === name ? (descending ? 'desc' : 'asc') : null } as ColDef<Row>;
    });
  }, [columns, hidden, view.sort]);

  const onSortChanged = useCallback(() => {
    const sort = sortParameter(api.current?.getColumnState() ?? []);
    if (sort !== view.sort) onView({ ...view, sort });
  }, [onView, view]);

  async function deleteChosen() {
    const noun = chosen.length === 1 ? props.noun[0] : props.noun[1];
    const consequence = await props.consequence?.(chosen);
    const yes = await confirm({
      title: `Delete ${chosen.length} ${noun}?`,
      text: consequence ? `${consequence} This cannot be undone.` : 'This cannot be undone.',
      action: `Delete ${chosen.length} ${noun}`,
      danger: true,
    });
    if (!yes) return;
    await props.onDelete?.(chosen);
    setChosen([]);
  }

  const nothing = rows !== undefined && rows.length === 0;
  return (
    <GridFrame>
      <GridToolbar
        label={props.label}
        filters={
          <>
            <SearchBox label={props.label} view={view} onView={onView} />
            {props.onDelete && chosen.length > 0 ? (
              <Button variant="default" color="red" leftSection={<IconTrash size={16} />} onClick={() => void deleteChosen()}>
                Delete {chosen.length}
              </Button>
            ) : null}
            {view.filters ? (
              <Button variant="subtle" leftSection={<IconFilterOff size={16} />} onClick={() => onView({ ...view, filters: undefined })}>
                Clear filters
              </Button>
            ) : null}
          </>
        }
        tools={
          <>
            {props.toolbar}
            <ColumnMenu columns={columns} hidden={hidden} onChange={(next) => onView({ ...view, hidden: [...next] })} />
            <ExportTool onClick={() => api.current?.exportDataAsCsv({ fileName: props.exportName ?? props.label.toLowerCase(), processCellCallback: exportedCell })} />
            <Tool label="Refresh" onClick={props.onRefresh} busy={props.refreshing ?? false}>
              <IconRefresh size={17} />
            </Tool>
          </>
        }
      />
      {props.error && !rows ? (
        <Failure error={props.error} retry={props.onRefresh} />
      ) : rows === undefined ? (
        <Loading rows={6} label={`Loading ${props.label.toLowerCase()}`} />
      ) : nothing ? (
        <Empty {...props.empty} />
      ) : (
        <div className={classes.grid} style={{ minHeight: props.minHeight ?? 320 }}>
          <AgGridReact<Row>
            theme={gridTheme}
            rowData={rows as Row[]}
            columnDefs={shown}
            defaultColDef={defaultColumn}
            quickFilterText={view.search ?? ''}
            getRowId={(row) => String(row.data.id)}
            onGridReady={(event) => {
              api.current = event.api;
              event.api.setFilterModel(view.filters ?? null);
            }}
            onSortChanged={onSortChanged}
            onFilterChanged={keepFilters}
            onRowClicked={(event: RowClickedEvent<Row>) => openRow(event, props.onOpen)}
            onCellKeyDown={(event) => {
              const key = event.event as KeyboardEvent | null;
              if (key?.key === 'Enter' && event.data && !isControl(key.target)) props.onOpen?.(event.data);
            }}
            {...(props.onDelete
              ? {
                  rowSelection: { mode: 'multiRow' as const, enableClickSelection: false },
                  onSelectionChanged: () => setChosen(api.current?.getSelectedRows() ?? []),
                }
              : {})}
            rowClass={props.onOpen ? (classes.openable ?? '') : ''}
            animateRows={false}
            suppressColumnVirtualisation
            tooltipShowDelay={400}
            localeText={words}
            suppressCellFocus={false}
          />
        </div>
      )}
    </GridFrame>
  );
}

const words = { noMatchingRows: 'No row matches. Change or clear the search and the filters.' };

/** Keeps the grid's column filters and those of the view the same; answers what to call when the grid's changed. */
function useFiltersInView<Row>(api: RefObject<GridApi<Row> | null>, view: GridView, onView: (view: GridView) => void) {
  const told = useRef(JSON.stringify(view.filters));
  useEffect(() => {
    const wanted = JSON.stringify(view.filters);
    if (wanted === told.current) return;
    told.current = wanted;
    api.current?.setFilterModel(view.filters ?? null);
  }, [api, view.filters]);
  return useCallback(
    (event: FilterChangedEvent<Row>) => {
      if (event.source === 'api') return;
      const model = event.api.getFilterModel() as Record<string, ColumnFilter>;
      const filters = Object.keys(model).length > 0 ? model : undefined;
      told.current = JSON.stringify(filters);
      onView({ ...view, filters });
    },
    [onView, view],
  );
}

export function idOfColumn<Row>({ colId, field }: ColDef<Row>): string {
  return colId ?? field ?? '';
}

/** Those that the view names, or else those that are hidden at first. */
export function hiddenColumns<Row>(columns: ColDef<Row>[], hidden: string[] | undefined): ReadonlySet<string> {
  return new Set(hidden ?? columns.filter(({ initialHide }) => initialHide).map(idOfColumn));
}

/** As it is shown, and harmless in a spreadsheet. */
function exportedCell({ value, formatValue }: ProcessCellForExportParams): string {
  return withoutFormula(String(formatValue(value) ?? ''));
}

export function SearchBox({ label, view, onView }: { label: string; view: GridView; onView: (view: GridView) => void }) {
  return (
    <TextInput
      className={classes.search}
      aria-label={`Search ${label.toLowerCase()}`}
      placeholder="Search"
      leftSection={<IconSearch size={16} aria-hidden />}
      value={view.search ?? ''}
      onChange={(event) => onView({ ...view, search: event.currentTarget.value || undefined })}
    />
  );
}

export const defaultColumn: ColDef = {
  sortable: true,
  resizable: true,
  filter: true,
  minWidth: 96,
  flex: 1,
};

/**
 * Moments, given in Unix ms: sorted by time, filtered by day, searched as they are shown. `words`
 * are shown in place of the time, when there are any.
 */
export function timeColumn<Row>(colId: string, headerName: string, at: (row: Row) => number | null, words: (row: Row) => string = () => ''): ColDef<Row> {
  const shown = (row: Row | undefined) => (row ? words(row) || formatTime(at(row)) : '');
  return {
    colId,
    headerName,
    minWidth: 170,
    cellDataType: false,
    filter: 'agDateColumnFilter',
    filterParams: { comparator: compareDay },
    valueGetter: ({ data }) => (data && at(data) ? new Date(at(data) ?? 0) : null),
    equals: (a: Date | null, b: Date | null) => a?.getTime() === b?.getTime(),
    valueFormatter: ({ data }) => shown(data ?? undefined),
    getQuickFilterText: ({ data }) => shown(data),
  };
}

/** Whether the moment lies before (-1), on (0) or after (1) the day that begins at `day`. */
export function compareDay(day: Date, moment: Date): number {
  const next = new Date(day.getFullYear(), day.getMonth(), day.getDate() + 1);
  return moment < day ? -1 : moment < next ? 0 : 1;
}

/** Numbers stand under each other. */
export const numberColumn = {
  filter: 'agNumberColumnFilter',
  minWidth: 76,
  valueFormatter: ({ value }: { value: unknown }) => (typeof value === 'number' ? formatCount(value) : typeof value === 'string' ? value : ''),
  cellClass: 'ag-right-aligned-cell',
  headerClass: 'ag-right-aligned-header',
  flex: 0,
  width: 100,
} as const satisfies ColDef;

export function sortParameter(state: ColumnState[]): string | undefined {
  const column = state.find((each) => each.sort);
  if (!column) return undefined;
  return column.sort === 'desc' ? `-${column.colId}` : column.colId;
}

/** "-cps" → ["cps", true]: the column, and whether it descends. */
export function sortOf(sort: string | undefined): [string | undefined, boolean] {
  if (!sort) return [undefined, false];
  return sort.startsWith('-') ? [sort.slice(1), true] : [sort, false];
}

function isControl(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('button,a,input,label,select,textarea') !== null;
}

export function openRow<Row>(event: RowClickedEvent<Row>, open: ((row: Row) => void) | undefined): void {
  if (event.data && !isControl(event.event?.target ?? null)) open?.(event.data);
}

export function Tool(props: { label: string; onClick: () => void; busy?: boolean; children: ReactNode }) {
  return (
    <Tooltip label={props.label}>
      <ActionIcon variant="default" size={36} aria-label={props.label} onClick={props.onClick} loading={props.busy ?? false}>
        {props.children}
      </ActionIcon>
    </Tooltip>
  );
}

export function ExportTool({ onClick }: { onClick: () => void }) {
  return (
    <Tool label="Export as CSV" onClick={onClick}>
      <IconDownload size={17} />
    </Tool>
  );
}

interface ColumnMenuProps<Row> {
  columns: ColDef<Row>[];
  hidden: ReadonlySet<string>;
  onChange: (hidden: ReadonlySet<string>) => void;
}

export function ColumnMenu<Row>({ columns, hidden, onChange }: ColumnMenuProps<Row>) {
  return (
    <Menu closeOnItemClick={false} position="bottom-end" shadow="md">
      <Menu.Target>
        <Tooltip label="Choose columns">
          <ActionIcon variant="default" size={36} aria-label="Choose columns">
            <IconColumns3 size={17} />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown mah={420} style={{ overflowY: 'auto' }}>
        {columns
          .filter((column) => column.headerName)
          .map((column) => {
            const id = idOfColumn(column);
            const toggle = () => {
              const next = new Set(hidden);
              if (!next.delete(id)) next.add(id);
              onChange(next);
            };
            return (
              <Menu.Item key={id} onClick={toggle} role="menuitemcheckbox" aria-checked={!hidden.has(id)}>
                <Checkbox size="xs" label={column.headerName} checked={!hidden.has(id)} readOnly tabIndex={-1} styles={{ root: { pointerEvents: 'none' } }} />
              </Menu.Item>
            );
          })}
      </Menu.Dropdown>
    </Menu>
  );
}
