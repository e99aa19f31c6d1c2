import { Fieldset, Group, NumberInput, Select, Stack, Switch, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { api, unwrap } from '@/api/client';
import { sipProfileQuery } from '@/api/queries';
import type { SipProfile } from '@/api/types';
import { showDone } from '@/app/errors';
import { Ready } from '@/components/async_state';
import { Page } from '@/components/page';
import { Panel } from '@/components/panel';
import { Problem, useSubmit } from '@/features/api_form';
import { FormBar } from '@/features/form_bar';
import { sipProtocols } from '@/features/people/sip_protocols';
import { useMe } from '@/features/session/use_me';

export function SipProfilePage() {
  const { id } = useParams({ from: '/supervisor/sip-profiles/$id' });
  const profile = useQuery({ ...sipProfileQuery(Number(id)), enabled: id !== 'new' });
  if (id === 'new') return <SipProfileEditor profile={null} />;
  return <Ready query={profile}>{(data) => <SipProfileEditor key={data.id} profile={data} />}</Ready>;
}

const codecOrders = [
  { value: 'PCMU,PCMA', label: 'PCMU (µ-law) first, then PCMA' },
  { value: 'PCMA,PCMU', label: 'PCMA (A-law) first, then PCMU' },
  { value: 'PCMU', label: 'PCMU (µ-law) only' },
  { value: 'PCMA', label: 'PCMA (A-law) only' },
];

function SipProfileEditor({ profile }: { profile: SipProfile | null }) {
  const mayChange = useMe().role === 'administrator';
  const form = useForm({
    initialValues: {
      name: profile?.name ?? '',
      protocol: profile?.protocol ?? 'udp',
      codecs: profile?.codecs.join(',') ?? 'PCMU,PCMA',
      sip_ping: profile?.sip_ping ?? true,
      bandwidth_kbps: profile?.bandwidth_kbps ?? 100,
      dial_pattern: profile?.dial_pattern ?? '',
      channels: profile?.channels ?? 10,
      cps: profile?.cps ?? 1,
    },
  });
  const { busy, problem, submit } = useSubmit(form);
  const client = useQueryClient();
  const navigate = useNavigate();
  const send = form.onSubmit((values) =>
    submit(async () => {
      const body = { ...values, codecs: values.codecs.split(',') as SipProfile['codecs'] };
      if (profile) await unwrap(api.PATCH('/sip_profiles/{id}', { params: { path: { id: profile.id } }, body }));
      else await unwrap(api.POST('/sip_profiles', { body }));
      await client.invalidateQueries({ queryKey: ['sip_profile'] });
      showDone(`SIP profile ${values.name} is saved.`);
      await navigate({ to: '/sip-profiles' });
    }),
  );
  const deskPhones = form.values.protocol !== 'webrtc';
  return (
    <Page title={profile?.name ?? 'New SIP profile'} trail={<Link to="/sip-profiles">SIP profiles</Link>} narrow>
      <form onSubmit={send} style={{ display: 'contents' }}>
        <Problem text={problem} />
        <Panel>
          <Fieldset variant="unstyled" disabled={!mayChange}>
            <Stack gap="md">
              <TextInput label="Name" required maxLength={200} {...form.getInputProps('name')} />
              <Select
                label="Agents talk"
                description={
                  deskPhones
                    ? 'Their desk phones must register over this transport, and are called over it. Any other is refused.'
                    : 'In the browser only: no desk phone of theirs may register.'
                }
                allowDeselect={false}
                disabled={!mayChange}
                data={Object.entries(sipProtocols).map(([value, label]) => ({ value, label }))}
                {...form.getInputProps('protocol')}
              />
              {deskPhones ? (
                <>
                  <Select
                    label="Codecs"
                    description="What we offer to the desk phone, in this order"
                    allowDeselect={false}
                    disabled={!mayChange}
                    data={codecOrders}
                    {...form.getInputProps('codecs')}
                  />
                  <Switch
                    label="SIP ping"
                    description="Ask the phone every 30 seconds whether it is there. A phone that does not answer loses its registration."
                    {...form.getInputProps('sip_ping', { type: 'checkbox' })}
                  />
                  <NumberInput
                    label="Bandwidth, kbit/s"
                    description="Of the phone's network, each way; the phone is told. G.711 takes 80."
                    required
                    min={80}
                    max={10_000}
                    {...form.getInputProps('bandwidth_kbps')}
                  />
                </>
              ) : null}
              <TextInput
                label="Dial pattern"
                description="Numbers to which agents may transfer and which they may consult, with country code and without +. X any digit, Z 1 to 9, N 2 to 9, a dot at the end for the rest; several with commas. Empty: any number."
                placeholder="49.,1NXXNXXXXXX"
                maxLength={200}
                {...form.getInputProps('dial_pattern')}
              />
              <Group grow align="flex-start">
                <NumberInput
                  label="Channels"
                  description="An agent's calls to numbers at once"
                  required
                  min={1}
                  max={100}
                  {...form.getInputProps('channels')}
                />
                <NumberInput
                  label="CPS"
                  description="New calls to numbers a second"
                  required
                  min={0.1}
                  max={1000}
                  decimalScale={1}
                  {...form.getInputProps('cps')}
                />
              </Group>
            </Stack>
          </Fieldset>
        </Panel>
        {mayChange ? <FormBar save={profile ? 'Save' : 'Create SIP profile'} busy={busy} /> : null}
      </form>
    </Page>
  );
}
