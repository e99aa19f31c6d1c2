import { backoffMs } from '@/api/backoff';
import { TaskQueue } from './task_queue';

/**
 * What the agent sees of the line:
 *
 *   off          --start-->                       connecting
 *   connecting   --audio path is there-->         up
 *   up           --audio path or socket lost-->   interrupted
 *   interrupted  --both are back-->               up
 *   any          --another page took the line-->  replaced
 *   any          --stop-->                        off
 */
export type LineState = 'off' | 'connecting' | 'up' | 'interrupted' | 'replaced';

export interface LineView {
  state: LineState;
  /** What the server said when it refused, a sentence. */
  problem: string | null;
  /** The browser waits for a click before it plays sound. */
  silent: boolean;
}

export interface AgentLineOptions {
  openSocket: () => WebSocket;
  /** Null: a desk phone carries the sound; the socket is presence only. */
  microphone: MediaStream | null;
  audio: HTMLAudioElement;
  onChange: (view: LineView) => void;
}

type LineMessage = { type: 'answer'; connection: string; sdp: string } | { type: 'error'; connection?: string; message: string };

const takenOver = 4001;
const answerTimeoutMs = 10_000;
const disconnectedPatienceMs = 2_000;
const restartPatienceMs = 12_000;

/**
 * The browser's end of the agent's line; owns the microphone that it is given. One RTCPeerConnection for as long as the agent session
 * lasts. The browser makes every offer, with an id that is new for each connection and stays the
 * same for its ICE restarts, and negotiations wait for each other in one queue.
 *
 * A lost path is restarted; when that does not help within 12 s, a new connection is made. A lost
 * socket is opened again with growing waits, and the audio goes on meanwhile.
 */
export class AgentLine {
  private readonly options: AgentLineOptions;
  private readonly negotiations = new TaskQueue();
  private socket: WebSocket | null = null;
  private peer: RTCPeerConnection | null = null;
  private connection = '';
  private awaited: { connection: string; resolve: (sdp: string) => void; reject: (error: Error) => void } | null = null;
  private socketTimer: ReturnType<typeof setTimeout> | null = null;
  private peerTimer: ReturnType<typeof setTimeout> | null = null;
  private failures = 0;
  private offerFailures = 0;
  private wasUp = false;
  private stopped = false;
  private view: LineView = { state: 'off', problem: null, silent: false };
  private microphone: MediaStream | null;

  constructor(options: AgentLineOptions) {
    this.options = options;
    this.microphone = options.microphone;
  }

  start(): void {
    this.show({ state: 'connecting' });
    this.connectSocket();
  }

  stop(): void {
    this.stopped = true;
    this.clearTimers();
    this.closePeer();
    this.stopMicrophone();
    const socket = this.socket;
    this.socket = null;
    socket?.close();
    this.show({ state: 'off' });
  }

  /** Silences the microphone at once, whatever the server knows. */
  setMuted(muted: boolean): void {
    for (const track of this.microphone?.getAudioTracks() ?? []) track.enabled = !muted;
  }

  /** Goes on with another microphone; needs no new negotiation. */
  async changeMicrophone(microphone: MediaStream): Promise<void> {
    const muted = this.microphone?.getAudioTracks()[0]?.enabled === false;
    this.stopMicrophone();
    this.microphone = microphone;
    this.setMuted(muted);
    await this.peer?.getSenders()[0]?.replaceTrack(microphone.getAudioTracks()[0] ?? null);
  }

  /** After a click: the browser now lets the sound through. */
  async playSound(): Promise<void> {
    try {
      await this.options.audio.play();
      this.show({ silent: false });
    } catch {
      this.show({ silent: true });
    }
  }

  retryNow(): void {
    if (this.socketTimer === null || this.stopped) return;
    clearTimeout(this.socketTimer);
    this.socketTimer = null;
    this.connectSocket();
  }

  private connectSocket(): void {
    const socket = this.options.openSocket();
    this.socket = socket;
    socket.onopen = () => {
      this.failures = 0;
      if (this.microphone === null) this.show({ state: 'up', problem: null });
      else if (this.peer === null) this.connectPeer();
      else if (this.peer.connectionState !== 'connected') this.restart();
      else this.pathChanged();
    };
    socket.onmessage = (event) => this.receive(JSON.parse(String(event.data)) as LineMessage);
    socket.onclose = (event) => {
      if (socket === this.socket) this.socketLost(event.code);
    };
  }

  private socketLost(code: number): void {
    this.socket = null;
    this.failAwaited(new Error('The connection to the server broke.'));
    if (code === takenOver) {
      this.clearTimers();
      this.closePeer();
      this.stopMicrophone();
      this.stopped = true;
      this.show({ state: 'replaced' });
      return;
    }
    this.failures++;
    this.show({ state: this.wasUp ? 'interrupted' : 'connecting' });
    this.socketTimer = setTimeout(() => {
      this.socketTimer = null;
      if (!this.stopped) this.connectSocket();
    }, backoffMs(this.failures));
  }

  private connectPeer(): void {
    this.closePeer();
    const peer = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
    this.peer = peer;
    this.connection = crypto.randomUUID();
    const track = this.microphone?.getAudioTracks()[0];
    peer.addTransceiver(track ?? 'audio', { direction: 'sendrecv', streams: this.microphone ? [this.microphone] : [] });
    peer.ontrack = (event) => {
      this.options.audio.srcObject = event.streams[0] ?? new MediaStream([event.track]);
      void this.playSound();
    };
    peer.onconnectionstatechange = () => {
      if (peer === this.peer) this.pathChanged();
    };
    this.negotiate(peer, false);
  }

  private restart(): void {
    if (this.peer) this.negotiate(this.peer, true);
  }

  private negotiate(peer: RTCPeerConnection, iceRestart: boolean): void {
    const connection = this.connection;
    this.negotiations
      .run(async () => {
        if (peer !== this.peer || peer.signalingState === 'closed') return;
        await peer.setLocalDescription(await peer.createOffer({ iceRestart }));
        const sdp = await this.ask(connection, peer.localDescription?.sdp ?? '');
        await peer.setRemoteDescription({ type: 'answer', sdp });
        this.offerFailures = 0;
        this.show({ problem: null });
      })
      .catch((error: unknown) => this.negotiationFailed(peer, error));
  }

  private negotiationFailed(peer: RTCPeerConnection, error: unknown): void {
    if (this.stopped || peer !== this.peer) return;
    this.offerFailures++;
    this.show({ problem: error instanceof Error ? error.message : 'The line could not be set up.' });
    // A half-done negotiation cannot be taken up again: start over with a new connection.
    this.closePeer();
    this.schedulePeer(() => this.connectPeer(), backoffMs(this.offerFailures + 1));
  }

  private ask(connection: string, sdp: string): Promise<string> {
    return new Promise((resolve, reject) => {
      if (this.socket?.readyState !== WebSocket.OPEN) {
        reject(new Error('There is no connection to the server.'));
        return;
      }
      const timer = setTimeout(() => this.failAwaited(new Error('The server did not answer the line in time.')), answerTimeoutMs);
      this.awaited = {
        connection,
        resolve: (answer) => {
          clearTimeout(timer);
          resolve(answer);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
      this.socket.send(JSON.stringify({ type: 'offer', connection, sdp }));
    });
  }

  private receive(message: LineMessage): void {
    const awaited = this.awaited;
    if (!awaited || (message.connection !== undefined && message.connection !== awaited.connection)) return;
    this.awaited = null;
    if (message.type === 'answer') awaited.resolve(message.sdp);
    else awaited.reject(new Error(message.message));
  }

  private failAwaited(error: Error): void {
    const awaited = this.awaited;
    this.awaited = null;
    awaited?.reject(error);
  }

  private pathChanged(): void {
    switch (this.peer?.connectionState) {
      case 'connected':
        this.clearPeerTimer();
        this.wasUp = true;
        this.show({ state: this.socket?.readyState === WebSocket.OPEN ? 'up' : 'interrupted', problem: null });
        break;
      case 'disconnected':
        // Comes back by itself more often than not.
        this.schedulePeer(() => this.recover(), disconnectedPatienceMs);
        break;
      case 'failed':
        this.recover();
        break;
      default:
        break;
    }
  }

  private recover(): void {
    this.show({ state: 'interrupted' });
    this.restart();
    this.schedulePeer(() => this.connectPeer(), restartPatienceMs);
  }

  private schedulePeer(action: () => void, afterMs: number): void {
    this.clearPeerTimer();
    this.peerTimer = setTimeout(() => {
      this.peerTimer = null;
      // Without a socket nothing can be negotiated; its return brings the line back.
      if (!this.stopped && this.socket?.readyState === WebSocket.OPEN) action();
    }, afterMs);
  }

  private closePeer(): void {
    const peer = this.peer;
    this.peer = null;
    peer?.close();
  }

  private stopMicrophone(): void {
    for (const track of this.microphone?.getTracks() ?? []) track.stop();
  }

  private clearPeerTimer(): void {
    if (this.peerTimer !== null) clearTimeout(this.peerTimer);
    this.peerTimer = null;
  }

  private clearTimers(): void {
    this.clearPeerTimer();
    if (this.socketTimer !== null) clearTimeout(this.socketTimer);
    this.socketTimer = null;
  }

  private show(change: Partial<LineView>): void {
    const next = { ...this.view, ...change };
    if (next.state === this.view.state && next.problem === this.view.problem && next.silent === this.view.silent) return;
    this.view = next;
    this.options.onChange(next);
  }
}
