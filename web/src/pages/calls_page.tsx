import { Drawer } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { ColDef, ICellRendererParams } from 'ag-grid-community';
import { useCallback, useMemo } from 'react';
import { api, unwrap } from '@/api/client';
import { download } from '@/api/download';
import { attemptQuery } from '@/api/queries';
import type { Attempt } from '@/api/types';
import { Ready } from '@/components/async_state';
import { ExportTool, numberColumn, type GridView } from '@/components/data_grid';
import { formatDuration, formatTime } from '@/components/format';
import { Page } from '@/components/page';
import { Panel } from '@/components/panel';
import { RemoteGrid, type PageRequest } from '@/components/remote_grid';
import { AttemptDetail } from '@/features/calls/attempt_detail';
import { CallFilterBar } from '@/features/calls/call_filter_bar';
import { attemptsQueryOf, isFiltered, type CallFilters } from '@/features/calls/call_filters';
import { OutcomeBadge } from '@/features/state_badges';
import { useCampaignNames, useUserNames } from '@/features/use_names';
import { useRecordVersion } from '@/features/use_record_version';

type Names = ReadonlyMap<number, string>;

export function CallsPage() {
  const filters = useSearch({ from: '/supervisor/calls' });
  const navigate = useNavigate();
  const campaigns = useCampaignNames();
  const users = useUserNames();
  const change = useCallback(
    (part: Partial<CallFilters>) =>
      void navigate({
        to: '/calls',
        replace: true,
        search: (previous) => Object.fromEntries(Object.entries({ ...previous, ...part }).filter(([, value]) => value !== undefined)),
      }),
    [navigate],
  );
  const query = useMemo(() => attemptsQueryOf(filters), [filters]);
  const fetchPage = useCallback(
    ({ offset, limit, sort }: PageRequest) => unwrap(api.GET('/attempts', { params: { query: { ...query, offset, limit, sort } } })),
    [query],
  );
  const columns = useMemo(() => columnsWith(campaigns, users), [campaigns, users]);
  const version = useRecordVersion('attempt');
  const view = useMemo<GridView>(() => ({ sort: filters.sort, hidden: filters.hidden }), [filters.sort, filters.hidden]);

  return (
    <Page title="Call log" fill>
      <Panel flush fill>
        <RemoteGrid<Attempt>
          label="Calls"
          columns={columns}
          view={view}
          onView={({ sort, hidden }) => change({ sort, hidden })}
          fetchPage={fetchPage}
          source={JSON.stringify(query)}
          version={version}
          searchable={false}
          filters={<CallFilterBar filters={filters} onChange={change} />}
          toolbar={<ExportTool onClick={() => download('/attempts.csv', query)} />}
          onOpen={(row) => change({ open: row.id })}
          empty={
            isFiltered(filters)
              ? { title: 'No call matches', hint: 'Change or clear the filters.' }
              : { title: 'No calls yet', hint: 'Switch a campaign on, and let its agents go ready. Every attempt to reach a lead is kept here, with its outcome and recording.' }
          }
        />
      </Panel>
      <Drawer
        opened={filters.open !== undefined}
        onClose={() => change({ open: undefined })}
        position="right"
        size="lg"
        title={`Call ${filters.open ?? ''}`}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        {filters.open !== undefined ? <Detail id={filters.open} /> : null}
      </Drawer>
    </Page>
  );
}

function Detail({ id }: { id: number }) {
  const attempt = useQuery(attemptQuery(id));
  return <Ready query={attempt}>{(data) => <AttemptDetail attempt={data} />}</Ready>;
}

function nameOf(id: number | null | undefined, names: Names): string {
  return id ? (names.get(id) ?? `${id}`) : '';
}

function talkMs(attempt: Attempt): number {
  return attempt.connected_at && attempt.ended_at ? attempt.ended_at - attempt.connected_at : 0;
}

function columnsWith(campaigns: Names, users: Names): ColDef<Attempt>[] {
  return [
    { ...numberColumn, filter: false, field: 'id', headerName: 'Call', width: 100, initialHide: true },
    { field: 'started_at', headerName: 'Started', width: 190, cellRenderer: StartedCell },
    { field: 'phone', headerName: 'Phone', width: 150 },
    { field: 'outcome', headerName: 'Outcome', width: 160, cellRenderer: OutcomeCell },
    { field: 'disposition', headerName: 'Disposition', width: 170 },
    { colId: 'campaign', headerName: 'Campaign', width: 170, sortable: false, valueGetter: ({ data }) => nameOf(data?.campaign_id, campaigns) },
    { colId: 'agent', headerName: 'Agent', width: 150, sortable: false, valueGetter: ({ data }) => nameOf(data?.agent_id, users) },
    { ...numberColumn, filter: false, colId: 'talk', headerName: 'Talk', width: 90, sortable: false, valueGetter: ({ data }) => (data && talkMs(data) > 0 ? formatDuration(talkMs(data)) : '') },
    { colId: 'recording', headerName: 'Recording', width: 110, sortable: false, valueGetter: ({ data }) => (data?.recording ? formatDuration(data.recording_ms) : '') },
    { field: 'notes', headerName: 'Notes', width: 240, sortable: false },
    { field: 'caller_id', headerName: 'Caller ID', width: 150, initialHide: true },
    { field: 'sip_status', headerName: 'SIP status', width: 110, initialHide: true },
    { field: 'sip_reason', headerName: 'SIP reason', width: 200, sortable: false, initialHide: true },
    { field: 'ended_by', headerName: 'Ended by', width: 110, sortable: false, initialHide: true },
  ];
}

function StartedCell({ data }: ICellRendererParams<Attempt>) {
  return data ? (
    <Link to="/calls" search={(previous) => ({ ...previous, open: data.id })} className="cell-link">
      {formatTime(data.started_at)}
    </Link>
  ) : (
    '…'
  );
}

function OutcomeCell({ data }: ICellRendererParams<Attempt>) {
  return data ? <OutcomeBadge outcome={data.outcome} /> : null;
}
