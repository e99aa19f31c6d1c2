import { expect, test, type Page } from '@playwright/test';
import { AgentBrowser } from './browser';
import { Carillon, ToneCustomers } from './carillon';
import { look } from './looks';
import { expectToHear, logIn } from './people';
import { agent, ProgramClient } from './program_client';

// The preview dialer: the agent sees who it is, and dials or skips.
const customerHertz = 700;

test.describe.configure({ mode: 'serial' });

let carillon: Carillon;
let carrier: ToneCustomers;
let browser: AgentBrowser;
let client: ProgramClient;
let campaign: number;
let leadset: number;
let page: Page;

test.beforeAll(async () => {
  [carillon, carrier, browser] = await Promise.all([Carillon.start(), ToneCustomers.start(customerHertz), AgentBrowser.launch(440)]);
  client = await ProgramClient.setUp(carillon);
  const phones = ['+12125550100', '+12125550101', '+12125550102'];
  const made = await client.prepareCampaign({ carrierPort: carrier.port, carrierPing: false, phones, active: true, type: 'preview' });
  campaign = made.campaign.id;
  leadset = made.leadset.id;
});

test.afterAll(async () => {
  await client?.dispose();
  await browser?.close();
  await Promise.all([carillon?.stop(), carrier?.stop()]);
});

test('a lead is shown before it is called, with the script', async ({}, info) => {
  page = await logIn(browser, carillon.url, agent);
  await page.getByRole('button', { name: 'Go ready' }).click();
  await expect(page.getByText('Maria Tester1', { exact: true })).toBeVisible();
  await expect(page.getByText('Good morning Maria Tester1')).toBeVisible();
  await page.getByRole('tab', { name: 'Contact' }).click();
  await expect(page.getByText('never', { exact: true })).toBeVisible();
  await expect(page.getByText(/Dial or skip within 0?[12]:\d\d/)).toBeVisible();
  await page.screenshot({ path: info.outputPath('preview.png') });
  await page.getByRole('tab', { name: 'Script' }).click();
  await look(page, info, 'preview');
});

test('the agent can go on pause from a preview; the lead goes back and is shown again', async () => {
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Lunch' }).click();
  await expect(page.getByText('lunch', { exact: true })).toBeVisible();
  await expect(page.getByText('Maria Tester1', { exact: true })).toBeHidden();
  await page.keyboard.press('Alt+KeyR');
  await expect(page.getByText('Maria Tester1', { exact: true })).toBeVisible();
  await page.keyboard.press('Alt+KeyR');
  await expect(page.getByText('break', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Go ready' }).click();
  await expect(page.getByText('Maria Tester1', { exact: true })).toBeVisible();
});

test('it is skipped with a reason, and the next is shown', async () => {
  await page.getByRole('button', { name: 'Skip' }).click();
  await page.getByRole('menuitem', { name: 'not now' }).click();
  await expect(page.getByText('John Tester2', { exact: true })).toBeVisible();
});

test('it is dialed, and after the disposition comes the next', async () => {
  await page.getByRole('button', { name: 'Dial', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Mute', exact: true })).toBeVisible();
  await expectToHear(page, customerHertz);
  await page.getByRole('button', { name: 'End', exact: true }).click();
  await page.getByRole('radio', { name: /NOT INTERESTED/ }).check();
  await page.getByRole('button', { name: 'Submit', exact: true }).click();
  await expect(page.getByText('Aisha Tester3', { exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Dial', exact: true })).toBeVisible();
});

test('when no lead can be shown the agent is told why, and can have it looked for at once', async ({}, info) => {
  await page.keyboard.press('Alt+KeyS');
  await expect(page.getByText('No lead can be dialed right now')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Dial', exact: true })).toBeHidden();
  await look(page, info, 'no-lead');
  const asked = page.waitForResponse((response) => response.url().endsWith('/agent/session/preview/next'));
  await page.getByRole('button', { name: 'Get Next Lead' }).click();
  expect((await asked).status()).toBe(204);
  await client.post(`/leadsets/${leadset}/leads`, { phone: '+12125550103', first_name: 'Peter', last_name: 'Tester4' });
  await expect(page.getByText('Peter Tester4', { exact: true })).toBeVisible();
  await client.patch(`/campaigns/${campaign}`, { source_statuses: [] });
  await expect(page.getByText('No source status is selected, so no lead is dialed.')).toBeVisible();
});
