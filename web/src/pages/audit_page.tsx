import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ColDef } from 'ag-grid-community';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { api, unwrap } from '@/api/client';
import { download } from '@/api/download';
import { usersQuery } from '@/api/queries';
import type { AuditEntry } from '@/api/types';
import { ExportTool } from '@/components/data_grid';
import { DayFilter } from '@/components/day_filter';
import { choicesOf, FilterSelect } from '@/components/filter_select';
import { formatTime, humanize } from '@/components/format';
import { Page } from '@/components/page';
import { Panel } from '@/components/panel';
import { RemoteGrid, type PageRequest } from '@/components/remote_grid';
import { auditKinds, auditQueryOf, changesText, kindText } from '@/features/audit/audit_filters';

export function AuditPage() {
  const filters = useSearch({ from: '/supervisor/audit' });
  const navigate = useNavigate();
  const users = useQuery(usersQuery);
  const version = useAuditVersion();
  const change = useCallback(
    (part: Partial<typeof filters>) =>
      void navigate({
        to: '/audit',
        replace: true,
        search: (previous) => Object.fromEntries(Object.entries({ ...previous, ...part }).filter(([, value]) => value !== undefined)),
      }),
    [navigate],
  );
  const query = useMemo(() => auditQueryOf(filters), [filters]);
  const fetchPage = useCallback(
    ({ offset, limit, sort }: PageRequest) => unwrap(api.GET('/audit', { params: { query: { ...query, offset, limit, sort } } })),
    [query],
  );
  const filtered = Object.keys(filters).some((name) => name !== 'sort' && name !== 'hidden');
  return (
    <Page title="Audit log" fill>
      <Panel flush fill>
        <RemoteGrid<AuditEntry>
          label="Changes"
          columns={columns}
          view={{ search: filters.search, sort: filters.sort, hidden: filters.hidden }}
          onView={({ search, sort, hidden }) => change({ search, sort, hidden })}
          fetchPage={fetchPage}
          source={JSON.stringify(query)}
          version={version}
          filters={
            <>
              <FilterSelect
                label="Kind"
                placeholder="Everything"
                all="Everything"
                w={150}
                data={auditKinds.map((kind) => ({ value: kind, label: kindText(kind) }))}
                value={filters.kind}
                onChange={(kind) => change({ kind })}
              />
              <FilterSelect
                label="By"
                placeholder="Everybody"
                all="Everybody"
                searchable
                w={150}
                data={choicesOf(users.data)}
                value={filters.user}
                onChange={(user) => change({ user: user ? Number(user) : undefined })}
              />
              <DayFilter end="From" value={filters.from} onChange={(from) => change({ from })} />
              <DayFilter end="To" value={filters.to} onChange={(to) => change({ to })} />
            </>
          }
          toolbar={<ExportTool onClick={() => download('/audit.csv', query)} />}
          empty={
            filtered
              ? { title: 'No change matches', hint: 'Try other filters.' }
              : { title: 'Nothing was changed yet', hint: 'Every change of a setting, a person or a list is kept here, with who made it.' }
          }
        />
      </Panel>
    </Page>
  );
}

/** Rises when records change: then there is something new to read. */
function useAuditVersion(): number {
  const client = useQueryClient();
  const [version, setVersion] = useState(0);
  useEffect(
    () =>
      client.getQueryCache().subscribe((event) => {
        if (event.type === 'updated' && event.action.type === 'invalidate') setVersion((previous) => previous + 1);
      }),
    [client],
  );
  return version;
}

const columns: ColDef<AuditEntry>[] = [
  { field: 'at', headerName: 'When', width: 190, valueFormatter: ({ value }) => formatTime(value as number | null) },
  { field: 'actor', headerName: 'Who', width: 160 },
  { field: 'address', headerName: 'From', width: 130, sortable: false },
  { field: 'kind', headerName: 'What', width: 130, valueFormatter: ({ value }) => kindText(typeof value === 'string' ? value : '') },
  { field: 'record_id', headerName: 'ID', width: 80, sortable: false },
  { field: 'action', headerName: 'Did', width: 150, valueFormatter: ({ value }) => humanize(typeof value === 'string' ? value : '') },
  {
    colId: 'changes',
    headerName: 'Changes',
    flex: 1,
    minWidth: 320,
    sortable: false,
    valueGetter: ({ data }) => (data ? changesText(data.changes) : ''),
    tooltipValueGetter: ({ data }) => (data ? changesText(data.changes) : ''),
  },
];
