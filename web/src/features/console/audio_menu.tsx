import { ActionIcon, Button, Popover, Select, Slider, Stack, Text, Tooltip } from '@mantine/core';
import { IconBell, IconBellOff, IconHeadset } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useAudioSettings } from './audio_settings';
import { chimeNewCall } from './sounds';

interface Devices {
  microphones: { value: string; label: string }[];
  speakers: { value: string; label: string }[];
}

const automatic = { value: '', label: 'As the system says' };

/** Headset and the volume of sounds. */
export function AudioMenu({ deskPhone }: { deskPhone: boolean }) {
  const { microphoneId, speakerId, volume, change } = useAudioSettings();
  const devices = useDevices();
  return (
    <Popover width={290} position="bottom-end" shadow="md" trapFocus withArrow>
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
            </>
          )}
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
