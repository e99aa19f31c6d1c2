import { NumberInput, SimpleGrid, Stack, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { api, unwrap } from '@/api/client';
import type { Lead, LeadFields } from '@/api/types';
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
    custom: lead?.custom ?? {},
  } as Record<(typeof textFields)[number] | 'status' | 'comments', string> & { priority: number; custom: Record<string, string> };
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
  const send = form.onSubmit((values) =>
    submit(async () => {
      const before = blank(lead);
      const changed = Object.fromEntries(
        Object.entries(values).filter(([name, value]) => value !== (before as Record<string, unknown>)[name]),
      ) as LeadFields;
      if (lead) await unwrap(api.PATCH('/leads/{id}', { params: { path: { id: lead.id } }, body: changed }));
      else await unwrap(api.POST('/leadsets/{id}/leads', { params: { path: { id: leadsetId } }, body: { ...changed, phone: values.phone } }));
      onSaved();
    }),
  );
  const custom = Object.keys(form.values.custom);
  return (
    <form onSubmit={send} style={{ display: 'contents' }}>
      <Problem text={problem} />
      <Panel title="Dialing">
        <SimpleGrid cols={{ base: 1, xs: 3 }}>
          <TextInput label="Phone" placeholder="+12025550123" required inputMode="tel" {...form.getInputProps('phone')} />
          <TextInput label="Status" required maxLength={64} {...form.getInputProps('status')} />
          <NumberInput label="Priority" min={-1_000_000} max={1_000_000} {...form.getInputProps('priority')} />
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
      <Panel title="More">
        <Stack gap="md">
          <Textarea label="Comments" autosize minRows={3} {...form.getInputProps('comments')} />
          {custom.length > 0 ? (
            <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }}>
              {custom.map((name) => (
                <TextInput
                  key={name}
                  label={name}
                  value={form.values.custom[name] ?? ''}
                  onChange={(event) => form.setFieldValue('custom', { ...form.values.custom, [name]: event.currentTarget.value })}
                />
              ))}
            </SimpleGrid>
          ) : null}
        </Stack>
      </Panel>
      <FormBar save={lead ? 'Save' : 'Add lead'} busy={busy} />
    </form>
  );
}
