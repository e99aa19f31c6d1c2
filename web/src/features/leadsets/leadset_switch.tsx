import { Switch } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import type { Leadset } from '@/api/types';
import { showError } from '@/app/errors';

export function LeadsetSwitch({ leadset, label }: { leadset: Pick<Leadset, 'id' | 'name' | 'active'>; label?: string }) {
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: (active: boolean) =>
      unwrap(api.PATCH('/leadsets/{id}', { params: { path: { id: leadset.id } }, body: { active } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['leadset'] }),
    onError: showError,
  });
  const on = change.isPending ? change.variables : leadset.active;
  return (
    <Switch
      checked={on}
      disabled={change.isPending}
      onChange={(event) => change.mutate(event.currentTarget.checked)}
      label={label}
      aria-label={label ? undefined : `Leadset ${leadset.name} is ${on ? 'on' : 'off'}`}
      color="var(--state-in-call)"
      display="inline-block"
    />
  );
}
