import { Fieldset, NumberInput, PasswordInput, Select, SimpleGrid, Stack, Switch, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import type { Trunk } from '@/api/types';

export interface TrunkForm {
  name: string;
  active: boolean;
  host: string;
  port: number;
  transport: 'udp' | 'tcp' | 'tls';
  username: string;
  password: string;
  from_domain: string;
  tech_prefix: string;
  cps: number;
  channels: number;
  options_ping: boolean;
  ping_interval_s: number;
  session_timers: boolean;
  first_codec: 'PCMU' | 'PCMA';
}

export const blankTrunk: TrunkForm = {
  name: '',
  active: true,
  host: '',
  port: 5060,
  transport: 'udp',
  username: '',
  password: '',
  from_domain: '',
  tech_prefix: '',
  cps: 10,
  channels: 100,
  options_ping: true,
  ping_interval_s: 30,
  session_timers: true,
  first_codec: 'PCMU',
};

export function trunkFormOf(trunk: Trunk): TrunkForm {
  return { ...blankTrunk, ...trunk, password: '', first_codec: trunk.codecs[0] ?? 'PCMU' };
}

/** What the API takes; an empty password keeps the one that is stored. */
export function trunkBody(values: TrunkForm) {
  const { first_codec, password } = values;
  const codecs: ('PCMU' | 'PCMA')[] = first_codec === 'PCMU' ? ['PCMU', 'PCMA'] : ['PCMA', 'PCMU'];
  return {
    name: values.name,
    active: values.active,
    host: values.host.trim(),
    port: values.port,
    transport: values.transport,
    username: values.username,
    from_domain: values.from_domain,
    tech_prefix: values.tech_prefix,
    cps: values.cps,
    channels: values.channels,
    options_ping: values.options_ping,
    ping_interval_s: values.ping_interval_s,
    session_timers: values.session_timers,
    codecs,
    ...(password ? { password } : {}),
  };
}

interface Props {
  form: UseFormReturnType<TrunkForm>;
  /** Only what a first trunk needs. */
  brief?: boolean;
  hasPassword?: boolean;
}

export function TrunkFields({ form, brief, hasPassword }: Props) {
  return (
    <Stack gap="md">
      <TextInput label="Name" placeholder="Carrier" required {...form.getInputProps('name')} />
      <SimpleGrid cols={{ base: 1, xs: 3 }}>
        <TextInput label="Host" description="Name or address" placeholder="sip.carrier.example" required {...form.getInputProps('host')} />
        <NumberInput label="Port" description="Usually 5060, TLS 5061" min={1} max={65535} required {...form.getInputProps('port')} />
        <Select
          label="Transport"
          description="As the carrier says"
          allowDeselect={false}
          data={[
            { value: 'udp', label: 'UDP' },
            { value: 'tcp', label: 'TCP' },
            { value: 'tls', label: 'TLS' },
          ]} {...form.getInputProps('transport')}
        />
      </SimpleGrid>
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <TextInput label="User name" description="Empty when the carrier knows you by address" autoComplete="off" {...form.getInputProps('username')} />
        <PasswordInput
          label="Password"
          description={hasPassword ? 'One is stored; leave empty to keep it' : 'Stored on the server, never shown again'}
          autoComplete="new-password" {...form.getInputProps('password')}
        />
      </SimpleGrid>
      {brief ? null : (
        <>
          <Fieldset legend="Limits">
            <SimpleGrid cols={{ base: 1, xs: 3 }}>
              <NumberInput label="Channels" description="Calls at once" min={1} max={10000} {...form.getInputProps('channels')} />
              <NumberInput label="CPS" description="New calls a second" min={0.1} max={1000} decimalScale={1} {...form.getInputProps('cps')} />
              <TextInput label="Tech prefix" description="Put before the number" {...form.getInputProps('tech_prefix')} />
            </SimpleGrid>
          </Fieldset>
          <Fieldset legend="SIP">
            <Stack gap="md">
              <SimpleGrid cols={{ base: 1, xs: 3 }}>
                <TextInput label="From domain" description="Empty: the domain of the general settings" {...form.getInputProps('from_domain')} />
                <Select
                  label="First codec"
                  description="The other one is offered second"
                  allowDeselect={false}
                  data={[
                    { value: 'PCMU', label: 'PCMU (µ-law)' },
                    { value: 'PCMA', label: 'PCMA (A-law)' },
                  ]}
                  {...form.getInputProps('first_codec')}
                />
                <NumberInput
                  label="Ping interval"
                  description="Seconds between OPTIONS"
                  min={5}
                  max={3600}
                  disabled={!form.values.options_ping}
                  {...form.getInputProps('ping_interval_s')}
                />
              </SimpleGrid>
              <Switch label="Watch the carrier with OPTIONS pings" {...form.getInputProps('options_ping', { type: 'checkbox' })} />
              <Switch label="Session timers" {...form.getInputProps('session_timers', { type: 'checkbox' })} />
            </Stack>
          </Fieldset>
          <Switch label="Use this trunk for new calls" {...form.getInputProps('active', { type: 'checkbox' })} />
        </>
      )}
    </Stack>
  );
}
