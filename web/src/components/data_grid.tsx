import { ActionIcon, Button, Checkbox, Menu, TextInput, Tooltip } from '@mantine/core';
import { IconColumns3, IconDownload, IconRefresh, IconSearch, IconTrash } from '@tabler/icons-react';
import type { ColDef, ColumnState, GridApi, ProcessCellForExportParams, RowClickedEvent } from 'ag-grid-community';
import { AgGridReact } from 'ag-grid-react';
import { useCallback, useMemo, useRef, useState, type ReactNode } from 'react';
import { Empty, Failure, Loading, type EmptyProps } from './async_state';
import { useConfirm } from './confirm';
import { withoutFormula } from './csv';
import classes from './data_grid.module.css';
import { formatCount } from './format';
import { GridFrame, GridToolbar } from './grid_frame';
import { gridTheme } from './grid_theme';

/** What the URL keeps of a table, so that a link or a reload shows the same rows. */
export interface GridView {
  search?: string | undefined;
  sort?: string | undefined;
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
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const confirm = useConfirm();

  const shown = useMemo(() => {
    const [name, descending] = sortOf(view.sort);
    return columns.map((column) => {
      const id = column.colId ?? column.field ?? '';
      return { ...column, hide: hidden.has(id), sort: id === name ? (descending ? 'desc' : 'asc') : null } as ColDef<Row>;
    });
  }, [columns, hidden, view.sort]);

  const onSortChanged = useCallback(() => {
    const sort = sortParameter(api.current?.getColumnState() ?? []);
    if (sort !== view.sort) onView({ ...view, sort });
  }, [onView, view]);

  async function deleteChosen() {
    const noun = chosen.length === 1 ? props.noun[0] : props.noun[1];
    const yes = await confirm({
      title: `Delete ${chosen.length} ${noun}?`,
      text: 'This cannot be undone.',
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
          </>
        }
        tools={
          <>
            {props.toolbar}
            <ColumnMenu columns={columns} hidden={hidden} onChange={setHidden} />
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
            }}
            onSortChanged={onSortChanged}
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
            suppressCellFocus={false}
          />
        </div>
      )}
    </GridFrame>
  );
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

function sortOf(sort: string | undefined): [string | undefined, boolean] {
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
            const id = column.colId ?? column.field ?? '';
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
