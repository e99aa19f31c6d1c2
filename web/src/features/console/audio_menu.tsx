import { ActionIcon, Button, Popover, Select, Slider, Stack, Text, Tooltip } from '@mantine/core';
import { IconBell, IconBellOff, IconHeadset, IconVolume } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { AgentLive } from '@/api/types';
import { useAudioSettings } from './audio_settings';
import { EchoTest } from './echo_test';
import { LevelMeter } from './level_meter';
import type { SessionActions } from './session_actions';
import { chimeNewCall, playTestSound } from './sounds';
import type { AgentLineControl } from './use_agent_line';

interface Devices {
  microphones: { value: string; label: string }[];
  speakers: { value: string; label: string }[];
}

const automatic = { value: '', label: 'As the system says' };

interface Props {
  session: AgentLive;
  line: AgentLineControl;
  deskPhone: boolean;
  actions: SessionActions;
}

/** Headset, how to check it, and the volume of sounds. */
export function AudioMenu({ session, line, deskPhone, actions }: Props) {
  const { microphoneId, speakerId, volume, change } = useAudioSettings();
  const devices = useDevices();
  return (
    <Popover width={310} position="bottom-end" shadow="md" trapFocus withArrow>
      <Popover.Target>
        <Tooltip label="Headset and sounds">
          <ActionIcon variant="default" size={36} aria-label="Headset and sounds">
            {volume > 0 ? <IconHeadset size={19} /> : <IconBellOff size={19} />}
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="sm">
          {deskPhone ? null : (
            <>
              <Select
                label="Microphone"
                data={[automatic, ...devices.microphones]}
                value={microphoneId ?? ''}
                allowDeselect={false}
                comboboxProps={{ withinPortal: false }}
                onChange={(value) => change({ microphoneId: value || null })}
              />
              <LevelMeter microphone={line.microphone} muted={session.muted} />
              {devices.speakers.length > 0 ? (
                <Select
                  label="Headphones"
                  data={[automatic, ...devices.speakers]}
                  value={speakerId ?? ''}
                  allowDeselect={false}
                  comboboxProps={{ withinPortal: false }}
                  onChange={(value) => change({ speakerId: value || null })}
                />
              ) : null}
              <SpeakerTest speakerId={speakerId} />
            </>
          )}
          <EchoTest session={session} deskPhone={deskPhone} actions={actions} />
          <div>
            <Text size="sm" fw={500} id="volume-label">
              Sound of a new call
            </Text>
            <Slider
              mt={6}
              min={0}
              max={100}
              step={5}
              value={Math.round(volume * 100)}
              label={(value) => (value === 0 ? 'Off' : `${value} %`)}
              thumbProps={{ 'aria-labelledby': 'volume-label' }}
              onChange={(value) => change({ volume: value / 100 })}
            />
          </div>
          <Button variant="default" leftSection={<IconBell size={16} />} disabled={volume === 0} onClick={() => chimeNewCall(volume)}>
            Listen
          </Button>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

function SpeakerTest({ speakerId }: { speakerId: string | null }) {
  const [state, setState] = useState<'idle' | 'playing' | 'failed'>('idle');
  async function play() {
    setState('playing');
    await playTestSound(speakerId).then(
      () => setState('idle'),
      () => setState('failed'),
    );
  }
  return (
    <div>
      <Button fullWidth variant="default" leftSection={<IconVolume size={16} />} disabled={state === 'playing'} onClick={() => void play()}>
        Play a sound
      </Button>
      <Text size="xs" c="red" role="alert">
        {state === 'failed' ? 'These headphones cannot be used. Plug them in again, or choose others.' : null}
      </Text>
    </div>
  );
}

function useDevices(): Devices {
  const [devices, setDevices] = useState<Devices>({ microphones: [], speakers: [] });
  useEffect(() => {
    const media = navigator.mediaDevices as MediaDevices | undefined;
    if (!media) return;
    const look = () => {
      media.enumerateDevices().then(
        (all) => {
          const of = (kind: MediaDeviceKind) =>
            all
              .filter((device) => device.kind === kind && device.deviceId !== '' && device.deviceId !== 'default')
              .map((device, index) => ({ value: device.deviceId, label: device.label || `${kind === 'audioinput' ? 'Microphone' : 'Headphones'} ${index + 1}` }));
          setDevices({ microphones: of('audioinput'), speakers: of('audiooutput') });
        },
        () => undefined,
      );
    };
    look();
    media.addEventListener('devicechange', look);
    return () => media.removeEventListener('devicechange', look);
  }, []);
  return devices;
}
