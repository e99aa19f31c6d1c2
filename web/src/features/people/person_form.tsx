import { PasswordInput, Select, SimpleGrid, Stack, Switch, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import { sipProfilesQuery } from '@/api/queries';
import type { Role, User } from '@/api/types';
import { showDone } from '@/app/errors';
import { Panel } from '@/components/panel';
import { Problem, useSubmit } from '@/features/api_form';
import { FormBar } from '@/features/form_bar';
import { useMe } from '@/features/session/use_me';

interface Props {
  person: User | null;
  /** The role of a new person; null lets administrators choose. */
  fixedRole: Role | null;
  onSaved: () => void;
}

/** Creates or changes a person: their account and, for agents, their line. */
export function PersonForm({ person, fixedRole, onSaved }: Props) {
  const me = useMe();
  const client = useQueryClient();
  const profiles = useQuery(sipProfilesQuery);
  // Supervisors may create agents only.
  const mayChooseRole = fixedRole === null && me.role === 'administrator';
  const form = useForm({
    initialValues: {
      name: person?.name ?? '',
      username: person?.username ?? '',
      role: person?.role ?? fixedRole ?? (mayChooseRole ? 'supervisor' : 'agent'),
      active: person?.active ?? true,
      password: '',
      one_time: true,
      line: person?.line ?? 'webrtc',
      sip_profile_id: person?.sip_profile_id ? String(person.sip_profile_id) : null,
      sip_username: person?.sip_username ?? '',
      sip_password: '',
    },
  });
  const { busy, problem, submit } = useSubmit(form);
  const isAgent = form.values.role === 'agent';
  const deskPhone = form.values.line === 'desk_phone';

  const send = form.onSubmit((values) =>
    submit(async () => {
      const { password, one_time, sip_password, sip_profile_id, ...rest } = values;
      const body = {
        ...rest,
        username: rest.username.toLowerCase(),
        sip_profile_id: sip_profile_id ? Number(sip_profile_id) : null,
        ...(sip_password ? { sip_password } : {}),
      };
      if (person === null) {
        await unwrap(api.POST('/users', { body: { ...body, password } }));
      } else {
        const params = { path: { id: person.id } };
        await unwrap(api.PATCH('/users/{id}', { params, body }));
        if (password) await unwrap(api.POST('/users/{id}/password', { params, body: { password, one_time } }));
      }
      await client.invalidateQueries({ queryKey: ['user'] });
      showDone(`${values.name} is saved.`);
      onSaved();
    }),
  );

  return (
    <form onSubmit={send} style={{ display: 'contents' }}>
      <Problem text={problem} />
      <Panel title="Account">
        <Stack gap="md">
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            <TextInput label="Name" required maxLength={200} {...form.getInputProps('name')} />
            <TextInput
              label="User name"
              required
              autoComplete="off"
              autoCapitalize="none"
              {...form.getInputProps('username')}
            />
            <PasswordInput
              label={person ? 'New password' : 'Password'}
              description={person ? 'Empty: it stays. Setting one ends their other sessions.' : 'At least 10 characters'}
              inputWrapperOrder={['label', 'input', 'description', 'error']}
              required={!person}
              minLength={10}
              autoComplete="new-password"
              disabled={person?.id === me.id}
              {...form.getInputProps('password')}
            />
            {mayChooseRole ? (
              <Select
                label="Role"
                allowDeselect={false}
                data={[
                  { value: 'administrator', label: 'Administrator' },
                  { value: 'supervisor', label: 'Supervisor' },
                  { value: 'agent', label: 'Agent' },
                ]}
                {...form.getInputProps('role')}
              />
            ) : null}
          </SimpleGrid>
          {person && form.values.password ? (
            <Switch
              label="Good for one sign-in"
              description="They choose a password of their own then"
              {...form.getInputProps('one_time', { type: 'checkbox' })}
            />
          ) : null}
          <Switch label="May sign in" {...form.getInputProps('active', { type: 'checkbox' })} />
        </Stack>
      </Panel>
      {isAgent ? (
        <Panel title="Line">
          <Stack gap="md">
            <SimpleGrid cols={{ base: 1, xs: 2 }}>
              <Select
                label="The agent hears customers"
                allowDeselect={false}
                data={[
                  { value: 'webrtc', label: 'In the browser' },
                  { value: 'desk_phone', label: 'On a desk phone' },
                ]}
                {...form.getInputProps('line')}
              />
              <Select
                label="SIP profile"
                clearable
                clearButtonProps={{ 'aria-label': 'No SIP profile' }}
                placeholder={profiles.data?.length === 0 ? 'None is set up' : 'None'}
                data={(profiles.data ?? []).map(({ id, name }) => ({ value: String(id), label: name }))}
                {...form.getInputProps('sip_profile_id')}
              />
              {deskPhone ? (
                <>
                  <TextInput label="SIP user name" required autoComplete="off" {...form.getInputProps('sip_username')} />
                  <PasswordInput
                    label="SIP password"
                    description={person?.sip_username ? 'Empty: it stays, unless the SIP user name changes' : 'At least 10 characters'}
                    inputWrapperOrder={['label', 'input', 'description', 'error']}
                    minLength={10}
                    autoComplete="new-password"
                    {...form.getInputProps('sip_password')}
                  />
                </>
              ) : null}
            </SimpleGrid>
          </Stack>
        </Panel>
      ) : null}
      <FormBar save={person ? 'Save' : isAgent ? 'Create agent' : 'Create'} busy={busy} />
    </form>
  );
}
