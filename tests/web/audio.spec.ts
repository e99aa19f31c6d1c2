import { expect, test, type Page } from '@playwright/test';
import { AgentBrowser } from './browser';
import { Carillon, ToneCustomers } from './carillon';
import { AgentNetwork } from './network';
import { beginWork, expectNotToHear, expectToHear } from './people';
import { agent, ProgramClient } from './program_client';

// Audio both ways between an agent in Chromium and a customer in SIPp: each side plays its own tone
// and hears exactly the other's, whatever happens to the line meanwhile.
const customerHertz = 700;
const agentHertz = 440;

test.describe.configure({ mode: 'serial' });

let carillon: Carillon;
let carrier: ToneCustomers;
let browser: AgentBrowser;
let page: Page;
const network = new AgentNetwork();

test.beforeAll(async () => {
  [carillon, carrier, browser] = await Promise.all([Carillon.start(), ToneCustomers.start(customerHertz), AgentBrowser.launch(agentHertz)]);
  const client = await ProgramClient.setUp(carillon);
  await client.prepareCampaign({ carrierPort: carrier.port, carrierPing: false, phones: ['+12125550100'], active: true });
  await client.dispose();
});

test.afterAll(async () => {
  await browser?.close();
  network.close();
  await Promise.all([carillon?.stop(), carrier?.stop()]);
});

/** How many of the half seconds since `from` held the agent's voice, and how many another sound. */
async function customerHeard(from: number) {
  const blocks = (await carrier.heard()).slice(from);
  const loud = blocks.filter((block) => block.level > 100);
  // A voice that swells and fades has two fifths of its energy on its very pitch.
  const agents = loud.filter((block) => block.hz === agentHertz && block.share > 25);
  return { blocks: blocks.length, agents: agents.length, others: loud.length - agents.length };
}

/** `check` holds for three seconds on end: a busy machine spoils some of them, a fault all. */
async function forThreeSeconds(check: (heard: { agents: number; others: number }) => void) {
  await expect(async () => {
    const from = (await carrier.heard()).length + 1; // a half second that has begun holds what was before
    await expect.poll(async () => (await customerHeard(from)).blocks).toBeGreaterThan(5);
    check(await customerHeard(from));
  }).toPass({ timeout: 90_000 });
}

async function customerHearsTheAgent() {
  const from = (await carrier.heard()).length;
  await expect.poll(async () => (await customerHeard(from)).agents).toBeGreaterThan(3);
}

async function bothHearEachOther() {
  await expectToHear(page, customerHertz);
  await customerHearsTheAgent();
}

test('each side hears exactly the other', async () => {
  const context = await browser.newContext(carillon.url);
  await network.lead(context);
  page = await context.newPage();
  await beginWork(page, carillon.url, agent);
  await page.getByRole('button', { name: 'Go ready' }).click();
  await expect(page.getByRole('button', { name: 'End', exact: true })).toBeVisible();
  await bothHearEachOther();
  await forThreeSeconds(({ agents, others }) => {
    expect(agents).toBeGreaterThan(0);
    expect(others).toBe(0);
  });
});

test('on hold the customer hears music, not the agent, and the agent nothing', async () => {
  await page.getByRole('button', { name: 'Hold' }).click();
  await expect(page.getByText('On hold', { exact: true })).toBeVisible();
  await expectNotToHear(page, customerHertz);
  await forThreeSeconds(({ agents, others }) => {
    expect(others).toBeGreaterThan(3);
    expect(agents).toBe(0);
  });
  await page.getByRole('button', { name: 'Resume' }).click();
  await bothHearEachOther();
});

test('a muted agent is silent and still hears', async () => {
  await page.getByRole('button', { name: 'Mute', exact: true }).click();
  await expect(page.getByText('You are muted')).toBeVisible();
  await forThreeSeconds(({ agents, others }) => expect(agents + others).toBe(0));
  await expectToHear(page, customerHertz);
  await page.getByRole('button', { name: 'Unmute', exact: true }).click();
  await bothHearEachOther();
});

test('after a break of the network the line comes back by itself, in the same call', async () => {
  network.cut();
  await expectNotToHear(page, customerHertz);
  await expect(page.getByText('Your line is interrupted.')).toBeVisible({ timeout: 90_000 });
  network.mend();
  await expect(page.getByText('Your line is interrupted.')).toBeHidden({ timeout: 90_000 });
  await expect(page.getByRole('button', { name: 'End', exact: true })).toBeVisible();
  await bothHearEachOther();
});

test('after a reload of the page too', async () => {
  await page.reload();
  await expect(page.getByText('Line up', { exact: true })).toBeVisible();
  await bothHearEachOther();
  await page.getByRole('button', { name: 'End', exact: true }).click();
  await expect(page.getByText('Wrap-up', { exact: true })).toBeVisible();
});
