import { chromium, type Browser, type BrowserContext, type BrowserContextOptions } from '@playwright/test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeVoice } from './sound';

export const chromiumPath = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** A microphone without a question or a device, and audio paths over loopback. */
export const browserArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  '--allow-loopback-in-peer-connection',
];

/** A browser of its own for agents: whoever uses it speaks with one voice. */
export class AgentBrowser {
  private readonly browser: Browser;
  private readonly folder: string;

  private constructor(browser: Browser, folder: string) {
    this.browser = browser;
    this.folder = folder;
  }

  /** `voiceHertz`: pitch of the voice; 0: the microphone is dead. */
  static async launch(voiceHertz: number): Promise<AgentBrowser> {
    const folder = await mkdtemp(join(tmpdir(), 'carillon-voice-'));
    const voice = join(folder, 'agent.wav');
    await writeVoice(voice, voiceHertz);
    const args = [...browserArguments, `--use-file-for-fake-audio-capture=${voice}`];
    return new AgentBrowser(await chromium.launch({ executablePath: chromiumPath, args }), folder);
  }

  newContext(url: string, options: BrowserContextOptions = {}): Promise<BrowserContext> {
    return this.browser.newContext({ ignoreHTTPSErrors: true, baseURL: url, permissions: ['microphone'], viewport: { width: 1280, height: 720 }, ...options });
  }

  async close(): Promise<void> {
    await this.browser.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}
