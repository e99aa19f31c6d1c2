import { Button, Group, Stack, Text, Textarea } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { IconVolume } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { api, unwrap } from '@/api/client';
import { showError } from '@/app/errors';
import type { CampaignForm } from './campaign_form_values';

/** What customers hear for whom no agent was free, to be written and listened to. */
export function DropMessage({ form }: { form: UseFormReturnType<CampaignForm> }) {
  const [busy, setBusy] = useState(false);
  const player = useRef<HTMLAudioElement | null>(null);
  useEffect(() => () => player.current?.pause(), []);
  const text = form.values.drop_message.trim();

  async function listen() {
    setBusy(true);
    try {
      const sound = await unwrap(api.POST('/speech', { body: { text }, parseAs: 'blob' }));
      const url = URL.createObjectURL(sound);
      player.current?.pause();
      player.current = new Audio(url);
      player.current.addEventListener('ended', () => URL.revokeObjectURL(url), { once: true });
      await player.current.play();
    } catch (error) {
      showError(error);
    } finally {
      setBusy(false);
    }
  }

  return (
    <Stack gap="xs">
      <Textarea
        label="Message when no agent is free"
        description="Spoken in English to customers who waited in vain. Say your company's name and a number on which it can be reached: the law of some countries asks for both."
        placeholder="Hello. This is Example Company. We called you, and all of our staff are speaking with other people. You can reach us on 1 555 0100. Goodbye."
        autosize
        minRows={2}
        maxLength={600}
        {...form.getInputProps('drop_message')}
      />
      <Group gap="sm">
        <Button variant="default" size="xs" leftSection={<IconVolume size={16} />} loading={busy} disabled={text === ''} onClick={() => void listen()}>
          Listen
        </Button>
        {text === '' ? (
          <Text size="sm" c="dimmed">
            Without a text customers hear a general message that names nobody.
          </Text>
        ) : null}
      </Group>
    </Stack>
  );
}
