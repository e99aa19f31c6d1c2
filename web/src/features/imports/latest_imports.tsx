import { Button, Progress } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { importQuery, leadsetImportsQuery } from '@/api/queries';
import type { Import } from '@/api/types';
import { formatCount, formatTime } from '@/components/format';
import { Panel } from '@/components/panel';
import { PlainTable } from '@/components/plain_table';
import { StateBadge } from '@/components/state_badge';
import { importStates } from '@/features/states';
import classes from './latest_imports.module.css';
import { useCancelImport } from './use_cancel_import';

const shown = 5;
const lookAgainMs = 3000;

/** The latest uploads into a leadset, also while they run; nothing when there was none. */
export function LatestImports({ leadsetId }: { leadsetId: number }) {
  const cancel = useCancelImport();
  const imports = useQuery({
    ...leadsetImportsQuery(leadsetId),
    // Events bring progress; this is for the moment when they do not.
    refetchInterval: ({ state }) => (state.data?.some(isRunning) ? lookAgainMs : false),
  });
  if (!imports.data || imports.data.length === 0) return null;
  return (
    <Panel title="Latest uploads" flush>
      <PlainTable
        label="Latest uploads"
        rows={imports.data.slice(0, shown)}
        rowKey={(row) => row.id}
        empty=""
        columns={[
          {
            header: 'Started',
            cell: (row) => (
              <Link to="/leadsets/$id/upload" params={{ id: String(leadsetId) }} search={{ import: row.id }} className="cell-link">
                {formatTime(row.created_at)}
              </Link>
            ),
          },
          { header: 'State', cell: (row) => <State import={row} /> },
          { header: 'Rows read', number: true, cell: (row) => <Count import={row} of="rows" /> },
          { header: 'Imported', number: true, cell: (row) => <Count import={row} of="accepted" /> },
          { header: 'Duplicates', number: true, cell: (row) => <Count import={row} of="duplicates" /> },
          { header: 'Rejected', number: true, cell: (row) => <Count import={row} of="rejected" /> },
          {
            header: 'Actions',
            hideHeader: true,
            number: true,
            cell: (row) =>
              isRunning(row) ? (
                <Button size="compact-sm" variant="default" onClick={() => void cancel(row.id)}>
                  Cancel
                </Button>
              ) : row.rejected + row.duplicates > 0 ? (
                <Button component="a" size="compact-sm" variant="subtle" href={`/api/v1/imports/${row.id}/rejected.csv`} download>
                  Rejected rows
                </Button>
              ) : null,
          },
        ]}
      />
    </Panel>
  );
}

function isRunning({ state }: Import): boolean {
  return state === 'running';
}

/** The import as the latest event tells it: the list is fetched anew only when one begins or ends. */
function useLatest(row: Import): Import {
  const { data } = useQuery({ ...importQuery(row.id), enabled: isRunning(row) });
  return isRunning(row) ? (data ?? row) : row;
}

function State({ import: row }: { import: Import }) {
  const { state, message, bytes = 0, bytes_read = 0 } = useLatest(row);
  if (state !== 'running') return <StateBadge {...importStates[state]} detail={message} />;
  return (
    <span className={classes.running}>
      <StateBadge {...importStates.running} detail={message} />
      <Progress className={classes.progress} value={bytes ? (100 * bytes_read) / bytes : 0} aria-label="Import" />
    </span>
  );
}

function Count({ import: row, of }: { import: Import; of: 'rows' | 'accepted' | 'duplicates' | 'rejected' }) {
  return formatCount(useLatest(row)[of]);
}
