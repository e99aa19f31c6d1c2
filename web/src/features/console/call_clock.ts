import { useEffect, useState } from 'react';
import type { CallLive } from '@/api/types';

interface Kept {
  attempt: number;
  connectedAt: number;
}

const storageKey = 'carillon-call-clock';

/**
 * When the agent and the customer began to talk. A call's own `since` starts anew with each hold, so
 * the first one is kept, over reloads too.
 */
export function useConnectedAt(call: CallLive | null): number | null {
  const [kept, setKept] = useState<Kept | null>(readKept);
  const attempt = call?.attempt_id;
  const known = kept !== null && kept.attempt === attempt ? kept.connectedAt : null;
  const talking = call?.state === 'connected' || call?.state === 'on_hold';
  const since = call?.since;
  useEffect(() => {
    if (!talking || attempt === undefined || since === undefined || known !== null) return;
    const next = { attempt, connectedAt: since };
    sessionStorage.setItem(storageKey, JSON.stringify(next));
    setKept(next);
  }, [attempt, since, talking, known]);
  return known ?? (talking ? (since ?? null) : null);
}

function readKept(): Kept | null {
  try {
    return JSON.parse(sessionStorage.getItem(storageKey) ?? 'null') as Kept | null;
  } catch {
    return null;
  }
}
