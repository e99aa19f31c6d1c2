import { Alert, Button, Checkbox, Group, Modal, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, unwrap } from '@/api/client';
import { leadJobsQuery, recycleQuery } from '@/api/queries';
import type { LeadJob, RecycleGroup } from '@/api/types';
import { showError } from '@/app/errors';
import { Empty, Ready } from '@/components/async_state';
import { formatCount, formatTime } from '@/components/format';
import rows from '@/components/rows.module.css';
import { lookOf, outcomes } from '@/features/states';
import { resultOf, showStarted } from '@/features/leads/lead_jobs';
import classes from './leadset_dashboard.module.css';

interface Props {
  leadsetId: number;
  opened: boolean;
  onClose: () => void;
}

/** Data Recycle: how finished leads ended, which of them are to be dialed again, and what was done before. */
export function Recycle({ leadsetId, opened, onClose }: Props) {
  return (
    <Modal opened={opened} onClose={onClose} title="Data Recycle" size="lg" closeButtonProps={{ 'aria-label': 'Close' }}>
      <Stack>
        <Choice leadsetId={leadsetId} onStarted={onClose} />
        <Past leadsetId={leadsetId} />
      </Stack>
    </Modal>
  );
}

function keyOf(group: RecycleGroup): string {
  return group.outcome === null ? `disposition ${group.disposition}` : `outcome ${group.outcome}`;
}

function labelOf(group: RecycleGroup): string {
  return group.outcome === null ? group.disposition : lookOf(outcomes, group.outcome).label;
}

function Choice({ leadsetId, onStarted }: { leadsetId: number; onStarted: () => void }) {
  const client = useQueryClient();
  const groups = useQuery(recycleQuery(leadsetId));
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const picked = (groups.data ?? []).filter((group) => group.allowed && chosen.has(keyOf(group)));
  const count = picked.reduce((sum, { leads }) => sum + leads, 0);

  async function start() {
    setBusy(true);
    setProblem(null);
    try {
      const job = await unwrap(
        api.POST('/leadsets/{id}/recycle', {
          params: { path: { id: leadsetId } },
          body: {
            outcomes: picked.flatMap(({ outcome }) => (outcome === null ? [] : [outcome])),
            dispositions: picked.flatMap(({ outcome, disposition }) => (outcome === null ? [disposition] : [])),
          },
        }),
      );
      setChosen(new Set());
      onStarted();
      await showStarted(client, leadsetId, job);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : 'Something unexpected went wrong. Try again.');
    } finally {
      setBusy(false);
    }
  }

  return (
    <Ready query={groups} rows={4}>
      {(data) =>
        data.length === 0 ? (
          <Empty title="No lead is finished" hint="Leads come here when their call ended with a final disposition, or their retries are used up." />
        ) : (
          <>
            <Text c="dimmed" size="sm">
              Chosen leads may be dialed again, with a new count of attempts. Leads on a do-not-call list are not among them and stay as they are.
            </Text>
            <Groups title="Ended without a disposition, by outcome" groups={data.filter(({ outcome }) => outcome !== null)} chosen={chosen} onChosen={setChosen} />
            <Groups title="By disposition" groups={data.filter(({ outcome }) => outcome === null)} chosen={chosen} onChosen={setChosen} />
            {problem ? (
              <Alert color="red" variant="light" role="alert" icon={<IconAlertTriangle size={18} />}>
                {problem}
              </Alert>
            ) : null}
            <Group justify="flex-end">
              <Button disabled={count === 0} loading={busy} onClick={() => void start()}>
                Bring back {formatCount(count)} {count === 1 ? 'lead' : 'leads'}
              </Button>
            </Group>
          </>
        )
      }
    </Ready>
  );
}

interface GroupsProps {
  title: string;
  groups: RecycleGroup[];
  chosen: ReadonlySet<string>;
  onChosen: (chosen: ReadonlySet<string>) => void;
}

function Groups({ title, groups, chosen, onChosen }: GroupsProps) {
  if (groups.length === 0) return null;
  return (
    <section aria-label={title}>
      <h3 className={classes.heading}>{title}</h3>
      <ul className={rows.rows}>
        {groups.map((group) => (
          <li key={keyOf(group)}>
            <Checkbox
              label={labelOf(group)}
              description={group.allowed ? undefined : 'Not recyclable: mark the disposition so in the campaign first.'}
              disabled={!group.allowed}
              checked={group.allowed && chosen.has(keyOf(group))}
              onChange={() => {
                const next = new Set(chosen);
                if (!next.delete(keyOf(group))) next.add(keyOf(group));
                onChosen(next);
              }}
            />
            <span className="tabular">{formatCount(group.leads)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

const pastShown = 5;

/** The latest recycles, which can be taken back. */
function Past({ leadsetId }: { leadsetId: number }) {
  const client = useQueryClient();
  const jobs = useQuery(leadJobsQuery(leadsetId));
  const past = (jobs.data ?? []).filter(({ action, state }) => (action === 'recycle' || action === 'undo') && state !== 'running').slice(0, pastShown);
  if (past.length === 0) return null;

  async function undo(job: LeadJob) {
    try {
      await showStarted(client, leadsetId, await unwrap(api.POST('/lead_jobs/{id}/undo', { params: { path: { id: job.id } } })));
    } catch (error) {
      showError(error);
    }
  }

  return (
    <section aria-label="Before">
      <h3 className={classes.heading}>Before</h3>
      <ul className={rows.rows}>
        {past.map((job) => (
          <li key={job.id} className={classes.past}>
            <span>
              {formatTime(job.created_at)}: {resultOf(job)}
            </span>
            {job.can_undo ? (
              <Button size="xs" variant="default" onClick={() => void undo(job)}>
                Undo
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
    </section>
  );
}
