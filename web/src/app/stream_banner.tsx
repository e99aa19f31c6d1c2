import { IconPlugConnectedX } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useStreamState } from '@/api/live_stream';
import classes from './stream_banner.module.css';

/** A short break heals unseen; one that lasts is told. */
const patienceMs = 1500;

export function useStreamDown(): boolean {
  const state = useStreamState();
  const [late, setLate] = useState(false);
  useEffect(() => {
    if (state !== 'down') {
      setLate(false);
      return;
    }
    const timer = setTimeout(() => setLate(true), patienceMs);
    return () => clearTimeout(timer);
  }, [state]);
  return late;
}

export function StreamBanner() {
  const down = useStreamDown();
  return (
    <div role="status">
      {down ? (
        <p className={classes.banner}>
          <IconPlugConnectedX size={18} aria-hidden />
          <span>
            <strong>The connection to the server is interrupted.</strong> Figures are from before the break; this page
            reconnects by itself.
          </span>
        </p>
      ) : null}
    </div>
  );
}

export function StreamDot() {
  const state = useStreamState();
  const down = useStreamDown();
  const label = down ? 'Reconnecting' : state === 'live' ? 'Live' : 'Connecting';
  return (
    <span className={classes.dot} data-state={down ? 'down' : state}>
      <span aria-hidden />
      {label}
    </span>
  );
}
