import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const repository = join(dirname(fileURLToPath(import.meta.url)), '../..');
const binary = process.env.CARILLON_BINARY ?? join(repository, 'build/dev/src/server/carillon');
const web = process.env.CARILLON_WEB ?? join(repository, 'web/dist');

export const setupCode = 'first-day-of-the-tests';
const startedWithinMs = 60_000;

class Program {
  private readonly child: ChildProcess;
  private output = '';
  private readonly ended: Promise<void>;

  constructor(command: string, args: string[], environment: NodeJS.ProcessEnv = {}) {
    this.child = spawn(command, args, { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
    this.child.stdout?.on('data', (text: Buffer) => (this.output += text.toString()));
    this.child.stderr?.on('data', (text: Buffer) => (this.output += text.toString()));
    this.ended = new Promise((resolve) => {
      this.child.on('exit', () => resolve());
      this.child.on('error', (error) => {
        this.output += String(error);
        resolve();
      });
    });
  }

  /** What the program prints, once it matches. */
  async says(pattern: RegExp): Promise<RegExpMatchArray> {
    const deadline = Date.now() + startedWithinMs;
    while (Date.now() < deadline) {
      const match = pattern.exec(this.output);
      if (match) return match;
      if (this.child.exitCode !== null) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`${this.child.spawnfile} did not say ${pattern}:\n${this.output}`);
  }

  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    if (this.child.exitCode === null && this.child.pid !== undefined) this.child.kill(signal);
    const late = setTimeout(() => this.child.kill('SIGKILL'), 20_000);
    await this.ended;
    clearTimeout(late);
  }
}

/** `carillon serve` on free ports, with a data folder that goes when it stops. */
export class Carillon {
  url = '';
  private program: Program | null = null;
  private readonly folder: string;
  private readonly more: string[];
  private port = 0;

  private constructor(folder: string, more: string[]) {
    this.folder = folder;
    this.more = more;
  }

  /** `more`: further flags. */
  static async start(...more: string[]): Promise<Carillon> {
    const carillon = new Carillon(await mkdtemp(join(tmpdir(), 'carillon-web-')), more);
    await carillon.run();
    return carillon;
  }

  /** Starts (again) with the same data, and the same address once it has one. */
  async run(): Promise<void> {
    this.program = new Program(
      binary,
      [
        'serve', '--data', this.folder, '--web', web, '--http-address', '127.0.0.1', '--https-port', String(this.port),
        '--telephony-address', '127.0.0.1', '--trunk-port', '0', '--trunk-tls-port', '0', '--phone-port', '0',
        '--phone-tls-port', '0', '--agent-port', '0', '--media-loops', '1', '--log-level', 'warn', ...this.more,
      ],
      { CARILLON_SETUP_CODE: setupCode },
    );
    const [, url] = await this.program.says(/running: (https:\/\/\S+)/);
    this.url = url ?? '';
    this.port = Number(new URL(this.url).port);
  }

  /** Changes the database while the server is down: a history of calls that would take hours to make. */
  async withHistory(statements: string): Promise<void> {
    await this.program?.stop();
    const program = 'import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript(sys.argv[2])';
    await promisify(execFile)('/usr/bin/python3', ['-c', program, join(this.folder, 'carillon.db'), statements]);
    await this.run();
  }

  /** Ends without a warning, as when the power fails. */
  async crash(): Promise<void> {
    await this.program?.stop('SIGKILL');
    this.program = null;
  }

  async stop(): Promise<void> {
    await this.program?.stop();
    this.program = null;
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** The sandbox carrier: customers who do as their last four digits say. */
export class Sandbox {
  readonly port: number;
  private readonly program: Program;

  private constructor(program: Program, port: number) {
    this.program = program;
    this.port = port;
  }

  static async start(): Promise<Sandbox> {
    const program = new Program(binary, ['sandbox', '--port', '0', '--seed', '1']);
    const [, port] = await program.says(/127\.0\.0\.1:(\d+)/);
    return new Sandbox(program, Number(port));
  }

  stop(): Promise<void> {
    return this.program.stop();
  }
}

/** What the ear of a SIPp customer heard in half a second (tests/media/tone_peer.py). */
export interface Heard {
  packets: number;
  level: number;
  hz: number;
  share: number;
}

/** SIPp as the carrier: its customers answer, play a tone of their own and write down what they hear. */
export class ToneCustomers {
  readonly port: number;
  private readonly program: Program;
  private readonly folder: string;

  private constructor(program: Program, port: number, folder: string) {
    this.program = program;
    this.port = port;
    this.folder = folder;
  }

  static async start(hertz: number): Promise<ToneCustomers> {
    const folder = await mkdtemp(join(tmpdir(), 'carillon-tone-'));
    const [port, audio, control] = await freeUdpPorts(3);
    const media = join(repository, 'tests/media');
    await writeFile(join(folder, 'alive'), '');
    const program = new Program('sipp', [
      '-sf', join(media, 'tone_customer.xml'), '-i', '127.0.0.1', '-p', String(port), '-cp', String(control), '-m', '1', '-nostdin',
      '-key', 'tone_port', String(audio), '-key', 'tone_hz', String(hertz), '-key', 'report', join(folder, 'heard'),
      '-key', 'peer', join(media, 'tone_peer.py'), '-key', 'alive', join(folder, 'alive'),
    ]);
    return new ToneCustomers(program, port ?? 0, folder);
  }

  /** All that was heard so far, oldest first. */
  async heard(): Promise<Heard[]> {
    const file = join(this.folder, 'heard');
    if (!existsSync(file)) return [];
    const lines = (await readFile(file, 'utf8')).split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as Heard);
  }

  async stop(): Promise<void> {
    // The ear ends with its file.
    await rm(this.folder, { recursive: true, force: true });
    await this.program.stop();
  }
}

async function freeUdpPorts(count: number): Promise<number[]> {
  const sockets = Array.from({ length: count }, () => createSocket('udp4'));
  await Promise.all(sockets.map((socket) => new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))));
  const ports = sockets.map((socket) => socket.address().port);
  await Promise.all(sockets.map((socket) => new Promise<void>((resolve) => socket.close(() => resolve()))));
  return ports;
}
