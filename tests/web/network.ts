import type { BrowserContext } from '@playwright/test';
import { createSocket, type Socket } from 'node:dgram';

/**
 * The network between an agent's browser and the server: it carries their UDP packets, and can be
 * cut. Who comes back after a break comes from another port, as behind a router that was restarted.
 */
export class AgentNetwork {
  private whole = true;
  private readonly sockets: Socket[] = [];
  private readonly ways = new Map<number, number>();
  private readonly clients = new Map<string, Socket>();

  /** Leads the connections of the context's pages over this network. */
  async lead(context: BrowserContext): Promise<void> {
    await context.exposeFunction('wayToPort', (port: number) => this.wayTo(port));
    await context.addInitScript(() => {
      const { wayToPort } = globalThis as unknown as { wayToPort: (port: number) => Promise<number> };
      const setRemoteDescription = RTCPeerConnection.prototype.setRemoteDescription as (
        this: RTCPeerConnection,
        description: RTCSessionDescriptionInit,
      ) => Promise<void>;
      RTCPeerConnection.prototype.setRemoteDescription = async function (description: RTCSessionDescriptionInit) {
        let sdp = description.sdp ?? '';
        for (const [line, before, port] of sdp.matchAll(/^(a=candidate:\S+ \d udp \d+ 127\.0\.0\.1) (\d+)/gim)) {
          sdp = sdp.replace(line, `${before} ${await wayToPort(Number(port))}`);
        }
        await setRemoteDescription.call(this, { type: description.type, sdp });
      };
    });
  }

  cut(): void {
    this.whole = false;
  }

  mend(): void {
    this.clients.clear();
    this.whole = true;
  }

  close(): void {
    for (const socket of this.sockets) socket.close();
  }

  /** A port that leads to the server's. */
  private async wayTo(serverPort: number): Promise<number> {
    const known = this.ways.get(serverPort);
    if (known) return known;
    const front = await this.open();
    front.on('message', (packet, from) => {
      if (this.whole) this.carry(packet, front, serverPort, from.port);
    });
    this.ways.set(serverPort, front.address().port);
    return front.address().port;
  }

  private carry(packet: Buffer, front: Socket, serverPort: number, clientPort: number): void {
    const key = `${serverPort} ${clientPort}`;
    const known = this.clients.get(key);
    if (known) {
      known.send(packet, serverPort, '127.0.0.1');
      return;
    }
    const back = createSocket('udp4');
    this.sockets.push(back);
    this.clients.set(key, back);
    back.on('message', (answer) => {
      if (this.whole && this.clients.get(key) === back) front.send(answer, clientPort, '127.0.0.1');
    });
    back.bind(0, '127.0.0.1', () => back.send(packet, serverPort, '127.0.0.1'));
  }

  private async open(): Promise<Socket> {
    const socket = createSocket('udp4');
    this.sockets.push(socket);
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    return socket;
  }
}
