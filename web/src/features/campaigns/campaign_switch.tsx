import { Switch } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import type { Campaign } from '@/api/types';
import { showError } from '@/app/errors';

/** A campaign's state switch. Shows the new state once the server has it. */
export function CampaignSwitch({ campaign, size = 'sm', label }: { campaign: Pick<Campaign, 'id' | 'name' | 'active'>; size?: 'sm' | 'md'; label?: string }) {
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: (active: boolean) =>
      unwrap(api.PATCH('/campaigns/{id}', { params: { path: { id: campaign.id } }, body: { active } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['campaign'] }),
    onError: showError,
  });
  const on = change.isPending ? change.variables : campaign.active;
  return (
    <Switch
      size={size}
      checked={on}
      disabled={change.isPending}
      onChange={(event) => change.mutate(event.currentTarget.checked)}
      label={label}
      aria-label={label ? undefined : `Campaign ${campaign.name} is ${on ? 'on' : 'off'}`}
      color="var(--state-in-call)"
      display="inline-block"
    />
  );
}
