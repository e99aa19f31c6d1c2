import { Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate, useRouter, useSearch } from '@tanstack/react-router';
import { useEffect } from 'react';
import { api, setCsrfToken, unwrap } from '@/api/client';
import { sessionQuery, setupQuery } from '@/api/queries';
import { Problem, useSubmit } from '@/features/api_form';
import { Welcome } from '@/features/session/welcome';

export function SignInPage() {
  const { next } = useSearch({ from: '/sign-in' });
  const client = useQueryClient();
  const router = useRouter();
  const navigate = useNavigate();
  const form = useForm({ initialValues: { username: '', password: '' } });
  const { busy, problem, submit } = useSubmit(form);

  useEffect(() => {
    document.title = 'Sign in · Carillon';
    // Before the first administrator exists there is nobody to sign in.
    client.fetchQuery(setupQuery).then(
      ({ needed }) => needed && void navigate({ to: '/setup' }),
      () => undefined,
    );
  }, [client, navigate]);

  const send = form.onSubmit((values) =>
    submit(async () => {
      const session = await unwrap(api.POST('/session', { body: values }));
      setCsrfToken(session.csrf_token);
      client.setQueryData(sessionQuery.queryKey, session);
      const home = session.user.role === 'agent' ? '/console' : '/';
      router.history.push(session.must_change_password ? '/new-password' : (next ?? home));
    }),
  );

  return (
    <Welcome title="Sign in">
      <form onSubmit={send} noValidate>
        <Stack gap="md">
          <Problem text={problem} />
          <TextInput label="User name" autoComplete="username" autoCapitalize="none" autoFocus required {...form.getInputProps('username')} />
          <PasswordInput label="Password" autoComplete="current-password" required {...form.getInputProps('password')} />
          <Button type="submit" size="md" loading={busy}>
            Sign in
          </Button>
        </Stack>
      </form>
    </Welcome>
  );
}
