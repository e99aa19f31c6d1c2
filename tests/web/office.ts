import type { Browser, BrowserContext, Page } from '@playwright/test';
import { Carillon } from './carillon';
import { signIn } from './people';
import { administrator, ProgramClient } from './program_client';

/** A server with its administrator, who is signed in to a page and as a program. */
export class Office {
  readonly carillon: Carillon;
  readonly client: ProgramClient;
  readonly page: Page;
  private readonly context: BrowserContext;

  private constructor(carillon: Carillon, client: ProgramClient, context: BrowserContext, page: Page) {
    this.carillon = carillon;
    this.client = client;
    this.context = context;
    this.page = page;
  }

  /** `flags`: of the server. */
  static async open(browser: Browser, ...flags: string[]): Promise<Office> {
    const carillon = await Carillon.start(...flags);
    const client = await ProgramClient.setUp(carillon);
    const context = await browser.newContext({ ignoreHTTPSErrors: true, baseURL: carillon.url });
    const page = await context.newPage();
    await signIn(page, carillon.url, administrator);
    return new Office(carillon, client, context, page);
  }

  async close(): Promise<void> {
    await this.context.close();
    await this.client.dispose();
    await this.carillon.stop();
  }
}
