import { useForm } from '@mantine/form';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { api, unwrap } from '@/api/client';
import { useLive } from '@/api/live_stream';
import { trunkQuery } from '@/api/queries';
import type { Trunk } from '@/api/types';
import { showDone } from '@/app/errors';
import { Ready } from '@/components/async_state';
import { Page } from '@/components/page';
import { Panel } from '@/components/panel';
import { Problem, useSubmit } from '@/features/api_form';
import { FormBar } from '@/features/form_bar';
import { UpBadge } from '@/features/state_badges';
import { useMe } from '@/features/session/use_me';
import { TestCallPanel } from '@/features/trunks/test_call';
import { blankTrunk, trunkBody, TrunkFields, trunkFormOf } from '@/features/trunks/trunk_fields';

export function TrunkPage() {
  const { id } = useParams({ from: '/supervisor/trunks/$id' });
  const trunk = useQuery({ ...trunkQuery(Number(id)), enabled: id !== 'new' });
  if (id === 'new') return <TrunkEditor trunk={null} />;
  return <Ready query={trunk}>{(data) => <TrunkEditor key={data.id} trunk={data} />}</Ready>;
}

function TrunkEditor({ trunk }: { trunk: Trunk | null }) {
  const live = useLive((all) => all.trunks.find((each) => each.trunk_id === trunk?.id));
  const form = useForm({ initialValues: trunk ? trunkFormOf(trunk) : blankTrunk });
  const { busy, problem, submit } = useSubmit(form);
  const client = useQueryClient();
  const navigate = useNavigate();
  const mayTest = useMe().role === 'administrator';
  const send = form.onSubmit((values) =>
    submit(async () => {
      const body = trunkBody(values);
      if (trunk) await unwrap(api.PATCH('/trunks/{id}', { params: { path: { id: trunk.id } }, body }));
      else await unwrap(api.POST('/trunks', { body }));
      await client.invalidateQueries({ queryKey: ['trunk'] });
      showDone(`Trunk ${values.name} is saved.`);
      await navigate({ to: '/trunks' });
    }),
  );
  return (
    <Page
      title={trunk?.name ?? 'New trunk'}
      trail={<Link to="/trunks">Trunks</Link>}
      aside={
        live ? (
          <>
            <UpBadge up={live.up} />
            <span style={{ color: 'var(--ink-dim)' }}>{live.reason}</span>
          </>
        ) : null
      }
      narrow
    >
      <form onSubmit={send} style={{ display: 'contents' }}>
        <Problem text={problem} />
        <Panel>
          <TrunkFields form={form} hasPassword={trunk?.has_password ?? false} />
        </Panel>
        <FormBar save={trunk ? 'Save' : 'Create trunk'} busy={busy} />
      </form>
      {trunk && mayTest ? <TestCallPanel trunkId={trunk.id} /> : null}
    </Page>
  );
}
