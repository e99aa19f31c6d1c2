import { Select, Stack, Switch, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { api, unwrap } from '@/api/client';
import { campaignsQuery, leadsetQuery } from '@/api/queries';
import type { Leadset } from '@/api/types';
import { showDone } from '@/app/errors';
import { Ready } from '@/components/async_state';
import { Page } from '@/components/page';
import { Panel } from '@/components/panel';
import { Problem, useSubmit } from '@/features/api_form';
import { FormBar } from '@/features/form_bar';

export function LeadsetFormPage() {
  const { id } = useParams({ from: '/supervisor/leadsets/$id/edit' });
  const leadset = useQuery({ ...leadsetQuery(Number(id)), enabled: id !== 'new' });
  if (id === 'new') return <LeadsetEditor leadset={null} />;
  return <Ready query={leadset}>{(data) => <LeadsetEditor key={data.id} leadset={data} />}</Ready>;
}

function LeadsetEditor({ leadset }: { leadset: Leadset | null }) {
  const campaigns = useQuery(campaignsQuery);
  const client = useQueryClient();
  const navigate = useNavigate();
  const form = useForm({
    initialValues: {
      name: leadset?.name ?? '',
      description: leadset?.description ?? '',
      campaign_id: leadset?.campaign_id ? String(leadset.campaign_id) : null,
      active: leadset?.active ?? true,
    },
  });
  const { busy, problem, submit } = useSubmit(form);
  const send = form.onSubmit((values) =>
    submit(async () => {
      const body = { ...values, campaign_id: values.campaign_id ? Number(values.campaign_id) : null };
      const saved = leadset
        ? await unwrap(api.PATCH('/leadsets/{id}', { params: { path: { id: leadset.id } }, body }))
        : await unwrap(api.POST('/leadsets', { body }));
      await client.invalidateQueries({ queryKey: ['leadset'] });
      showDone(`Leadset ${saved.name} is saved.`);
      await navigate({ to: leadset ? '/leadsets/$id' : '/leadsets/$id/upload', params: { id: String(saved.id) } });
    }),
  );
  return (
    <Page
      title={leadset?.name ?? 'New leadset'}
      trail={
        <Link to="/" search={{ tab: 'leadsets' }}>
          Leadsets
        </Link>
      }
      narrow
    >
      <form onSubmit={send} style={{ display: 'contents' }}>
        <Problem text={problem} />
        <Panel>
          <Stack gap="md">
            <TextInput label="Name" required maxLength={200} {...form.getInputProps('name')} />
            <Select
              label="Campaign"
              description="The campaign that dials these leads"
              searchable
              clearable
              clearButtonProps={{ 'aria-label': 'No campaign' }}
              placeholder={campaigns.data?.length === 0 ? 'No campaign yet' : 'None'}
              data={(campaigns.data ?? []).map(({ id, name }) => ({ value: String(id), label: name }))}
              {...form.getInputProps('campaign_id')}
            />
            <Textarea label="Description" autosize minRows={2} {...form.getInputProps('description')} />
            <Switch label="Switched on" {...form.getInputProps('active', { type: 'checkbox' })} />
          </Stack>
        </Panel>
        <FormBar save={leadset ? 'Save' : 'Create and upload leads'} busy={busy} />
      </form>
    </Page>
  );
}
