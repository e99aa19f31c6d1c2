import type { Browser, Page } from '@playwright/test';
import { Carillon } from './carillon';
import { signIn } from './people';
import { administrator, ProgramClient } from './program_client';

/** A server with its administrator, who is signed in to a page and as a program. */
export class Office {
  readonly carillon: Carillon;
  readonly client: ProgramClient;
  readonly page: Page;

  private constructor(carillon: Carillon, client: ProgramClient, page: Page) {
    this.carillon = carillon;
    this.client = client;
    this.page = page;
  }

  /** `flags`: of the server. */
  static async open(browser: Browser, ...flags: string[]): Promise<Office> {
    const carillon = await Carillon.start(...flags);
    const client = await ProgramClient.setUp(carillon);
    const page = await browser.newPage({ ignoreHTTPSErrors: true, baseURL: carillon.url });
    await signIn(page, carillon.url, administrator);
    return new Office(carillon, client, page);
  }

  async close(): Promise<void> {
    await this.page.close();
    await this.client.dispose();
    await this.carillon.stop();
  }
}
