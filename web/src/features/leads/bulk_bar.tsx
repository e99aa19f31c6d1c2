import { Button, Group, Modal, Select, Stack, TextInput } from '@mantine/core';
import { IconPencil, IconTrash } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ApiError, unwrap } from '@/api/client';
import type { LeadJobRequest } from '@/api/types';
import { showError } from '@/app/errors';
import { useConfirm } from '@/components/confirm';
import { formatCount } from '@/components/format';
import { leadFieldLabel, plainFields } from './lead_columns';
import classes from './lead_bars.module.css';
import { showStarted } from './lead_jobs';

/** Which leads: chosen ones, or all that match. */
export type Targets = Pick<LeadJobRequest, 'lead_ids' | 'filter'>;

interface Props {
  leadsetId: number;
  targets: Targets;
  count: number;
  /** How many match, when not all of them are meant already. */
  allCount: number | null;
  ownColumns: readonly string[];
  onAll: () => void;
  onClear: () => void;
}

const settable = plainFields.filter((field) => field !== 'phone' && field !== 'time_zone');

/** What can be done with many leads at once. Each asks once, with their number. */
export function BulkBar({ leadsetId, targets, count, allCount, ownColumns, onAll, onClear }: Props) {
  const client = useQueryClient();
  const confirm = useConfirm();
  const [editing, setEditing] = useState(false);
  const leads = `${formatCount(count)} ${count === 1 ? 'lead' : 'leads'}`;

  async function start(body: LeadJobRequest) {
    const job = await unwrap(api.POST('/leadsets/{id}/lead_jobs', { params: { path: { id: leadsetId } }, body }));
    onClear();
    await showStarted(client, leadsetId, job);
  }

  async function remove() {
    const yes = await confirm({
      title: `Delete ${leads}?`,
      text: 'Leads that are in a call stay. The call log is kept. This cannot be undone.',
      action: `Delete ${leads}`,
      danger: true,
    });
    if (!yes) return;
    try {
      await start({ action: 'delete', ...targets });
    } catch (error) {
      showError(error);
    }
  }

  return (
    <div className={classes.bulk} role="region" aria-label="Chosen leads">
      <strong role="status">{leads} chosen</strong>
      {allCount !== null ? (
        <Button size="xs" variant="subtle" onClick={onAll}>
          Choose all {formatCount(allCount)} that match
        </Button>
      ) : null}
      <Button size="xs" variant="default" leftSection={<IconPencil size={14} />} onClick={() => setEditing(true)}>
        Set a field
      </Button>
      <Button size="xs" variant="default" color="red" leftSection={<IconTrash size={14} />} onClick={() => void remove()}>
        Delete
      </Button>
      <Button size="xs" variant="subtle" onClick={onClear}>
        Clear the choice
      </Button>
      <Modal opened={editing} onClose={() => setEditing(false)} title={`Set a field of ${leads}`} closeButtonProps={{ 'aria-label': 'Close' }}>
        <SetField
          columns={[...settable, ...ownColumns.map((name) => `custom:${name}`)]}
          action={`Set for ${leads}`}
          onSet={async (set) => {
            await start({ action: 'change', ...targets, set });
            setEditing(false);
          }}
        />
      </Modal>
    </div>
  );
}

function SetField({ columns, action, onSet }: { columns: string[]; action: string; onSet: (set: NonNullable<LeadJobRequest['set']>) => Promise<void> }) {
  const [column, setColumn] = useState('status');
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  async function submit() {
    setBusy(true);
    setProblem(null);
    try {
      await onSet(assignment(column, text));
    } catch (error) {
      setProblem(error instanceof ApiError ? error.message : 'Something unexpected went wrong. Try again.');
    } finally {
      setBusy(false);
    }
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <Stack>
        <Select
          label="Field"
          searchable
          allowDeselect={false}
          data={columns.map((value) => ({ value, label: leadFieldLabel(value) }))}
          value={column}
          onChange={(value) => value && setColumn(value)}
        />
        <TextInput label="Value" value={text} error={problem} onChange={(event) => setText(event.currentTarget.value)} data-autofocus />
        <Group justify="flex-end">
          <Button type="submit" loading={busy}>
            {action}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** One field of a lead, as the API takes it. What is no number is left to the server to refuse. */
export function assignment(column: string, text: string): NonNullable<LeadJobRequest['set']> {
  if (column.startsWith('custom:')) return { custom: { [column.slice('custom:'.length)]: text } };
  const number = text.trim() === '' ? NaN : Number(text);
  return { [column]: column === 'priority' && Number.isInteger(number) ? number : text };
}
