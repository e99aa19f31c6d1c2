import { useNow } from './clock';
import { formatDuration } from './format';

/** Time since `since` (Unix ms), counting. Not announced: a screen reader would never fall silent. */
export function Elapsed({ since }: { since: number }) {
  const now = useNow();
  return (
    <time className="tabular" aria-live="off">
      {formatDuration(now - since)}
    </time>
  );
}

/** Time left until `until` (Unix ms). */
export function Remaining({ until }: { until: number }) {
  const now = useNow();
  return (
    <time className="tabular" aria-live="off">
      {formatDuration(until - now + 999)}
    </time>
  );
}
