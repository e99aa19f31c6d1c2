import { Drawer } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { ColDef, ICellRendererParams } from 'ag-grid-community';
import { useCallback, useMemo } from 'react';
import { api, unwrap } from '@/api/client';
import { callbackQuery } from '@/api/queries';
import type { Callback } from '@/api/types';
import { Ready } from '@/components/async_state';
import type { GridView } from '@/components/data_grid';
import { formatAppointment } from '@/components/format';
import { Page } from '@/components/page';
import { Panel } from '@/components/panel';
import { RemoteGrid, type PageRequest } from '@/components/remote_grid';
import { timeThere } from '@/components/time_there';
import { CallbackDetail } from '@/features/callbacks/callback_detail';
import { CallbackFilterBar } from '@/features/callbacks/callback_filter_bar';
import { callbacksQueryOf, isFiltered, type CallbackFilters } from '@/features/callbacks/callback_filters';
import { CallbackState } from '@/features/callbacks/callback_state';
import { fullName } from '@/features/leads/lead_columns';
import { useCampaignNames, useLeadsetNames, useUserNames } from '@/features/use_names';
import { useRecordVersion } from '@/features/use_record_version';

interface Row extends Callback {
  id: number;
  campaign: string;
  leadset: string;
  agent: string;
  promised: string;
}

export function CallbacksPage() {
  const filters = useSearch({ from: '/supervisor/callbacks' });
  const navigate = useNavigate();
  const campaigns = useCampaignNames();
  const leadsets = useLeadsetNames();
  const users = useUserNames();
  const change = useCallback(
    (part: Partial<CallbackFilters>) =>
      void navigate({
        to: '/callbacks',
        replace: true,
        search: (previous) => Object.fromEntries(Object.entries({ ...previous, ...part }).filter(([, value]) => value !== undefined)),
      }),
    [navigate],
  );
  const query = useMemo(() => callbacksQueryOf(filters), [filters]);
  const fetchPage = useCallback(
    async ({ offset, limit, sort }: PageRequest) => {
      const page = await unwrap(api.GET('/callbacks', { params: { query: { ...query, offset, limit, sort } } }));
      const name = (names: ReadonlyMap<number, string>, id: number | null) => (id === null ? '' : (names.get(id) ?? `${id}`));
      const items = page.items.map((callback): Row => ({
        ...callback,
        id: callback.lead_id,
        campaign: name(campaigns, callback.campaign_id),
        leadset: name(leadsets, callback.leadset_id),
        agent: callback.agent_id === null ? 'Anyone' : name(users, callback.agent_id),
        promised: name(users, callback.promised_by),
      }));
      return { items, total: page.total };
    },
    [query, campaigns, leadsets, users],
  );
  const version = useRecordVersion('callback');
  const view = useMemo<GridView>(
    () => ({ search: filters.search, sort: filters.sort, hidden: filters.hidden }),
    [filters.search, filters.sort, filters.hidden],
  );

  return (
    <Page title="Call-backs" fill>
      <Panel flush fill>
        <RemoteGrid<Row>
          label="Call-backs"
          columns={columns}
          view={view}
          onView={({ search, sort, hidden }) => change({ search, sort, hidden })}
          fetchPage={fetchPage}
          source={`${JSON.stringify(query)} ${campaigns.size} ${leadsets.size} ${users.size}`}
          version={version}
          filters={<CallbackFilterBar filters={filters} onChange={change} />}
          onOpen={(row) => change({ open: row.id })}
          empty={
            isFiltered(filters)
              ? { title: 'No call-back matches', hint: 'Change or clear the filters.' }
              : {
                  title: 'No call-back is agreed',
                  hint: 'Agents agree on one with a disposition that asks for a time, such as CALL BACK. It stays here until the call is made.',
                }
          }
        />
      </Panel>
      <Drawer
        opened={filters.open !== undefined}
        onClose={() => change({ open: undefined })}
        position="right"
        size="lg"
        title="Call-back"
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        {filters.open !== undefined ? <Detail lead={filters.open} onDone={() => change({ open: undefined })} /> : null}
      </Drawer>
    </Page>
  );
}

function Detail({ lead, onDone }: { lead: number; onDone: () => void }) {
  const callback = useQuery(callbackQuery(lead));
  return <Ready query={callback}>{(data) => <CallbackDetail callback={data} onDone={onDone} />}</Ready>;
}

const columns: ColDef<Row>[] = [
  { field: 'due_at', headerName: 'Due', width: 200, cellRenderer: DueCell },
  { colId: 'state', headerName: 'State', width: 130, sortable: false, cellRenderer: StateCell },
  { field: 'last_name', headerName: 'Customer', width: 170, valueGetter: ({ data }) => (data ? fullName(data) : '…') },
  { field: 'phone', headerName: 'Phone', width: 150 },
  { colId: 'there', headerName: "Customer's time", width: 150, sortable: false, valueGetter: ({ data }) => (data ? (timeThere(data.time_zones, data.due_at) ?? '') : '') },
  { field: 'agent', headerName: 'For', width: 150, sortable: false },
  { field: 'campaign', headerName: 'Campaign', width: 160, sortable: false },
  { field: 'leadset', headerName: 'Leadset', width: 150, sortable: false },
  { field: 'promised', headerName: 'Promised by', width: 150, sortable: false },
  { field: 'notes', headerName: 'Notes', width: 240, sortable: false },
];

function DueCell({ data }: ICellRendererParams<Row>) {
  return data ? (
    <Link to="/callbacks" search={(previous) => ({ ...previous, open: data.id })} className="cell-link">
      {formatAppointment(data.due_at)}
    </Link>
  ) : (
    '…'
  );
}

function StateCell({ data }: ICellRendererParams<Row>) {
  return data ? <CallbackState callback={data} /> : null;
}
