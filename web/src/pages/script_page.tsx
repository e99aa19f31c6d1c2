import { Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { api, unwrap } from '@/api/client';
import { scriptQuery } from '@/api/queries';
import type { Script } from '@/api/types';
import { showDone } from '@/app/errors';
import { Ready } from '@/components/async_state';
import { Page } from '@/components/page';
import { Panel } from '@/components/panel';
import { Problem, useSubmit } from '@/features/api_form';
import { FormBar } from '@/features/form_bar';
import { ScriptEditor } from '@/features/scripts/script_editor';
import { sampleLead } from '@/features/scripts/script_text';
import { ScriptView } from '@/features/scripts/script_view';
import { useMe } from '@/features/session/use_me';
import classes from './script_page.module.css';

const opening = '<p>Good morning {{first_name}}, this is {{agent_name}}.</p><p></p>';

export function ScriptPage() {
  const { id } = useParams({ from: '/supervisor/scripts/$id' });
  const script = useQuery({ ...scriptQuery(Number(id)), enabled: id !== 'new', staleTime: Infinity });
  if (id === 'new') return <Editor script={null} />;
  return <Ready query={script}>{(data) => <Editor key={data.id} script={data} />}</Ready>;
}

function Editor({ script }: { script: Script | null }) {
  const me = useMe();
  const client = useQueryClient();
  const navigate = useNavigate();
  const form = useForm({ initialValues: { name: script?.name ?? '', body: script?.body ?? opening } });
  const { busy, problem, submit } = useSubmit(form);

  const send = form.onSubmit((body) =>
    submit(async () => {
      if (script) await unwrap(api.PATCH('/scripts/{id}', { params: { path: { id: script.id } }, body }));
      else await unwrap(api.POST('/scripts', { body }));
      await client.invalidateQueries({ queryKey: ['script'] });
      showDone(`Script ${body.name} is saved.`);
      await navigate({ to: '/', search: { tab: 'scripts' } });
    }),
  );

  return (
    <Page
      title={script ? script.name : 'New script'}
      trail={
        <Link to="/" search={{ tab: 'scripts' }}>
          Scripts
        </Link>
      }
    >
      <form onSubmit={send} style={{ display: 'contents' }}>
        <Problem text={problem} />
        <div className={classes.columns}>
          <Panel title="Script">
            <Stack gap="md">
              <TextInput label="Name" required maxLength={200} {...form.getInputProps('name')} />
              <ScriptEditor script={script?.id ?? null} value={form.values.body} onChange={(body) => form.setFieldValue('body', body)} error={form.errors.body} />
            </Stack>
          </Panel>
          <Panel title="As the agent sees it, with a sample lead">
            <ScriptView body={form.values.body} lead={sampleLead} agent={me} />
          </Panel>
        </div>
        <FormBar save="Save script" busy={busy} />
      </form>
    </Page>
  );
}
