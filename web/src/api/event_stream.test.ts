import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EventStream, type Position, type ServerEvent, type StreamState } from './event_stream';

class FakeSocket {
  onmessage: ((message: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  closed = false;
  readonly position: Position;
  constructor(position: Position) {
    this.position = position;
  }
  close() {
    this.closed = true;
  }
  say(...messages: object[]) {
    this.onmessage?.({ data: JSON.stringify(messages) });
  }
}

function makeStream() {
  const sockets: FakeSocket[] = [];
  const snapshots: { resolve: (position: Position) => void; reject: (error: Error) => void }[] = [];
  const events: ServerEvent[] = [];
  const states: StreamState[] = [];
  const stream = new EventStream({
    loadSnapshot: () => new Promise((resolve, reject) => snapshots.push({ resolve, reject })),
    onEvents: (batch) => events.push(...batch),
    onState: (state) => states.push(state),
    openSocket: (position) => {
      const socket = new FakeSocket(position);
      sockets.push(socket);
      return socket as unknown as WebSocket;
    },
    random: () => 1,
  });
  const settle = () => vi.advanceTimersByTimeAsync(60);
  async function follow(seq = 10) {
    stream.start();
    snapshots.at(-1)?.resolve({ epoch: 'a', seq });
    await settle();
    sockets.at(-1)?.say({ type: 'hello', epoch: 'a', seq });
  }
  return { stream, sockets, snapshots, events, states, settle, follow };
}

const event = (seq: number) => ({ seq, type: 'figures', data: { n: seq } });

describe('EventStream', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('follows behind the snapshot and hands a burst over as one batch in order', async () => {
    const { sockets, events, states, settle, follow } = makeStream();
    await follow(10);
    expect(sockets[0]?.position).toEqual({ epoch: 'a', seq: 10 });
    sockets[0]?.say(event(11), event(12));
    sockets[0]?.say(event(13));
    expect(events).toEqual([]);
    await settle();
    expect(events.map((each) => each.seq)).toEqual([11, 12, 13]);
    expect(states).toEqual(['connecting', 'live']);
  });

  it('drops events that it has already applied', async () => {
    const { sockets, events, settle, follow } = makeStream();
    await follow(10);
    sockets[0]?.say(event(9), event(10), event(11));
    await settle();
    expect(events.map((each) => each.seq)).toEqual([11]);
  });

  it('after a break resumes behind the last event, without a new snapshot', async () => {
    const { sockets, snapshots, states, settle, follow } = makeStream();
    await follow(10);
    sockets[0]?.say(event(11), event(12));
    await settle();
    sockets[0]?.onclose?.();
    expect(states.at(-1)).toBe('down');
    await vi.advanceTimersByTimeAsync(300);
    expect(sockets).toHaveLength(2);
    expect(sockets[1]?.position).toEqual({ epoch: 'a', seq: 12 });
    expect(snapshots).toHaveLength(1);
    sockets[1]?.say({ type: 'hello', epoch: 'a', seq: 12 });
    expect(states.at(-1)).toBe('live');
  });

  it('applies what had arrived before the socket broke', async () => {
    const { sockets, events, follow } = makeStream();
    await follow(10);
    sockets[0]?.say(event(11));
    sockets[0]?.onclose?.();
    expect(events.map((each) => each.seq)).toEqual([11]);
  });

  it('on resync fetches a snapshot and keeps only the events behind it, on the same connection', async () => {
    const { sockets, snapshots, events, settle, follow } = makeStream();
    await follow(10);
    sockets[0]?.say({ type: 'resync', epoch: 'b', seq: 3 }, event(4), event(5));
    await settle();
    expect(events).toEqual([]);
    snapshots[1]?.resolve({ epoch: 'b', seq: 4 });
    await settle();
    expect(events.map((each) => each.seq)).toEqual([5]);
    expect(sockets).toHaveLength(1);
    expect(sockets[0]?.closed).toBe(false);
  });

  it('waits longer after each failure and tries at once when told that the network is back', async () => {
    const { stream, snapshots, states } = makeStream();
    stream.start();
    snapshots[0]?.reject(new Error('offline'));
    await vi.advanceTimersByTimeAsync(249);
    expect(snapshots).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(2);
    expect(snapshots).toHaveLength(2);
    snapshots[1]?.reject(new Error('offline'));
    await vi.advanceTimersByTimeAsync(400);
    expect(snapshots).toHaveLength(2);
    stream.retryNow();
    expect(snapshots).toHaveLength(3);
    expect(states.at(-1)).toBe('down');
  });

  it('does nothing after stop, whatever still arrives', async () => {
    const { stream, sockets, snapshots, events, settle, follow } = makeStream();
    await follow(10);
    const socket = sockets[0];
    stream.stop();
    expect(socket?.closed).toBe(true);
    socket?.say(event(11));
    socket?.onclose?.();
    await vi.advanceTimersByTimeAsync(60_000);
    await settle();
    expect(events).toEqual([]);
    expect(sockets).toHaveLength(1);
    expect(snapshots).toHaveLength(1);
  });

  it('ignores a snapshot that comes after stop and start', async () => {
    const { stream, sockets, snapshots, settle } = makeStream();
    stream.start();
    stream.stop();
    stream.start();
    snapshots[0]?.resolve({ epoch: 'old', seq: 1 });
    await settle();
    expect(sockets).toHaveLength(0);
    snapshots[1]?.resolve({ epoch: 'new', seq: 2 });
    await settle();
    expect(sockets.map((socket) => socket.position.epoch)).toEqual(['new']);
  });
});
