import { useThrottledValue } from '@mantine/hooks';
import { IconRefresh } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { CellEditRequestEvent, ColDef, GetRowIdParams, GridApi, ICellRendererParams, IDatasource } from 'ag-grid-community';
import { AgGridReact } from 'ag-grid-react';
import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { api, ApiError, unwrap } from '@/api/client';
import { leadValuesQuery } from '@/api/queries';
import type { Lead, Leadset } from '@/api/types';
import { ColumnMenu, numberColumn, sortParameter, Tool } from '@/components/data_grid';
import { formatTime } from '@/components/format';
import { GridFrame, GridToolbar, RemoteGridBody } from '@/components/grid_frame';
import { gridTheme } from '@/components/grid_theme';
import { useFailedRows } from '@/components/use_failed_rows';
import { useSteadyRows } from '@/components/use_steady_rows';
import { OutcomeBadge } from '@/features/state_badges';
import { assignment, BulkBar } from './bulk_bar';
import { LeadCellEditor, refusalKey, type LeadGridContext } from './lead_cell_editor';
import { leadFieldGroups, leadFieldLabel } from './lead_columns';
import { LeadFilters } from './lead_filters';
import { RunningJobs } from './lead_jobs';
import { LeadPages } from './lead_pages';
import { changeLeadSearch, filterOf, isFiltered, type LeadSearch } from './lead_search';

interface Props {
  leadset: Leadset;
  search: LeadSearch;
  onSearch: (search: LeadSearch) => void;
  /** What to do when there are no leads at all. */
  upload: ReactNode;
  /** A change shows the leads anew, without losing the place. */
  version: number;
}

const pageRows = 100;
const refreshPauseMs = 5000;

/** Every lead of a leadset, also of millions: rows come as they are scrolled to. Cells are edited in place. */
export function LeadGrid({ leadset, search, onSearch, upload, version }: Props) {
  const grid = useRef<GridApi<Lead> | null>(null);
  const values = useQuery(leadValuesQuery(leadset.id));
  const own = useMemo(() => values.data?.custom_columns ?? [], [values.data]);
  const [total, setTotal] = useState<number | null>(null);
  const { error, fetched, failed, clear } = useFailedRows();
  const { frame, steadily } = useSteadyRows(grid);
  const [chosen, setChosen] = useState<number[]>([]);
  const [all, setAll] = useState(false);
  const [context] = useState<LeadGridContext>(() => ({ refusals: new Map() }));
  const source = JSON.stringify([leadset.id, filterOf(search), search.sort]);
  const [attempt, setAttempt] = useState(0);

  const pages = useMemo(() => makePages(leadset.id, search), [source, attempt]); // eslint-disable-line react-hooks/exhaustive-deps
  const datasource = useMemo<IDatasource>(
    () => ({
      getRows: (request) => {
        const { startRow, endRow } = request;
        pages.page(startRow, endRow - startRow).then(
          (rows) =>
            steadily(() => {
              fetched(startRow);
              const end = startRow + rows.length;
              const known = rows.length < endRow - startRow ? end : pages.total;
              if (known !== null && known === end && startRow === 0) setTotal(known);
              request.successCallback(rows, known ?? -1);
            }),
          (problem: unknown) => {
            failed(startRow, problem);
            request.failCallback();
          },
        );
      },
    }),
    [pages, fetched, failed, steadily],
  );

  const count = useCallback(() => {
    countLeads(leadset.id, search).then(
      (found) => {
        pages.total = found;
        setTotal(found);
        if (grid.current && !grid.current.isDestroyed()) grid.current.setRowCount(found, true);
      },
      () => undefined, // The page itself says what is wrong.
    );
  }, [pages]); // eslint-disable-line react-hooks/exhaustive-deps

  const clearChoice = useCallback(() => {
    setAll(false);
    setChosen([]);
    grid.current?.deselectAll();
  }, []);

  // Another filter is another list.
  useEffect(() => {
    setTotal(null);
    clear();
    clearChoice();
    count();
  }, [count, clearChoice, clear]);

  const refresh = useCallback(() => {
    pages.forget();
    count();
    grid.current?.refreshInfiniteCache();
  }, [pages, count]);
  // While a campaign dials, its leads change all the time; who types must not be disturbed.
  const settled = useThrottledValue(version, refreshPauseMs);
  const seen = useRef(0);
  useEffect(() => {
    const again = seen.current > 0 && settled !== seen.current;
    seen.current = settled;
    if (again && grid.current?.getEditingCells().length === 0) refresh();
    // The version alone says when.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [settled]);

  const columns = useMemo(() => [...fixedColumns, ...own.map(ownColumn)], [own]);
  const shown = useMemo(() => arrange(columns, search), [columns, search]);
  const hidden = useMemo(() => new Set(shown.filter(({ hide }) => hide).map(columnId)), [shown]);
  const keepColumns = () => {
    const ids = grid.current?.getAllDisplayedColumns().map((column) => column.getColId()).filter((id) => id !== openColumn && !id.startsWith('ag-Grid'));
    if (ids && ids.join() !== search.columns?.join()) onSearch(changeLeadSearch(search, { columns: ids }));
  };

  async function edit({ data, column, newValue, rowIndex, node }: CellEditRequestEvent<Lead>) {
    const id = column.getColId();
    const text = String(newValue ?? '');
    try {
      node.setData(await saveCell(data, id, text));
    } catch (problem) {
      const message = problem instanceof ApiError ? problem.message : 'Something unexpected went wrong. Try again.';
      context.refusals.set(refusalKey(data, id), { text, message });
      if (rowIndex !== null) grid.current?.startEditingCell({ rowIndex, colKey: id });
    }
  }

  const filtered = isFiltered(search);
  const chosenCount = all ? (total ?? 0) : chosen.length;
  return (
    <GridFrame>
      <GridToolbar
        label="Leads"
        total={total}
        totalLabel="Leads that match"
        filters={<LeadFilters key={leadset.id} search={search} values={values.data} onChange={onSearch} />}
        tools={
          <>
            <ColumnMenu
              columns={columns}
              hidden={hidden}
              onChange={(next) => onSearch(changeLeadSearch(search, { columns: shown.map(columnId).filter((id) => id !== openColumn && !next.has(id)) }))}
            />
            <Tool label="Refresh" onClick={refresh}>
              <IconRefresh size={17} />
            </Tool>
          </>
        }
      />
      <RunningJobs leadsetId={leadset.id} onEnded={refresh} />
      {chosenCount > 0 ? (
        <BulkBar
          leadsetId={leadset.id}
          targets={all ? { filter: filterOf(search) } : { lead_ids: chosen }}
          count={chosenCount}
          allCount={!all && total !== null && total > chosen.length ? total : null}
          ownColumns={own}
          onAll={() => setAll(true)}
          onClear={clearChoice}
        />
      ) : null}
      <RemoteGridBody
        frame={frame}
        error={error}
        total={total}
        retry={() => {
          clear();
          setAttempt(attempt + 1);
        }}
        empty={
          filtered
            ? { title: 'No lead matches', hint: 'Change or clear the filters.' }
            : { title: 'No leads yet', hint: 'Upload a CSV file, or add a lead by hand.', action: upload }
        }
      >
        <AgGridReact<Lead>
          theme={gridTheme}
          rowModelType="infinite"
          cacheBlockSize={pageRows}
          maxBlocksInCache={20}
          datasource={datasource}
          columnDefs={shown}
          defaultColDef={leadColumn}
          maintainColumnOrder={false}
          context={context}
          getRowId={rowId}
          readOnlyEdit
          onCellEditRequest={(event) => void edit(event)}
          stopEditingWhenCellsLoseFocus
          rowSelection={{ mode: 'multiRow', headerCheckbox: false, enableClickSelection: false }}
          onSelectionChanged={({ api: found }) => {
            setAll(false);
            setChosen(found.getSelectedRows().map(({ id }) => id));
          }}
          onGridReady={({ api: ready }) => {
            grid.current = ready;
          }}
          onSortChanged={({ api: found, source: cause }) => {
            if (cause === 'api' || cause === 'gridOptionsChanged') return;
            const sort = sortParameter(found.getColumnState());
            if (sort !== search.sort) onSearch(changeLeadSearch(search, { sort }));
          }}
          onColumnMoved={({ finished, source: cause }) => {
            if (finished && cause === 'uiColumnMoved') keepColumns();
          }}
          animateRows={false}
          suppressNoRowsOverlay
        />
      </RemoteGridBody>
    </GridFrame>
  );
}

function makePages(leadsetId: number, search: LeadSearch): LeadPages {
  return new LeadPages(search.sort, ({ offset, limit, sort, after }) =>
    unwrap(
      api.GET('/leadsets/{id}/leads', {
        params: { path: { id: leadsetId }, query: { ...filterOf(search), offset, limit, sort, count: false, ...(after ? { after } : {}) } },
      }),
    ),
  );
}

async function countLeads(leadsetId: number, search: LeadSearch): Promise<number> {
  const { total } = await unwrap(api.GET('/leadsets/{id}/lead_count', { params: { path: { id: leadsetId }, query: filterOf(search) } }));
  return total;
}

/** Own columns are kept together, so a change of one begins with how all of them are now. */
async function saveCell(lead: Lead, column: string, text: string): Promise<Lead> {
  const path = { id: lead.id };
  let body = assignment(column, text);
  if (body.custom) {
    const now = await unwrap(api.GET('/leads/{id}', { params: { path } }));
    body = { custom: { ...now.custom, ...body.custom } };
  }
  return unwrap(api.PATCH('/leads/{id}', { params: { path }, body }));
}

function rowId({ data }: GetRowIdParams<Lead>): string {
  return String(data.id);
}

function columnId({ colId, field }: ColDef<Lead>): string {
  return colId ?? field ?? '';
}

/** The columns in the order that the URL gives, the others hidden behind them. */
function arrange(columns: ColDef<Lead>[], { columns: wanted, sort }: LeadSearch): ColDef<Lead>[] {
  const sortedBy = sort?.replace(/^-/, '');
  const order = wanted ?? usual;
  const place = (column: ColDef<Lead>) => {
    if (columnId(column) === openColumn) return -1;
    const at = order.indexOf(columnId(column));
    if (at < 0 && columnId(column).startsWith('custom:') && !wanted) return order.indexOf('state') + 0.5;
    return at < 0 ? order.length : at;
  };
  return columns
    .map((column): ColDef<Lead> => ({
      ...column,
      hide: !isShown(columnId(column), wanted),
      sort: columnId(column) === sortedBy ? sort?.startsWith('-') ? 'desc' : 'asc' : null,
    }))
    .sort((a, b) => place(a) - place(b));
}

/** Own columns are shown unless the URL says otherwise; the way into a lead is always there. */
function isShown(id: string, wanted: string[] | undefined): boolean {
  if (id === openColumn) return true;
  return wanted ? wanted.includes(id) : usual.includes(id) || id.startsWith('custom:');
}

const openColumn = 'open';
const leadColumn: ColDef<Lead> = { resizable: true, sortable: false, filter: false, width: 140, minWidth: 80, suppressHeaderMenuButton: true };
const editable: ColDef<Lead> = { editable: true, cellEditor: LeadCellEditor, cellEditorPopup: true };
const timeColumn: ColDef<Lead> = { width: 190, valueFormatter: ({ value }) => formatTime(value as number | null) };

function textColumn(field: string): ColDef<Lead> {
  const sortable = field === 'first_name' || field === 'last_name' || field === 'status';
  return { ...editable, field: field as keyof Lead, headerName: leadFieldLabel(field), sortable };
}

function ownColumn(name: string): ColDef<Lead> {
  return { ...editable, colId: `custom:${name}`, headerName: name, valueGetter: ({ data }) => data?.custom?.[name] ?? '' };
}

const usual = ['phone', 'status', 'first_name', 'last_name', 'city', 'state', 'called_count', 'last_outcome', 'last_disposition', 'last_called_at', 'finished'];

const fixedColumns: ColDef<Lead>[] = [
  { colId: openColumn, headerName: '', width: 70, resizable: false, suppressMovable: true, pinned: 'left', lockPosition: 'left', cellRenderer: OpenCell },
  { ...editable, field: 'phone', headerName: 'Phone', width: 160, sortable: true },
  ...['status', ...leadFieldGroups.flatMap((group) => [...group.fields]).filter((field) => field !== 'phone'), 'comments'].map(textColumn),
  { ...numberColumn, ...editable, filter: false, field: 'priority', headerName: 'Priority', width: 100 },
  { ...numberColumn, filter: false, field: 'called_count', headerName: 'Called', width: 100 },
  { field: 'last_outcome', headerName: 'Last outcome', width: 160, cellRenderer: OutcomeCell },
  { field: 'last_disposition', headerName: 'Last disposition', width: 170 },
  { ...timeColumn, field: 'last_called_at', headerName: 'Last called', sortable: true },
  { field: 'finished', headerName: 'Finished', width: 110, valueFormatter: ({ value }) => (value ? 'Yes' : '') },
  { ...timeColumn, field: 'not_call_until', headerName: 'Not call until' },
  { ...timeColumn, field: 'created_at', headerName: 'Created' },
  { ...timeColumn, field: 'modified_at', headerName: 'Modified' },
  { ...numberColumn, filter: false, field: 'id', headerName: 'ID', width: 100, sortable: true },
];

function OpenCell({ data }: ICellRendererParams<Lead>) {
  return data ? (
    <Link to="/leads/$id" params={{ id: String(data.id) }} className="cell-link" aria-label={`Open ${data.phone}`}>
      Open
    </Link>
  ) : (
    '…'
  );
}

function OutcomeCell({ data }: ICellRendererParams<Lead>) {
  return data?.last_outcome && data.called_count > 0 ? <OutcomeBadge outcome={data.last_outcome} /> : null;
}
