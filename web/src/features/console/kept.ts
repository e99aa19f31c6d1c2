import { useCallback, useSyncExternalStore } from 'react';

const most = 40;
const longestMs = 14 * 24 * 60 * 60 * 1000;

interface Entry<T> {
  at: number;
  value: T;
}
type Entries<T> = Record<string, Entry<T>>;

/**
 * What somebody has typed about records of one kind and the server does not have yet, by the record's
 * number. Kept in this browser, so that neither a reload nor a crash nor the next record loses it. Each
 * person has their own: a shared browser shows nobody what a colleague has typed. The newest 40 are kept,
 * for two weeks.
 */
export class Kept<T> {
  private readonly key: string;
  private entries: Entries<T>;
  private readonly listeners = new Set<() => void>();

  constructor(key: string) {
    this.key = key;
    this.entries = load<T>(key);
    // Another window of the same person.
    window.addEventListener('storage', (event) => {
      if (event.key !== key) return;
      this.entries = load<T>(key);
      this.tell();
    });
  }

  /** The same object until it is written anew. */
  read(id: number): T | null {
    return this.entries[id]?.value ?? null;
  }

  write(id: number, value: T): void {
    const now = Date.now();
    const others = Object.entries(this.entries)
      .filter(([other, { at }]) => Number(other) !== id && now - at < longestMs)
      .sort(([, a], [, b]) => b.at - a.at)
      .slice(0, most - 1);
    this.entries = { ...Object.fromEntries(others), [id]: { at: now, value } };
    this.save();
  }

  remove(id: number): void {
    if (!(id in this.entries)) return;
    this.entries = Object.fromEntries(Object.entries(this.entries).filter(([other]) => Number(other) !== id));
    this.save();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private save(): void {
    try {
      localStorage.setItem(this.key, JSON.stringify(this.entries));
    } catch {
      // A full or closed storage: it still lives as long as the page.
    }
    this.tell();
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}

function load<T>(key: string): Entries<T> {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(key) ?? '{}');
    return typeof found === 'object' && found !== null ? (found as Entries<T>) : {};
  } catch {
    return {};
  }
}

const all = new Map<string, Kept<unknown>>();

/** The one that everybody in this page shares. */
export function keptOf<T>(kind: string, user: number): Kept<T> {
  const key = `carillon-${kind}-${user}`;
  let kept = all.get(key);
  if (!kept) all.set(key, (kept = new Kept<unknown>(key)));
  return kept as Kept<T>;
}

/** What is kept about a record now. */
export function useKept<T>(kept: Kept<T>, id: number): T | null {
  return useSyncExternalStore(
    kept.subscribe,
    useCallback(() => kept.read(id), [kept, id]),
  );
}
