import { backoffMs } from './backoff';

/** A change that the server pushes. `seq` rises within an epoch; agents see gaps. */
export interface ServerEvent {
  seq: number;
  type: string;
  data: unknown;
}

interface StreamMessage {
  type: string;
  seq: number;
  epoch?: string;
  data?: unknown;
}

export type StreamState = 'connecting' | 'live' | 'down';

/** Where the view that the events are applied to stands. */
export interface Position {
  epoch: string;
  seq: number;
}

export interface EventStreamOptions {
  /** Fetches a fresh snapshot, gives it to the page, and says where the events go on. */
  loadSnapshot: () => Promise<Position>;
  onEvents: (events: ServerEvent[]) => void;
  onState: (state: StreamState) => void;
  openSocket: (position: Position) => WebSocket;
  random?: () => number;
}

/**
 * Keeps a snapshot current, as events.yaml describes: fetch it, follow the events behind it, after
 * a break go on from the last sequence number, and fetch it anew when the server says `resync`.
 *
 *   stopped    --start-->             loading
 *   loading    --snapshot-->          following   (events that came meanwhile are applied)
 *   loading    --fetch failed-->      waiting
 *   following  --resync-->            loading     (on the same connection)
 *   following  --closed-->            waiting
 *   waiting    --timer, retryNow-->   following, or loading when there is no snapshot
 *   any        --stop-->              stopped
 *
 * Events are handed over in batches, so that a burst costs the page one render.
 */
export class EventStream {
  private readonly options: EventStreamOptions;
  private socket: WebSocket | null = null;
  private position: Position | null = null;
  private loading = false;
  private pending: ServerEvent[] = [];
  private flushTimer: ReturnType<typeof setTimeout> | null = null;
  private retryTimer: ReturnType<typeof setTimeout> | null = null;
  private failures = 0;
  private stopped = true;
  /** Grows with each start, stop and load: an answer that belongs to an older one is dropped. */
  private generation = 0;

  constructor(options: EventStreamOptions) {
    this.options = options;
  }

  start(): void {
    if (!this.stopped) return;
    this.stopped = false;
    this.options.onState('connecting');
    this.load();
  }

  stop(): void {
    this.stopped = true;
    this.generation++;
    this.loading = false;
    this.clearTimers();
    this.dropSocket();
    this.pending = [];
    this.position = null;
  }

  /** Tries at once instead of at the end of the wait, e.g. when the network is back. */
  retryNow(): void {
    if (this.stopped || this.retryTimer === null) return;
    clearTimeout(this.retryTimer);
    this.retryTimer = null;
    this.resume();
  }

  private load(): void {
    const generation = ++this.generation;
    this.loading = true;
    this.pending = [];
    this.options.loadSnapshot().then(
      (position) => {
        if (generation !== this.generation) return;
        this.loading = false;
        this.position = position;
        this.pending = this.pending.filter((event) => event.seq > position.seq);
        if (this.socket) this.flush();
        else this.follow();
      },
      () => {
        if (generation !== this.generation) return;
        this.loading = false;
        this.position = null;
        this.dropSocket();
        this.retryLater();
      },
    );
  }

  private resume(): void {
    if (this.position === null) this.load();
    else this.follow();
  }

  private follow(): void {
    if (this.position === null) return;
    const socket = this.options.openSocket(this.position);
    this.socket = socket;
    socket.onmessage = (message) => {
      if (socket !== this.socket) return;
      for (const each of JSON.parse(String(message.data)) as StreamMessage[]) this.receive(each);
    };
    socket.onclose = () => {
      if (socket !== this.socket) return;
      this.socket = null;
      if (this.loading) return;
      this.flush();
      this.retryLater();
    };
  }

  private receive(message: StreamMessage): void {
    if (message.type === 'hello') {
      this.failures = 0;
      this.options.onState('live');
    } else if (message.type === 'resync') {
      this.load();
    } else if (this.loading || (this.position !== null && message.seq > this.position.seq)) {
      this.pending.push({ seq: message.seq, type: message.type, data: message.data });
      if (!this.loading) this.flushTimer ??= setTimeout(() => this.flush(), 40);
    }
  }

  private flush(): void {
    if (this.flushTimer !== null) clearTimeout(this.flushTimer);
    this.flushTimer = null;
    const last = this.pending.at(-1);
    if (last === undefined || this.position === null) return;
    this.position = { ...this.position, seq: last.seq };
    const events = this.pending;
    this.pending = [];
    this.options.onEvents(events);
  }

  private retryLater(): void {
    this.failures++;
    this.options.onState('down');
    if (this.retryTimer !== null) clearTimeout(this.retryTimer);
    this.retryTimer = setTimeout(
      () => {
        this.retryTimer = null;
        if (!this.stopped) this.resume();
      },
      backoffMs(this.failures, this.options.random),
    );
  }

  private dropSocket(): void {
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  private clearTimers(): void {
    if (this.flushTimer !== null) clearTimeout(this.flushTimer);
    if (this.retryTimer !== null) clearTimeout(this.retryTimer);
    this.flushTimer = this.retryTimer = null;
  }
}
