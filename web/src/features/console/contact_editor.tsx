import { Button, SimpleGrid, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useLocalStorage } from '@mantine/hooks';
import { useEffect } from 'react';
import { api, unwrap } from '@/api/client';
import type { Lead } from '@/api/types';
import { showDone } from '@/app/errors';
import { Problem, useSubmit } from '@/features/api_form';
import { leadFieldGroups, leadFieldLabel } from '@/features/leads/lead_columns';
import classes from './contact_tab.module.css';

/** Whom the lead belongs to and which number is dialed are the supervisor's business. */
const fields = leadFieldGroups.flatMap((group) => group.fields.filter((field) => field !== 'phone' && field !== 'owner'));

type Values = Record<(typeof fields)[number] | 'comments', string>;

function valuesOf(lead: Lead): Values {
  return { ...(Object.fromEntries(fields.map((field) => [field, lead[field]])) as Omit<Values, 'comments'>), comments: lead.comments };
}

interface Stored {
  lead: number;
  values: Values;
}

/** Whether this browser keeps changes of the lead that were not saved. */
export function useUnsavedContact(lead: number): boolean {
  const [stored] = useLocalStorage<Stored | null>({ key: 'carillon-contact', defaultValue: null, getInitialValueInEffect: false });
  return stored?.lead === lead;
}

/**
 * The customer's details, to be put right while talking. What is typed stays in this browser until the
 * server has it: a broken connection or a reload loses nothing.
 */
export function ContactEditor({ lead, onClose }: { lead: Lead; onClose: () => void }) {
  const [stored, keep, forget] = useLocalStorage<Stored | null>({ key: 'carillon-contact', defaultValue: null, getInitialValueInEffect: false });
  const form = useForm<Values>({ initialValues: stored?.lead === lead.id ? stored.values : valuesOf(lead) });
  const { busy, problem, submit } = useSubmit(form);
  const { values } = form;
  useEffect(() => keep({ lead: lead.id, values }), [keep, lead.id, values]);

  const send = form.onSubmit(async (now) => {
    const before = valuesOf(lead);
    const changed = Object.fromEntries(Object.entries(now).filter(([name, value]) => value !== before[name as keyof Values]));
    const saved = await submit(async () => {
      if (Object.keys(changed).length > 0) await unwrap(api.PATCH('/leads/{id}', { params: { path: { id: lead.id } }, body: changed }));
    });
    if (!saved) return;
    forget();
    showDone('The details are saved.');
    onClose();
  });
  return (
    <form onSubmit={send} className={classes.editor} aria-label="Contact details">
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        {fields.map((field) => (
          <TextInput key={field} size="sm" label={leadFieldLabel(field)} maxLength={500} {...form.getInputProps(field)} />
        ))}
      </SimpleGrid>
      <Textarea label="Comments" autosize minRows={2} maxLength={10_000} {...form.getInputProps('comments')} />
      <Problem text={problem} />
      <div className={classes.actions}>
        <Button type="submit" size="sm" loading={busy}>
          Save
        </Button>
        <Button
          size="sm"
          variant="default"
          onClick={() => {
            forget();
            onClose();
          }}
        >
          Discard
        </Button>
      </div>
    </form>
  );
}
