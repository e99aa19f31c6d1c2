import { backoffMs } from './backoff';

/** A change that the server pushes. `seq` grows by one per event within an epoch. */
export interface ServerEvent {
  seq: number;
  type: string;
  data: unknown;
}

export type StreamState = 'connecting' | 'live' | 'down';

/** Where the view that the events are applied to stands. */
export interface Position {
  epoch: string | number;
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
 * Keeps a snapshot current: fetch it, follow the events behind it, and after a break go on from
 * the last sequence number. The server answers `resync` when it no longer has what was missed, and
 * a gap in the numbers means the same: then the snapshot is fetched anew.
 *
 *   stopped  --start-->  loading  --snapshot-->  following  --closed-->  waiting  --timer-->  following
 *   following  --resync, gap, other epoch-->  loading       loading  --failed-->  waiting  --timer--> loading
 *
 * Events are handed over in batches, so that a burst costs the page one render.
 */
export class EventStream {
  private readonly options: EventStreamOptions;
  private socket: WebSocket | null = null;
  private position: Position | null = null;
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
    this.dropSocket();
    this.pending = [];
    this.position = null;
    this.options.loadSnapshot().then(
      (position) => {
        if (this.stopped || generation !== this.generation) return;
        this.position = position;
        this.follow();
      },
      () => {
        if (!this.stopped && generation === this.generation) this.retryLater();
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
      if (socket === this.socket) this.receive(String(message.data));
    };
    socket.onclose = () => {
      if (socket !== this.socket) return;
      this.socket = null;
      this.flush();
      this.retryLater();
    };
  }

  private receive(text: string): void {
    const message = JSON.parse(text) as { type: string; seq?: number; epoch?: string | number; data?: unknown };
    if (message.type === 'hello') {
      if (this.position && message.epoch !== undefined && message.epoch !== this.position.epoch) {
        this.load();
        return;
      }
      this.failures = 0;
      this.options.onState('live');
      return;
    }
    if (message.type === 'resync') {
      this.load();
      return;
    }
    if (!this.position || message.seq === undefined || message.seq <= this.position.seq) return;
    this.position = { ...this.position, seq: message.seq };
    this.pending.push({ seq: message.seq, type: message.type, data: message.data });
    this.flushTimer ??= setTimeout(() => this.flush(), 50);
  }

  private flush(): void {
    if (this.flushTimer !== null) clearTimeout(this.flushTimer);
    this.flushTimer = null;
    if (this.pending.length === 0) return;
    const events = this.pending;
    this.pending = [];
    this.options.onEvents(events);
  }

  private retryLater(): void {
    this.failures++;
    this.options.onState('down');
    if (this.retryTimer !== null) clearTimeout(this.retryTimer);
    const wait = backoffMs(this.failures, this.options.random);
    this.retryTimer = setTimeout(() => {
      this.retryTimer = null;
      if (!this.stopped) this.resume();
    }, wait);
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
