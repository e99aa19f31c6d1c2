import { useForm } from '@mantine/form';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { api, unwrap } from '@/api/client';
import { campaignQuery } from '@/api/queries';
import { showDone } from '@/app/errors';
import { Ready } from '@/components/async_state';
import { Page } from '@/components/page';
import { Panel } from '@/components/panel';
import { Problem, useSubmit } from '@/features/api_form';
import { BasicFields, ConfigFields } from '@/features/campaigns/campaign_fields';
import { blankCampaign, campaignBody, copyOfCampaign, formOfCampaign, type CampaignForm } from '@/features/campaigns/campaign_form_values';
import { FormBar } from '@/features/form_bar';

/** A blank form, or a copy of the campaign that the address names. */
export function CampaignNewPage() {
  const { copy } = useSearch({ from: '/supervisor/campaigns/new' });
  const campaign = useQuery({ ...campaignQuery(copy ?? 0), enabled: copy !== undefined });
  if (copy === undefined) return <CampaignFormPage title="New campaign" initial={blankCampaign} />;
  return (
    <Ready query={campaign}>
      {(data) => <CampaignFormPage key={data.id} title={`Copy of ${data.name}`} initial={copyOfCampaign(data)} />}
    </Ready>
  );
}

export function CampaignEditPage() {
  const { id } = useParams({ from: '/supervisor/campaigns/$id/edit' });
  const campaign = useQuery({ ...campaignQuery(Number(id)), staleTime: 0 });
  return (
    <Ready query={campaign}>
      {(data) => <CampaignFormPage key={data.id} title={`Edit ${data.name}`} initial={formOfCampaign(data)} id={data.id} />}
    </Ready>
  );
}

function CampaignFormPage({ title, initial, id }: { title: string; initial: CampaignForm; id?: number }) {
  const form = useForm<CampaignForm>({ initialValues: initial });
  const { busy, problem, submit } = useSubmit(form);
  const client = useQueryClient();
  const navigate = useNavigate();

  const send = form.onSubmit((values) =>
    submit(async () => {
      const body = campaignBody(values);
      const saved =
        id === undefined
          ? await unwrap(api.POST('/campaigns', { body }))
          : await unwrap(api.PATCH('/campaigns/{id}', { params: { path: { id } }, body }));
      await client.invalidateQueries({ queryKey: ['campaign'] });
      showDone(id === undefined ? `Campaign ${saved.name} is created.` : `Campaign ${saved.name} is saved.`);
      await navigate({ to: '/campaigns/$id', params: { id: String(saved.id) } });
    }),
  );

  return (
    <Page title={title} trail={<Link to="/">Campaigns</Link>} narrow>
      <form onSubmit={send} style={{ display: 'contents' }}>
        <Problem text={problem} />
        <Panel title="Basic info">
          <BasicFields form={form} />
        </Panel>
        <Panel title="Config">
          <ConfigFields form={form} />
        </Panel>
        <FormBar save={id === undefined ? 'Create campaign' : 'Save'} busy={busy} />
      </form>
    </Page>
  );
}
