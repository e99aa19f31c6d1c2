import { Text } from '@mantine/core';
import { useReducedMotion } from '@mantine/hooks';
import classes from './level_meter.module.css';
import { useMicrophoneLevel } from './microphone_level';

const liveMs = 80;
const calmMs = 1000;

function wordFor(level: number): string {
  if (level < 0.15) return 'Very quiet';
  if (level < 0.4) return 'Quiet';
  return level < 0.85 ? 'Good' : 'Loud';
}

/** How loud the agent is, as long as it is on the screen. */
export function LevelMeter({ microphone, muted }: { microphone: MediaStream | null; muted: boolean }) {
  const calm = useReducedMotion();
  const { level, silent } = useMicrophoneLevel(microphone, calm ? calmMs : liveMs);
  const nothing = muted ? 'You are muted.' : silent ? 'No sound from the microphone. Say something; if nothing moves, choose another one.' : '';
  return (
    <div>
      <div
        className={classes.meter}
        role="meter"
        aria-label="Microphone level"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(level * 100)}
        aria-valuetext={nothing || wordFor(level)}
      >
        <div className={classes.bar} style={{ clipPath: `inset(0 ${100 - level * 100}% 0 0)` }} />
      </div>
      <Text size="xs" className={classes.words} role="status">
        {nothing}
      </Text>
    </div>
  );
}
