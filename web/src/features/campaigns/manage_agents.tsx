import { Button, Checkbox, Group, Modal, ScrollArea, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconSearch, IconUsers } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api, unwrap } from '@/api/client';
import { usersQuery } from '@/api/queries';
import type { Campaign } from '@/api/types';
import { showError } from '@/app/errors';

/** Chooses who may work in a campaign. */
export function ManageAgents({ campaign }: { campaign: Campaign }) {
  const [opened, { open, close }] = useDisclosure(false);
  return (
    <>
      <Button variant="default" size="compact-sm" leftSection={<IconUsers size={15} />} onClick={open}>
        Manage Agents
      </Button>
      <Modal opened={opened} onClose={close} title={`Agents of ${campaign.name}`} closeButtonProps={{ 'aria-label': 'Close' }}>
        {opened ? <Chooser campaign={campaign} onDone={close} /> : null}
      </Modal>
    </>
  );
}

function Chooser({ campaign, onDone }: { campaign: Campaign; onDone: () => void }) {
  const users = useQuery(usersQuery);
  const client = useQueryClient();
  const [chosen, setChosen] = useState<ReadonlySet<number>>(() => new Set(campaign.agent_ids));
  const [search, setSearch] = useState('');
  const save = useMutation({
    mutationFn: () =>
      unwrap(api.PATCH('/campaigns/{id}', { params: { path: { id: campaign.id } }, body: { agent_ids: [...chosen] } })),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['campaign'] });
      onDone();
    },
    onError: showError,
  });
  const agents = (users.data ?? []).filter((user) => user.role === 'agent');
  if (users.data && agents.length === 0) {
    return (
      <Text c="dimmed">
        There are no agents yet.{' '}
        <Link to="/agents/$id" params={{ id: 'new' }}>
          Create one
        </Link>
        , then choose them here.
      </Text>
    );
  }
  const needle = search.trim().toLowerCase();
  const shown = agents.filter((agent) => `${agent.name} ${agent.username}`.toLowerCase().includes(needle));
  const all = shown.length > 0 && shown.every((agent) => chosen.has(agent.id));
  const toggle = (ids: number[], on: boolean) => {
    const next = new Set(chosen);
    for (const id of ids) {
      if (on) next.add(id);
      else next.delete(id);
    }
    setChosen(next);
  };
  return (
    <Stack gap="sm">
      <TextInput aria-label="Search agents" placeholder="Search" leftSection={<IconSearch size={16} />} value={search} onChange={(event) => setSearch(event.currentTarget.value)} data-autofocus />
      <Checkbox label={`All ${shown.length}`} checked={all} onChange={(event) => toggle(shown.map((agent) => agent.id), event.currentTarget.checked)} />
      <ScrollArea.Autosize mah={320} viewportProps={{ tabIndex: 0 }}>
        <Stack gap={8}>
          {shown.map((agent) => (
            <Checkbox
              key={agent.id}
              label={`${agent.name} (${agent.username})`}
              checked={chosen.has(agent.id)}
              onChange={(event) => toggle([agent.id], event.currentTarget.checked)}
            />
          ))}
        </Stack>
      </ScrollArea.Autosize>
      <Group justify="space-between">
        <Text c="dimmed" size="sm">
          {chosen.size} chosen
        </Text>
        <Button loading={save.isPending} onClick={() => save.mutate()}>
          Save
        </Button>
      </Group>
    </Stack>
  );
}
