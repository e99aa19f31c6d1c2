import { expect, test } from '@playwright/test';
import { Carillon } from './carillon';
import { chooseCampaign, figure, signIn } from './people';
import { administrator, agent, ProgramClient } from './program_client';

// What people see when something breaks, and that it heals without a reload.
let carillon: Carillon;
let client: ProgramClient;

test.beforeAll(async () => {
  carillon = await Carillon.start();
  client = await ProgramClient.setUp(carillon);
  await client.prepareCampaign({ phones: ['+12125550014'], active: true });
});

test.afterAll(async () => {
  await client?.dispose();
  await carillon?.stop();
});

test('a wrong password is told in a sentence, and gives nothing away', async ({ page }) => {
  await page.goto(`${carillon.url}/sign-in`);
  const messages: (string | null)[] = [];
  for (const username of [administrator.username, 'nobody']) {
    await page.getByLabel('User name').fill(username);
    await page.getByLabel(/^Password/).fill('wrong password');
    const refused = page.waitForResponse((response) => response.request().method() === 'POST');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await refused;
    await expect(page.getByRole('alert').filter({ hasText: /\w/ })).toBeVisible();
    messages.push(await page.getByRole('alert').filter({ hasText: /\w/ }).textContent());
  }
  expect(messages[0]).toBe(messages[1]);
  expect(messages[0]?.trim()).toMatch(/[.!]$/);
});

test('after signing in one is where one wanted to go', async ({ page }) => {
  await page.goto(`${carillon.url}/calls?outcome=busy`);
  await expect(page).toHaveURL(/sign-in/);
  await page.getByLabel('User name').fill(administrator.username);
  await page.getByLabel(/^Password/).fill(administrator.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveURL(/\/calls\?outcome=busy/);
  await expect(page.getByRole('combobox', { name: 'Outcome' })).toHaveValue('Busy');
});

test('changes by others appear without a reload', async ({ page }) => {
  await signIn(page, carillon.url, administrator);
  await expect(page.getByRole('gridcell', { name: 'Solar renewals', exact: true })).toBeVisible();
  await client.post('/campaigns', { name: 'Made elsewhere', type: 'auto' });
  await expect(page.getByRole('gridcell', { name: 'Made elsewhere', exact: true })).toBeVisible();
});

test('what does not exist says so', async ({ page }) => {
  await signIn(page, carillon.url, administrator);
  await page.goto(`${carillon.url}/campaigns/999999`);
  await expect(page.getByText('This could not be loaded')).toBeVisible();
  await page.goto(`${carillon.url}/no/such/page`);
  await expect(page.getByText('There is no such page')).toBeVisible();
});

test('an agent who is taken off is told why', async ({ page, browser }) => {
  await signIn(page, carillon.url, administrator);
  const context = await browser.newContext({ ignoreHTTPSErrors: true, permissions: ['microphone'] });
  const console_ = await context.newPage();
  await signIn(console_, carillon.url, agent);
  await chooseCampaign(console_);
  await page.goto(`${carillon.url}/?tab=agents`);
  await page.getByRole('button', { name: `Actions for ${agent.name}` }).click();
  await page.getByRole('menuitem', { name: 'Log out' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Log out' }).click();
  await expect(console_.getByText('You were logged out of the campaign')).toBeVisible();
  await context.close();
});

test('the server crashes and comes back: a banner, then everything is live again', async ({ page, browser }) => {
  await signIn(page, carillon.url, administrator);
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  const context = await browser.newContext({ ignoreHTTPSErrors: true, permissions: ['microphone'] });
  const console_ = await context.newPage();
  await signIn(console_, carillon.url, agent);
  await chooseCampaign(console_);
  await expect(figure(page, 'Agents logged in')).toHaveText('1');

  await carillon.crash();
  await expect(page.getByText('The connection to the server is interrupted.')).toBeVisible();
  await expect(console_.getByText('Your line is interrupted.')).toBeVisible();

  await carillon.run();
  await expect(page.getByText('The connection to the server is interrupted.')).toBeHidden({ timeout: 60_000 });
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  // The session ended with the server: the agent is asked for a campaign again, and nobody is logged in.
  await expect(console_.getByText('Good to see you')).toBeVisible({ timeout: 60_000 });
  await expect(figure(page, 'Agents logged in')).toHaveText('0');
  await context.close();
});
