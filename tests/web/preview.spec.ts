import { expect, test, type Page } from '@playwright/test';
import { AgentBrowser } from './browser';
import { Carillon, ToneCustomers } from './carillon';
import { beginWork, expectToHear } from './people';
import { agent, ProgramClient } from './program_client';

// The preview dialer: the agent sees who it is, and dials or skips.
const customerHertz = 700;

test.describe.configure({ mode: 'serial' });

let carillon: Carillon;
let carrier: ToneCustomers;
let browser: AgentBrowser;
let page: Page;

test.beforeAll(async () => {
  [carillon, carrier, browser] = await Promise.all([Carillon.start(), ToneCustomers.start(customerHertz), AgentBrowser.launch(440)]);
  const client = await ProgramClient.setUp(carillon);
  const phones = ['+12125550100', '+12125550101', '+12125550102'];
  await client.prepareCampaign({ carrierPort: carrier.port, carrierPing: false, phones, active: true, type: 'preview' });
  await client.dispose();
});

test.afterAll(async () => {
  await browser?.close();
  await Promise.all([carillon?.stop(), carrier?.stop()]);
});

test('a lead is shown before it is called, with the script', async ({}, info) => {
  page = await (await browser.newContext(carillon.url)).newPage();
  await beginWork(page, carillon.url, agent);
  await page.getByRole('button', { name: 'Go ready' }).click();
  await expect(page.getByText('Maria Tester1', { exact: true })).toBeVisible();
  await expect(page.getByText('Good morning Maria Tester1')).toBeVisible();
  await page.getByRole('tab', { name: 'Contact' }).click();
  await expect(page.getByText('never', { exact: true })).toBeVisible();
  await page.screenshot({ path: info.outputPath('preview.png') });
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
