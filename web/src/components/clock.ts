import { useSyncExternalStore } from 'react';

let offsetMs = 0;
let nowMs = Date.now();
let timer: ReturnType<typeof setInterval> | null = null;
const listeners = new Set<() => void>();

/** Tells what the server's clock said, so that timers agree with it whatever this computer says. */
export function syncClock(serverMs: number): void {
  // The server's date has whole seconds: believe only a difference that this cannot explain.
  const difference = serverMs + 500 - Date.now();
  offsetMs = Math.abs(difference) > 1500 ? difference : 0;
}

export function serverNow(): number {
  return Date.now() + offsetMs;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    nowMs = serverNow();
    for (const each of listeners) each();
  }, 500);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0 && timer !== null) {
      clearInterval(timer);
      timer = null;
    }
  };
}

/** The server's time in ms; renders again twice a second, all users of it together. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => {
    if (timer === null) nowMs = serverNow();
    return nowMs;
  });
}
