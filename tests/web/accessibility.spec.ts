import { expect, test, type BrowserContext, type Page } from '@playwright/test';
import { expectAccessible as expectNoSeriousFault } from './accessible';
import { Carillon, setupCode } from './carillon';
import { chooseCampaign, leaveCampaign, signIn } from './people';
import { administrator, agent, ProgramClient } from './program_client';

// Every page in both colour schemes: no fault that axe calls serious or critical.
let carillon: Carillon;
let client: ProgramClient;
let records: Awaited<ReturnType<ProgramClient['prepareCampaign']>>;
let leadId: number;
const attemptId = 7000;

test.beforeAll(async () => {
  carillon = await Carillon.start();
  client = await ProgramClient.setUp(carillon);
  records = await client.prepareCampaign({ phones: ['+12125550014', '+13125550014'], active: true });
  await carillon.withHistory(`
    INSERT INTO attempts (id, node, campaign_id, lead_id, leadset_id, phone, caller_id, trunk_id, agent_id, agent_session_id, outcome,
      sip_status, sip_reason, sip_call_id, started_at, ringing_at, answered_at, connected_at, ended_at, ended_by, disposition, notes,
      callback_at, recording, recording_ms)
    VALUES (${attemptId}, 'main', ${records.campaign.id}, 1, ${records.leadset.id}, '+12125550014', '', 0, ${records.person.id}, 0, 'answered', 200, 'OK', '', 1760000000000, 1760000001000, 1760000002000,
      1760000002000, 1760000090000, 'customer', 'SALE MADE', 'Wants the yearly plan.', 0, '', 0);`);
  const leads = await client.get<{ items: { id: number }[] }>(`/leadsets/${records.leadset.id}/leads`);
  leadId = leads.items[0]?.id ?? 0;
});

test.afterAll(async () => {
  await client?.dispose();
  await carillon?.stop();
});

async function open(context: BrowserContext, path: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${carillon.url}${path}`);
  await loaded(page);
  return page;
}

async function loaded(page: Page): Promise<void> {
  await expect(page.locator('h1')).toBeVisible();
  await expect(page.getByRole('status', { name: /Loading/ })).toHaveCount(0);
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`pages of a supervisor, ${colorScheme}`, async ({ browser }) => {
    test.setTimeout(900_000);
    const context = await browser.newContext({ colorScheme, ignoreHTTPSErrors: true, viewport: { width: 1440, height: 900 } });
    const signInPage = await open(context, '/sign-in');
    await expectNoSeriousFault(signInPage);
    await signIn(signInPage, carillon.url, administrator);
    const paths = [
      '/', '/?tab=agents', '/?tab=scripts', '/?tab=leadsets', '/campaigns/new', `/campaigns/${records.campaign.id}`,
      `/campaigns/${records.campaign.id}/edit`, `/scripts/${records.script.id}`, `/agents/${records.person.id}`, '/agents/new',
      `/leadsets/${records.leadset.id}`, `/leadsets/${records.leadset.id}?tab=data`, `/leadsets/${records.leadset.id}/edit`, `/leadsets/${records.leadset.id}/upload`,
      `/leadsets/${records.leadset.id}/add`, `/leads/${leadId}`, '/calls', '/callbacks', '/do-not-call', '/do-not-call/upload', '/audit', '/trunks', '/trunks/new', '/sip-profiles', '/sip-profiles/new', '/agents/bulk', '/agents/import', '/users',
      '/users/new', '/tokens', '/webhooks', '/webhooks/new',
    ];
    for (const path of paths) {
      await test.step(path, async () => {
        const page = await open(context, path);
        await expectNoSeriousFault(page);
        await page.close();
      });
    }
    await context.close();
  });

  test(`drawers and dialogs of a supervisor, ${colorScheme}`, async ({ browser }) => {
    const context = await browser.newContext({ colorScheme, ignoreHTTPSErrors: true, viewport: { width: 1280, height: 720 } });
    const page = await context.newPage();
    await signIn(page, carillon.url, administrator);
    await page.goto(`${carillon.url}/calls?open=${attemptId}`);
    await expect(page.getByRole('dialog').getByText('Wants the yearly plan.')).toBeVisible();
    await expectNoSeriousFault(page);
    await page.screenshot({ path: `test-results/call-${colorScheme}.png` });
    await page.goto(`${carillon.url}/campaigns/${records.campaign.id}`);
    await page.getByRole('button', { name: 'Manage Agents' }).click();
    await expect(page.getByRole('dialog').getByRole('checkbox', { name: new RegExp(agent.name) })).toBeChecked();
    await expectNoSeriousFault(page);
    await page.screenshot({ path: `test-results/manage-agents-${colorScheme}.png` });
    await context.close();
  });

  test(`a new password, ${colorScheme}`, async ({ browser }) => {
    const { users } = await client.post<{ users: { username: string; password: string }[] }>('/users/bulk', { count: 1, username_pattern: `${colorScheme}-##` });
    const context = await browser.newContext({ colorScheme, ignoreHTTPSErrors: true, viewport: { width: 1280, height: 720 } });
    const page = await context.newPage();
    await signIn(page, carillon.url, users[0] ?? administrator);
    await expect(page.getByRole('heading', { name: 'Choose a password' })).toBeVisible();
    await expectNoSeriousFault(page);
    await page.screenshot({ path: `test-results/new-password-${colorScheme}.png` });
    await context.close();
  });

  test(`the first run, ${colorScheme}`, async ({ browser }) => {
    const fresh = await Carillon.start();
    const context = await browser.newContext({ colorScheme, ignoreHTTPSErrors: true, viewport: { width: 1280, height: 720 } });
    const page = await context.newPage();
    const look = async (name: string) => {
      await expectNoSeriousFault(page);
      await page.screenshot({ path: `test-results/setup-${name}-${colorScheme}.png`, fullPage: true });
    };
    try {
      await page.goto(`${fresh.url}/setup`);
      await page.getByLabel('Setup code').fill(setupCode);
      await look('code');
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.getByLabel('Your name').fill(administrator.name);
      await page.getByLabel('User name').fill(administrator.username);
      await page.getByLabel(/^Password/).fill(administrator.password);
      await look('account');
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.getByRole('button', { name: 'Create the account' }).click();
      await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Carrier');
      await page.getByLabel('Host').fill('127.0.0.1');
      await look('trunk');
      await page.getByRole('button', { name: 'Add the trunk' }).click();
      await expect(page.getByRole('button', { name: 'Create token' })).toBeVisible();
      await look('token');
      await page.getByRole('button', { name: 'Later' }).click();
      await expect(page.getByText('carillon.db')).toBeVisible();
      await look('system');
      await page.getByRole('button', { name: 'Continue' }).click();
      await expect(page.getByRole('button', { name: 'Call', exact: true })).toBeVisible();
      await look('done');
    } finally {
      await context.close();
      await fresh.stop();
    }
  });

  test(`the agent console, ${colorScheme}`, async ({ browser }) => {
    const context = await browser.newContext({ colorScheme, ignoreHTTPSErrors: true, permissions: ['microphone'] });
    const page = await context.newPage();
    await signIn(page, carillon.url, agent);
    await expect(page.getByRole('button', { name: /Solar renewals/ })).toBeVisible();
    await expectNoSeriousFault(page);
    await chooseCampaign(page);
    await expectNoSeriousFault(page);
    await page.getByRole('button', { name: 'Headset and sounds' }).click();
    await expect(page.getByText('Sound of a new call')).toBeVisible();
    await expectNoSeriousFault(page);
    await page.keyboard.press('Escape');
    await expect(page.getByText('Sound of a new call')).toBeHidden();
    await leaveCampaign(page);
    await context.close();
  });
}

test('the dashboard can be used by keyboard alone', async ({ page }) => {
  await signIn(page, carillon.url, administrator);
  await expect(page.getByRole('heading', { name: 'Dashboard' })).toBeVisible();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to the content' })).toBeFocused();
  await page.getByRole('tab', { name: 'Campaigns' }).focus();
  await page.keyboard.press('ArrowRight');
  await expect(page).toHaveURL(/tab=agents/);
  await expect(page.getByRole('gridcell', { name: agent.name })).toBeVisible();
});

for (const width of [390, 768, 1024, 2560]) {
  test(`no page is wider than a screen of ${width}`, async ({ browser }) => {
    const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width, height: 844 } });
    const page = await context.newPage();
    await signIn(page, carillon.url, administrator);
    for (const path of ['/', `/campaigns/${records.campaign.id}`, '/campaigns/new', `/leadsets/${records.leadset.id}`, '/calls', '/audit', '/trunks/new']) {
      await page.goto(`${carillon.url}${path}`);
      await loaded(page);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(overflow, path).toBeLessThanOrEqual(0);
    }
    await context.close();
  });
}
