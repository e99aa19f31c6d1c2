import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test, type BrowserContext, type Page } from '@playwright/test';
import { expectAccessible } from './accessible';
import { Carillon } from './carillon';
import { signIn } from './people';
import { administrator, ProgramClient } from './program_client';

interface Told {
  event: string;
  sequence: number | null;
  data: { lead?: { first_name: string } };
}

/** An integrator's program: answers as told, keeps what arrived, and checks the signature. */
class Receiver {
  status = 204;
  secret = '';
  readonly told: Told[] = [];
  forged = 0;
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () => {
        const body = Buffer.concat(pieces).toString();
        this.told.push(JSON.parse(body) as Told);
        if (!this.signed(String(request.headers['carillon-signature']), body)) this.forged += 1;
        response.writeHead(this.status).end();
      });
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/hook`;
  }

  stop(): void {
    this.server.close();
  }

  private signed(header: string, body: string): boolean {
    // One signature for each secret that counts.
    const [, time, signatures] = /^t=(\d+)((?:,v1=[0-9a-f]{64}){1,2})$/.exec(header) ?? [];
    return signatures?.includes(createHmac('sha256', this.secret).update(`${time}.${body}`).digest('hex')) ?? false;
  }
}

let carillon: Carillon;
let client: ProgramClient;
let context: BrowserContext;
let page: Page;
let leadset: { id: number };
const receiver = new Receiver();
let url = '';

test.beforeAll(async ({ browser }) => {
  url = await receiver.start();
  carillon = await Carillon.start('--private-webhook-urls', 'true');
  client = await ProgramClient.setUp(carillon);
  leadset = await client.post('/leadsets', { name: 'People' });
  context = await browser.newContext({ ignoreHTTPSErrors: true, baseURL: carillon.url });
  page = await context.newPage();
  await signIn(page, carillon.url, administrator);
});

test.afterAll(async () => {
  await context?.close();
  await client?.dispose();
  await carillon?.stop();
  receiver.stop();
});

async function addLead(name: string): Promise<void> {
  await client.post(`/leadsets/${leadset.id}/leads`, { phone: '+12125550014', first_name: name });
}

async function takeSecret(): Promise<void> {
  const dialog = page.getByRole('dialog', { name: "The webhook's secret" });
  receiver.secret = (await dialog.locator('pre').innerText()).trim();
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Done' }).click();
  await expect(dialog).toHaveCount(0);
}

test('a webhook is created, tested, fails, and delivers in order when the receiver is back', async () => {
  await page.goto('/webhooks');
  await expect(page.getByText('No webhook yet')).toBeVisible();
  await page.getByRole('link', { name: 'New webhook' }).first().click();
  await page.getByRole('textbox', { name: 'Name' }).fill('CRM');
  await page.getByRole('textbox', { name: 'URL' }).fill('ftp://crm.example.com');
  await page.getByRole('checkbox', { name: 'lead.changed' }).check();
  await page.getByRole('button', { name: 'Create webhook' }).click();
  await expect(page.getByText('The URL must begin with https:// or http://.')).toBeVisible();
  await page.getByRole('textbox', { name: 'URL' }).fill(url);
  await page.getByRole('button', { name: 'Create webhook' }).click();
  await takeSecret();
  await expect(page.getByRole('heading', { name: 'CRM' })).toBeVisible();

  await page.getByRole('button', { name: 'Send a test' }).click();
  await expect(page.getByText('The test arrived')).toBeVisible();
  await expect(page.getByText(/127\.0\.0\.1 answered 204 No Content/)).toBeVisible();
  expect(receiver.told.map(({ event }) => event)).toEqual(['webhook.test']);

  receiver.status = 500;
  await addLead('Ann');
  await addLead('Bob');
  await expect(page.getByText(/Failing since/)).toBeVisible();
  const deliveries = page.getByRole('region', { name: 'Deliveries' });
  await expect(deliveries.getByRole('row')).toHaveCount(3);
  await expect(deliveries.getByRole('row', { name: /lead\.changed.*Waiting.*answered 500/ })).toHaveCount(1);
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    await expectAccessible(page);
    await page.screenshot({ path: `test-results/webhook-${colorScheme}.png`, fullPage: true });
  }

  receiver.status = 204;
  await page.getByRole('button', { name: 'Send again: event 1' }).click();
  await expect(deliveries.getByText('Delivered')).toHaveCount(2);
  await expect(page.getByText(/Failing since/)).toHaveCount(0);
  const delivered = receiver.told.filter(({ sequence }) => sequence !== null).slice(-2);
  expect(delivered.map(({ sequence, data }) => [sequence, data.lead?.first_name])).toEqual([[1, 'Ann'], [2, 'Bob']]);
  expect(receiver.forged).toBe(0);
});

test('the secret is renewed, the webhook switched off and deleted', async () => {
  await page.goto('/webhooks');
  await page.screenshot({ path: 'test-results/webhooks.png' });
  await page.getByRole('link', { name: 'CRM' }).click();
  await page.getByRole('button', { name: 'New secret' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Make a new secret' }).click();
  const before = receiver.secret;
  await takeSecret();
  expect(receiver.secret).not.toBe(before);
  await page.getByRole('button', { name: 'Send a test' }).click();
  await expect(page.getByText('The test arrived')).toBeVisible();
  expect(receiver.forged).toBe(0);

  await page.getByRole('switch', { name: /Switched on/ }).click();
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Webhook CRM is saved.')).toBeVisible();
  const told = receiver.told.length;
  await addLead('Cy');
  await expect(page.getByRole('button', { name: /^Send again/ })).toHaveCount(0);
  await page.goto('/webhooks');
  await expect(page.getByRole('gridcell', { name: 'Off', exact: true })).toBeVisible();
  expect(receiver.told).toHaveLength(told);
  await page.getByRole('row', { name: /CRM/ }).getByRole('checkbox').check();
  await page.getByRole('button', { name: 'Delete 1' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete 1 webhook' }).click();
  await expect(page.getByText('No webhook yet')).toBeVisible();
  await page.goto('/audit?kind=webhook');
  await expect(page.getByRole('row', { name: /ada.*Deleted/ })).toBeVisible();
});
