import { Button, PasswordInput, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { api, unwrap } from '@/api/client';
import { sessionQuery } from '@/api/queries';
import { Problem, useSubmit } from '@/features/api_form';
import { useMe } from '@/features/session/use_me';
import { useSignOut } from '@/features/session/use_sign_out';
import { Welcome } from '@/features/session/welcome';

/** Who signed in with a one-time password chooses their own. */
export function NewPasswordPage() {
  const me = useMe();
  const client = useQueryClient();
  const navigate = useNavigate();
  const signOut = useSignOut();
  const form = useForm({
    initialValues: { current_password: '', password: '', again: '' },
    validate: { again: (value, values) => (value === values.password ? null : 'This is not the password above.') },
  });
  const { busy, problem, submit } = useSubmit(form);

  useEffect(() => {
    document.title = 'Choose a password · Carillon';
  }, []);

  const send = form.onSubmit(({ current_password, password }) =>
    submit(async () => {
      await unwrap(api.POST('/users/{id}/password', { params: { path: { id: me.id } }, body: { current_password, password } }));
      await client.fetchQuery({ ...sessionQuery, staleTime: 0 });
      await navigate({ to: me.role === 'agent' ? '/console' : '/' });
    }),
  );

  return (
    <Welcome title="Choose a password">
      <form onSubmit={send} noValidate>
        <Stack gap="md">
          <Text>Hello {me.name}. The password that you were given is good for this once. Choose one of your own.</Text>
          <Problem text={problem} />
          <PasswordInput label="One-time password" autoComplete="current-password" autoFocus required {...form.getInputProps('current_password')} />
          <PasswordInput
            label="New password"
            description="At least 10 characters"
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            autoComplete="new-password"
            required
            {...form.getInputProps('password')}
          />
          <PasswordInput label="New password, again" autoComplete="new-password" required {...form.getInputProps('again')} />
          <Button type="submit" size="md" loading={busy}>
            Save and go on
          </Button>
          <Button variant="subtle" onClick={() => void signOut()}>
            Sign out
          </Button>
        </Stack>
      </form>
    </Welcome>
  );
}
