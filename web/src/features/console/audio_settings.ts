import { useLocalStorage } from '@mantine/hooks';

interface AudioSettings {
  microphoneId: string | null;
  speakerId: string | null;
  /** Of the sounds for events, 0 to 1. */
  volume: number;
}

const defaults: AudioSettings = { microphoneId: null, speakerId: null, volume: 0.6 };

/** This computer's headset and volume; kept in the browser. */
export function useAudioSettings(): AudioSettings & { change: (part: Partial<AudioSettings>) => void } {
  const [stored, setStored] = useLocalStorage<AudioSettings>({ key: 'carillon-audio', defaultValue: defaults, getInitialValueInEffect: false });
  return { ...defaults, ...stored, change: (part) => setStored({ ...defaults, ...stored, ...part }) };
}
