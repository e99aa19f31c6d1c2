import { Button, Group, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { api, unwrap } from '@/api/client';
import type { TokenCreated } from '@/api/types';
import { Problem, useSubmit } from '@/features/api_form';
import { ShownOnce } from '@/features/shown_once';

/** Creates a token and shows it this once. `others`: what else can be done before one is created. */
export function NewToken({ onDone, others }: { onDone: () => void; others?: ReactNode }) {
  const client = useQueryClient();
  const form = useForm({ initialValues: { name: '', role: 'supervisor' as 'supervisor' | 'administrator' } });
  const { busy, problem, submit } = useSubmit(form);
  const [made, setMade] = useState<TokenCreated | null>(null);
  const send = form.onSubmit((body) =>
    submit(async () => {
      setMade(await unwrap(api.POST('/tokens', { body })));
      await client.invalidateQueries({ queryKey: ['token'] });
    }),
  );
  if (made) return <ShownOnce text="Copy the token now. It is not shown again." value={made.token} onDone={onDone} />;
  return (
    <form onSubmit={send}>
      <Stack gap="md">
        <Problem text={problem} />
        <TextInput label="Name" description="What the program is called" required data-autofocus {...form.getInputProps('name')} />
        <Select
          label="Role"
          allowDeselect={false}
          data={[
            { value: 'supervisor', label: 'Supervisor' },
            { value: 'administrator', label: 'Administrator' },
          ]}
          {...form.getInputProps('role')}
        />
        <Group justify={others ? 'space-between' : 'flex-end'}>
          {others}
          <Button type="submit" loading={busy}>
            Create token
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
