import { Button, Group, NumberInput, SimpleGrid, Stack, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, unwrap } from '@/api/client';
import { leadValuesQuery } from '@/api/queries';
import type { Lead, LeadFields } from '@/api/types';
import { localTimeOf, localTimeToMs } from '@/components/local_time';
import { Panel } from '@/components/panel';
import { Problem, useSubmit } from '@/features/api_form';
import { FormBar } from '@/features/form_bar';
import { leadFieldGroups, leadFieldLabel } from './lead_columns';

const textFields = leadFieldGroups.flatMap((group) => [...group.fields]);

function blank(lead: Lead | null) {
  const texts = Object.fromEntries(textFields.map((field) => [field, lead?.[field] ?? '']));
  return {
    ...texts,
    phone: lead?.phone ?? '',
    status: lead?.status ?? 'New',
    comments: lead?.comments ?? '',
    priority: lead?.priority ?? 0,
    not_call_until: lead?.not_call_until ? localTimeOf(lead.not_call_until) : '',
    custom: lead?.custom ?? {},
  } as Record<(typeof textFields)[number] | 'status' | 'comments' | 'not_call_until', string> & { priority: number; custom: Record<string, string> };
}

interface Props {
  lead: Lead | null;
  leadsetId: number;
  onSaved: () => void;
}

/** All of one lead; a new one goes to `leadsetId`. Only fields that were changed are sent. */
export function LeadForm({ lead, leadsetId, onSaved }: Props) {
  const form = useForm({ initialValues: blank(lead) });
  const { busy, problem, submit } = useSubmit(form);
  const values = useQuery({ ...leadValuesQuery(leadsetId), enabled: leadsetId > 0 });
  const send = form.onSubmit((entered) =>
    submit(async () => {
      const before = blank(lead);
      const changed = Object.fromEntries(
        Object.entries(entered)
          .filter(([name, value]) => value !== (before as Record<string, unknown>)[name])
          .map(([name, value]) => [name, name === 'not_call_until' ? localTimeToMs(value as string) : name === 'custom' ? filled(value as Record<string, string>) : value]),
      ) as LeadFields;
      if (lead) await unwrap(api.PATCH('/leads/{id}', { params: { path: { id: lead.id } }, body: changed }));
      else await unwrap(api.POST('/leadsets/{id}/leads', { params: { path: { id: leadsetId } }, body: { ...changed, phone: entered.phone } }));
      onSaved();
    }),
  );
  const custom = [...new Set([...Object.keys(form.values.custom), ...(values.data?.custom_columns ?? [])])];
  const setCustom = (name: string, value: string) => form.setFieldValue('custom', { ...form.values.custom, [name]: value });
  return (
    <form onSubmit={send} style={{ display: 'contents' }}>
      <Problem text={problem} />
      <Panel title="Dialing">
        <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }}>
          <TextInput label="Phone" placeholder="+12025550123" required inputMode="tel" {...form.getInputProps('phone')} />
          <TextInput label="Status" required maxLength={64} {...form.getInputProps('status')} />
          <NumberInput label="Priority" min={-1_000_000} max={1_000_000} {...form.getInputProps('priority')} />
          <TextInput label="Not call until" type="datetime-local" {...form.getInputProps('not_call_until')} />
        </SimpleGrid>
      </Panel>
      {leadFieldGroups.map((group) => (
        <Panel key={group.title} title={group.title}>
          <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }}>
            {group.fields
              .filter((field) => field !== 'phone')
              .map((field) => (
                <TextInput key={field} label={leadFieldLabel(field)} maxLength={500} {...form.getInputProps(field)} />
              ))}
          </SimpleGrid>
        </Panel>
      ))}
      <Panel title="Comments">
        <Textarea aria-label="Comments" autosize minRows={3} {...form.getInputProps('comments')} />
      </Panel>
      <Panel title="Own columns">
        <Stack gap="md">
          {custom.length > 0 ? (
            <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }}>
              {custom.map((name) => (
                <TextInput key={name} label={name} maxLength={2000} value={form.values.custom[name] ?? ''} onChange={(event) => setCustom(name, event.currentTarget.value)} />
              ))}
            </SimpleGrid>
          ) : null}
          <NewColumn taken={custom} onAdd={(name) => setCustom(name, '')} />
          {form.errors.custom ? <p role="alert">{form.errors.custom}</p> : null}
        </Stack>
      </Panel>
      <FormBar save={lead ? 'Save' : 'Add lead'} busy={busy} />
    </form>
  );
}

/** An own column that is left empty is not kept. */
function filled(custom: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(custom).filter(([, value]) => value !== ''));
}

function NewColumn({ taken, onAdd }: { taken: readonly string[]; onAdd: (name: string) => void }) {
  const [name, setName] = useState('');
  const wanted = name.trim();
  const exists = taken.includes(wanted);
  const add = () => {
    onAdd(wanted);
    setName('');
  };
  return (
    <Group align="flex-end">
      <TextInput
        label="New column"
        maxLength={100}
        value={name}
        error={exists ? 'There is a column of this name.' : undefined}
        onChange={(event) => setName(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return;
          event.preventDefault();
          if (wanted !== '' && !exists) add();
        }}
      />
      <Button variant="default" disabled={wanted === '' || exists} onClick={add}>
        Add column
      </Button>
    </Group>
  );
}
