import { Button, SimpleGrid, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError } from '@/api/client';
import { leadValuesQuery } from '@/api/queries';
import type { Lead } from '@/api/types';
import { showDone } from '@/app/errors';
import { Problem } from '@/features/api_form';
import { leadFieldLabel } from '@/features/leads/lead_columns';
import { useMe } from '@/features/session/use_me';
import { contactChangesOf, contactFields, noChanges, sendContact, withCustom, withField, type ContactChanges } from './contact_changes';
import classes from './contact_tab.module.css';
import { useKept } from './kept';

/** Whether this browser keeps changes of the lead that were not saved. */
export function useUnsavedContact(lead: number): boolean {
  return useKept(contactChangesOf(useMe().id), lead) !== null;
}

/**
 * The customer's details, to be put right while talking. What is typed stays in this browser until the
 * server has it: a broken connection, a reload or the next customer loses nothing.
 */
export function ContactEditor({ lead, onClose }: { lead: Lead; onClose: () => void }) {
  const me = useMe();
  const kept = contactChangesOf(me.id);
  const changes = useKept(kept, lead.id) ?? noChanges;
  const { busy, objection, save } = useSave(() => sendContact(me.id, lead));
  const columns = useOwnColumns(lead, changes);
  const objectionTo = (field: string) => (objection?.field === field ? objection.message : undefined);
  const isBeside = objection !== null && ['comments', ...contactFields].some((field) => field === objection.field);
  return (
    <form
      className={classes.editor}
      aria-label="Contact details"
      onSubmit={(event) => {
        event.preventDefault();
        void save().then((saved) => {
          if (!saved) return;
          showDone('The details are saved.');
          onClose();
        });
      }}
    >
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        {contactFields.map((field) => (
          <TextInput
            key={field}
            size="sm"
            label={leadFieldLabel(field)}
            maxLength={500}
            value={changes.fields[field] ?? lead[field]}
            error={objectionTo(field)}
            onChange={(event) => kept.write(lead.id, withField(changes, lead, field, event.currentTarget.value))}
          />
        ))}
        {columns.map((column) => (
          <TextInput
            key={`custom:${column}`}
            size="sm"
            label={column}
            maxLength={2000}
            value={changes.custom[column] ?? lead.custom?.[column] ?? ''}
            onChange={(event) => kept.write(lead.id, withCustom(changes, lead, column, event.currentTarget.value))}
          />
        ))}
      </SimpleGrid>
      <Textarea
        label="Comments"
        autosize
        minRows={2}
        maxLength={10_000}
        value={changes.fields.comments ?? lead.comments}
        error={objectionTo('comments')}
        onChange={(event) => kept.write(lead.id, withField(changes, lead, 'comments', event.currentTarget.value))}
      />
      <Problem text={objection && !isBeside ? objection.message : null} />
      <div className={classes.actions}>
        <Button type="submit" size="sm" loading={busy}>
          Save
        </Button>
        <Button
          size="sm"
          variant="default"
          onClick={() => {
            kept.remove(lead.id);
            onClose();
          }}
        >
          Discard
        </Button>
      </div>
    </form>
  );
}

/** The own columns of the lead and of the others in its leadset. */
function useOwnColumns(lead: Lead, changes: ContactChanges): string[] {
  const values = useQuery({ ...leadValuesQuery(lead.leadset_id ?? 0), enabled: lead.leadset_id !== null });
  const columns = [...Object.keys(lead.custom ?? {}), ...(values.data?.custom_columns ?? []), ...Object.keys(changes.custom)];
  return [...new Set(columns)];
}

interface Objection {
  field: string | undefined;
  message: string;
}

/** Saving, and what the server objects to. */
function useSave(send: () => Promise<void>) {
  const [busy, setBusy] = useState(false);
  const [objection, setObjection] = useState<Objection | null>(null);
  async function save(): Promise<boolean> {
    setBusy(true);
    setObjection(null);
    try {
      await send();
      return true;
    } catch (error) {
      setObjection({
        field: error instanceof ApiError ? error.field : undefined,
        message: error instanceof Error ? error.message : 'Something unexpected went wrong. Try again.',
      });
      return false;
    } finally {
      setBusy(false);
    }
  }
  return { busy, objection, save };
}
