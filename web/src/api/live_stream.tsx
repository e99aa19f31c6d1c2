import { useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { createContext, use, useEffect, useState, type ReactNode } from 'react';
import { socketUrl } from './client';
import { EventStream, type Position, type ServerEvent, type StreamState } from './event_stream';
import { applyToAgentView, applyToLive } from './live';
import { agentViewQuery, importQuery, liveQuery, dncImportQuery, testCallQuery } from './queries';
import type { AgentView, Import, Live, DncImport, TestCall } from './types';

export type Audience = 'supervisor' | 'agent';

const StreamContext = createContext<StreamState>('connecting');

/** Whether events arrive: pages show a banner when they do not. */
export function useStreamState(): StreamState {
  return use(StreamContext);
}

interface Props {
  audience: Audience;
  /** Called after the queries have been patched. Must stay the same function. */
  onEvents?: (events: ServerEvent[]) => void;
  children: ReactNode;
}

/** Follows the event stream while mounted and patches the queries with what it says. */
export function LiveStream({ audience, onEvents, children }: Props) {
  const client = useQueryClient();
  const [state, setState] = useState<StreamState>('connecting');

  useEffect(() => {
    const stream = new EventStream({
      loadSnapshot: () => (audience === 'agent' ? loadAgentView(client) : loadLive(client)),
      onEvents: (events) => {
        applyEvents(client, audience, events);
        onEvents?.(events);
      },
      onState: setState,
      openSocket: ({ epoch, seq }) => new WebSocket(socketUrl(`/events?epoch=${encodeURIComponent(epoch)}&after=${seq}${audience === 'agent' ? '&own=true' : ''}`)),
    });
    stream.start();
    const retry = () => stream.retryNow();
    window.addEventListener('online', retry);
    document.addEventListener('visibilitychange', retry);
    return () => {
      window.removeEventListener('online', retry);
      document.removeEventListener('visibilitychange', retry);
      stream.stop();
    };
  }, [audience, client, onEvents]);

  return <StreamContext value={state}>{children}</StreamContext>;
}

async function loadLive(client: QueryClient): Promise<Position> {
  const live = await client.fetchQuery({ ...liveQuery, staleTime: 0 });
  // Records may have changed while nobody listened.
  void client.invalidateQueries({ predicate: (query) => !['live', 'session', 'setup'].includes(String(query.queryKey[0])) });
  return live;
}

async function loadAgentView(client: QueryClient): Promise<Position> {
  return client.fetchQuery({ ...agentViewQuery, staleTime: 0 });
}

function applyEvents(client: QueryClient, audience: Audience, events: ServerEvent[]): void {
  if (audience === 'agent') {
    client.setQueryData<AgentView>(agentViewQuery.queryKey, (view) => view && applyToAgentView(view, events));
  } else {
    client.setQueryData<Live>(liveQuery.queryKey, (live) => live && applyToLive(live, events));
  }
  const changed = new Set<string>();
  for (const event of events) {
    if (event.type === 'record_changed') changed.add((event.data as { kind: string }).kind);
    if (event.type === 'lead_stats') changed.add('lead');
    if (event.type === 'call' && (event.data as { state: string }).state === 'ended') changed.add('attempt');
    if (event.type === 'import') {
      const progress = event.data as Import;
      client.setQueryData(importQuery(progress.id).queryKey, progress);
    }
    if (event.type === 'dnc_import') {
      const progress = event.data as DncImport;
      client.setQueryData(dncImportQuery(progress.id).queryKey, progress);
    }
    if (event.type === 'test_call') {
      const test = event.data as TestCall;
      client.setQueryData(testCallQuery(test.trunk_id, test.id).queryKey, test);
    }
  }
  // A call makes the call-back that was agreed with its lead, or ends with another one.
  if (changed.has('attempt')) changed.add('callback');
  for (const kind of changed) refetchSoon(client, kind);
}

const refetchPauseMs = 1000;
const refetchTimers = new Map<string, ReturnType<typeof setTimeout>>();

/** Makes a kind of record stale, at most once a second however many of it change. */
function refetchSoon(client: QueryClient, kind: string): void {
  if (refetchTimers.has(kind)) return;
  void client.invalidateQueries({ queryKey: [kind] });
  const again = setTimeout(() => {
    refetchTimers.delete(kind);
    void client.invalidateQueries({ queryKey: [kind] });
  }, refetchPauseMs);
  refetchTimers.set(kind, again);
}

/** A part of the live snapshot; renders again only when that part changes. */
export function useLive<T>(select: (live: Live) => T): T | undefined {
  return useQuery({ ...liveQuery, select }).data;
}
