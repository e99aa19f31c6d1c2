import { readFile } from 'node:fs/promises';
import { expect, test, type Page } from '@playwright/test';
import { Sandbox, type Carillon } from './carillon';
import { Office } from './office';
import { expectNotice, figure, signIn } from './people';
import type { ProgramClient } from './program_client';

// Agents and settings, as an administrator meets them.
let office: Office;
let carillon: Carillon;
let client: ProgramClient;
let page: Page;

test.beforeAll(async ({ browser }) => {
  office = await Office.open(browser);
  ({ carillon, client, page } = office);
});

test.afterAll(() => office?.close());

test('SIP profiles are created, changed and deleted; a refused name is said beside the field', async () => {
  await page.goto('/sip-profiles');
  await page.getByRole('link', { name: 'New SIP profile' }).first().click();
  const name = page.getByRole('textbox', { name: 'Name' });
  await name.fill('Desk phones');
  await page.getByRole('combobox', { name: 'Agents talk' }).click();
  await page.getByRole('option', { name: 'Browser (WebRTC)' }).click();
  await expect(page.getByRole('combobox', { name: 'Codecs' })).toHaveCount(0);
  await page.getByRole('combobox', { name: 'Agents talk' }).click();
  await page.getByRole('option', { name: 'Desk phone over TLS' }).click();
  await page.getByRole('combobox', { name: 'Codecs' }).click();
  await page.getByRole('option', { name: 'PCMA (A-law) first, then PCMU' }).click();
  await page.getByRole('button', { name: 'Create SIP profile' }).click();
  await expect(page.getByRole('gridcell', { name: 'Desk phone over TLS' })).toBeVisible();
  const { items } = await client.get<{ items: { id: number; protocol: string; codecs: string[]; sip_ping: boolean }[] }>('/sip_profiles');
  expect(items).toMatchObject([{ protocol: 'tls', codecs: ['PCMA', 'PCMU'], sip_ping: true }]);

  await page.getByRole('link', { name: 'New SIP profile' }).first().click();
  await name.fill('Desk phones');
  await page.getByRole('button', { name: 'Create SIP profile' }).click();
  await expect(page.getByText('The name Desk phones is taken. Choose another one.')).toBeVisible();
  await name.fill('To be deleted');
  await page.getByRole('button', { name: 'Create SIP profile' }).click();
  await expect(page.getByRole('gridcell', { name: 'To be deleted' })).toBeVisible();

  await page.getByRole('link', { name: 'Desk phones' }).click();
  await page.getByRole('switch', { name: /SIP ping/ }).click();
  const pattern = page.getByRole('textbox', { name: 'Dial pattern' });
  await pattern.fill('49-anything');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(pattern).toHaveAccessibleDescription(/holds digits, X, Z, N, and a dot/);
  await pattern.fill('49.,1NXXNXXXXXX');
  await page.getByRole('textbox', { name: 'Channels' }).fill('2');
  await page.getByRole('textbox', { name: 'Bandwidth, kbit/s' }).fill('128');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('gridcell', { name: 'Off', exact: true })).toBeVisible();
  const { items: profiles } = await client.get<{ items: object[] }>('/sip_profiles');
  expect(profiles).toContainEqual(expect.objectContaining({ dial_pattern: '49.,1NXXNXXXXXX', channels: 2, cps: 1, bandwidth_kbps: 128, sip_ping: false }));

  await page.getByRole('row', { name: /To be deleted/ }).getByRole('checkbox').check();
  await page.getByRole('button', { name: 'Delete 1' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete 1 SIP profile' }).click();
  await expect(page.getByRole('gridcell', { name: 'To be deleted' })).toHaveCount(0);
});

test('many agents are created at once, and each chooses a password at the first sign-in', async ({ browser }) => {
  await page.goto('/?tab=agents');
  await page.getByRole('link', { name: 'Create many' }).click();
  await page.getByRole('textbox', { name: 'How many' }).fill('3');
  await page.getByRole('textbox', { name: 'User names' }).fill('no spaces ##');
  await page.getByRole('button', { name: 'Create agents' }).click();
  await expect(page.getByText(/A username is 1 to 64 characters/)).toBeVisible();
  await page.getByRole('textbox', { name: 'User names' }).fill('desk-##');
  await page.getByRole('textbox', { name: 'Names', exact: true }).fill('Desk ##');
  await page.getByRole('combobox', { name: 'SIP profile' }).click();
  await page.getByRole('option', { name: 'Desk phones' }).click();
  await page.getByRole('button', { name: 'Create agents' }).click();
  await expect(page.getByRole('heading', { name: '3 people are created' })).toBeVisible();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download credentials' }).click();
  const file = await readFile(await (await download).path(), 'utf8');
  const rows = file.trim().split('\r\n').map((line) => line.split(','));
  expect(rows[0]?.slice(1)).toEqual(['username', 'role', 'one-time password', 'SIP user name', 'SIP password']);
  expect(rows.slice(1).map((row) => row[1])).toEqual(['desk-01', 'desk-02', 'desk-03']);
  await expect(page.getByText(/The credentials are downloaded/)).toBeVisible();

  const context = await browser.newContext({ ignoreHTTPSErrors: true, baseURL: carillon.url });
  const newcomer = await context.newPage();
  const oneTime = rows[1]?.[3] ?? '';
  await newcomer.goto('/sign-in');
  await newcomer.getByLabel('User name').fill('desk-01');
  await newcomer.getByLabel(/^Password/).fill(oneTime);
  await newcomer.getByRole('button', { name: 'Sign in' }).click();
  await expect(newcomer.getByRole('heading', { name: 'Choose a password' })).toBeVisible();
  await newcomer.goto('/console');
  await expect(newcomer.getByRole('heading', { name: 'Choose a password' })).toBeVisible();
  await newcomer.getByLabel('One-time password').fill(oneTime);
  await newcomer.getByLabel('New password', { exact: false }).first().fill('a garden of my own');
  await newcomer.getByLabel('New password, again').fill('a garden of mine');
  await newcomer.getByRole('button', { name: 'Save and go on' }).click();
  await expect(newcomer.getByText('This is not the password above.')).toBeVisible();
  await newcomer.getByLabel('New password, again').fill('a garden of my own');
  await newcomer.getByRole('button', { name: 'Save and go on' }).click();
  await expect(newcomer).toHaveURL(/console/);

  // The supervisor sees at once who is there.
  await page.goto('/?tab=agents');
  await expect(page.getByRole('row', { name: /Desk 01/ }).getByText('Online', { exact: true })).toBeVisible();
  await expect(page.getByRole('row', { name: /Desk 02/ }).getByText('Not registered')).toBeVisible();
  await context.close();
  await expect(page.getByRole('row', { name: /Desk 01/ }).getByText('Offline', { exact: true })).toBeVisible();
});

test('the table of agents tells what their SIP profile says', async () => {
  const { items } = await client.get<{ items: { id: number; name: string }[] }>('/sip_profiles');
  const profile = items.find(({ name }) => name === 'Desk phones')?.id;
  await client.patch(`/sip_profiles/${profile}`, { bandwidth_kbps: 96, cps: 3, channels: 7, dial_pattern: 'X.' });
  await page.goto('/?tab=agents&hidden=[]&search=desk-01');
  const row = page.getByRole('row', { name: /Desk 01/ });
  const shown: [column: string, text: string][] = [['protocol', 'Desk phone over TLS'], ['sip_ping', 'Off'], ['bandwidth_kbps', '96'], ['cps', '3'], ['channels', '7'], ['dial_pattern', 'X.']];
  for (const [column, text] of shown) {
    await expect(row.locator(`[col-id=${column}]`)).toHaveText(text);
  }
  await page.goto('/?tab=agents');
  await expect(page.getByRole('columnheader', { name: 'Protocol' })).toBeVisible();
  await expect(page.getByRole('columnheader', { name: 'Bandwidth' })).toHaveCount(0);
});

test('a person who forgot the password gets one for a single sign-in', async ({ browser }) => {
  const { items } = await client.get<{ items: { id: number; username: string }[] }>('/users?search=desk-02');
  await page.goto(`/agents/${items[0]?.id}`);
  await page.getByRole('textbox', { name: 'New password' }).fill('only for today');
  await expect(page.getByRole('switch', { name: /Good for one sign-in/ })).toBeChecked();
  await page.getByRole('button', { name: 'Save' }).click();
  await expectNotice(page, 'Desk 02 is saved.');
  const context = await browser.newContext({ ignoreHTTPSErrors: true, baseURL: carillon.url });
  const agent = await context.newPage();
  await signIn(agent, carillon.url, { username: 'desk-02', password: 'only for today' });
  await expect(agent.getByRole('heading', { name: 'Choose a password' })).toBeVisible();
  await context.close();
});

test('agents are imported from a file, and rejected rows are told with line and reason', async () => {
  await page.goto('/agents/import');
  const csv = 'name,username,profile\nAnn Archer,ann,\nBo,desk-01,\nCy,cy,Nowhere\n';
  await page.getByLabel('Drop a CSV file of people here').setInputFiles({ name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) });
  await expect(page.getByRole('heading', { name: '1 person is created' })).toBeVisible();
  await expect(page.getByRole('heading', { name: '2 rows were rejected' })).toBeVisible();
  await expect(page.getByRole('row', { name: /3 .*desk-01 is taken/ })).toBeVisible();
  await expect(page.getByRole('row', { name: /4 .*There is no SIP profile Nowhere/ })).toBeVisible();
});

test('a file of numbers goes onto a do-not-call list, with a report of what was rejected', async () => {
  await page.goto('/do-not-call');
  await page.getByRole('link', { name: 'Upload a file' }).click();
  const numbers = Array.from({ length: 700 }, (_, index) => `+1212${2_000_000 + index}`);
  const text = ['phone', ...numbers, 'nonsense', numbers[0]].join('\n') + '\n';
  await page.getByLabel('Drop a file of numbers here').setInputFiles({ name: 'numbers.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
  await page.getByRole('textbox', { name: 'Country of national numbers' }).fill('zz');
  await page.getByRole('button', { name: 'List the numbers' }).click();
  await expect(page.getByText(/There is no country with this code/)).toBeVisible();
  await page.getByRole('textbox', { name: 'Country of national numbers' }).fill('us');
  await page.getByRole('textbox', { name: 'Reason' }).fill('register');
  await page.getByRole('button', { name: 'List the numbers' }).click();
  await expect(page.getByRole('heading', { name: 'Listed', exact: true })).toBeVisible();
  await expect(figure(page, 'New on the list')).toHaveText('700');
  await expect(figure(page, 'Listed already')).toHaveText('1');
  await expect(figure(page, 'Rejected')).toHaveText('1');
  await page.reload();
  await expect(figure(page, 'New on the list')).toHaveText('700');
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Rejected rows' }).click();
  expect(await readFile(await (await download).path(), 'utf8')).toContain('702,');
  await page.getByRole('link', { name: 'See the list' }).click();
  await page.getByRole('textbox', { name: 'Search numbers' }).fill('+12122000123');
  await expect(page.getByRole('gridcell', { name: '+12122000123', exact: true })).toBeVisible();
  await expect(page.getByRole('gridcell', { name: 'register' })).toBeVisible();
  const exported = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export as CSV' }).click();
  expect((await readFile(await (await exported).path(), 'utf8')).trim().split('\r\n')).toHaveLength(701);
});

test('the list of numbers that was chosen is in the URL; rows that fail to load are told, and fetched again', async () => {
  await page.goto('/do-not-call');
  await page.getByRole('combobox', { name: 'List' }).click();
  await page.getByRole('option', { name: 'System-wide' }).click();
  await expect(page).toHaveURL(/list=system/);
  await page.reload();
  await expect(page.getByRole('combobox', { name: 'List' })).toHaveValue('System-wide');
  await expect(page.getByRole('gridcell', { name: '+12122000000', exact: true })).toBeVisible();

  const later = /\/api\/v1\/dnc\?.*offset=[1-9]/;
  await page.route(later, (route) => route.fulfill({ status: 500, json: { error: { code: 'internal', message: 'The disk is on fire.' } } }));
  await page.getByRole('gridcell', { name: '+12122000000', exact: true }).hover();
  await page.mouse.wheel(0, 100_000);
  await expect(page.getByText('Some rows could not be loaded. The disk is on fire.')).toBeVisible();
  await page.screenshot({ path: 'test-results/rows-failed.png' });
  await page.unroute(later);
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByText(/Some rows could not be loaded/)).toHaveCount(0);
  await expect(page.getByRole('gridcell', { name: '+12122000699', exact: true })).toBeVisible();
});

test('a trunk: what is refused stands beside its field; it is changed and deleted', async () => {
  await page.goto('/trunks/new');
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Northern carrier');
  const host = page.getByRole('textbox', { name: 'Host' });
  await host.fill('sip carrier example');
  await page.getByRole('combobox', { name: 'Transport' }).click();
  await page.getByRole('option', { name: 'TLS' }).click();
  await page.getByRole('textbox', { name: 'Password' }).fill('secret words');
  await page.getByRole('button', { name: 'Create trunk' }).click();
  await expect(host).toHaveAttribute('aria-invalid', 'true');
  await host.fill('127.0.0.1');
  await page.getByRole('textbox', { name: 'Tech prefix' }).fill('9#');
  await page.getByRole('button', { name: 'Create trunk' }).click();
  await page.getByRole('link', { name: 'Northern carrier' }).click();
  await expect(page.getByText('One is stored; leave empty to keep it')).toBeVisible();
  await page.getByRole('textbox', { name: 'Channels' }).fill('7');
  await page.getByRole('button', { name: 'Save' }).click();
  const row = page.getByRole('row', { name: /Northern carrier/ });
  await expect(row.getByRole('gridcell', { name: '7', exact: true })).toBeVisible();
  const { items } = await client.get<{ items: object[] }>('/trunks');
  expect(items).toMatchObject([{ name: 'Northern carrier', transport: 'tls', tech_prefix: '9#', channels: 7, has_password: true }]);
  await row.getByRole('checkbox').check();
  await page.getByRole('button', { name: 'Delete 1' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete 1 trunk' }).click();
  await expect(page.getByText('No trunk yet')).toBeVisible();
});

test('people have roles: a supervisor sees no settings of administrators, and creates agents', async ({ browser }) => {
  await page.goto('/users/new');
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Sam Supervisor');
  await page.getByRole('textbox', { name: 'User name' }).fill('sam');
  await page.getByRole('textbox', { name: 'Password' }).fill('a quiet afternoon');
  await expect(page.getByRole('combobox', { name: 'Role' })).toHaveValue('Supervisor');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await expect(page.getByRole('row', { name: /Sam Supervisor.*Never/ })).toBeVisible();

  const context = await browser.newContext({ ignoreHTTPSErrors: true, baseURL: carillon.url });
  const sam = await context.newPage();
  await signIn(sam, carillon.url, { username: 'sam', password: 'a quiet afternoon' });
  await expect(sam.getByRole('link', { name: 'API tokens' })).toHaveCount(0);
  await sam.goto('/users/new');
  await sam.getByRole('textbox', { name: 'Name', exact: true }).fill('Abe Agent');
  await expect(sam.getByRole('combobox', { name: 'Role' })).toHaveCount(0);
  await sam.getByRole('textbox', { name: 'User name' }).fill('abe');
  await sam.getByRole('textbox', { name: 'Password' }).fill('a quiet evening');
  await sam.getByRole('button', { name: 'Create agent' }).click();
  await expect(sam.getByRole('row', { name: /Abe Agent.*Agent/ })).toBeVisible();
  await context.close();

  // Who was seen today is found by the day, and by the words on the screen.
  await page.goto('/users');
  await page.getByRole('textbox', { name: 'Search people' }).fill('never');
  await expect(page.getByRole('row', { name: /Abe Agent/ })).toBeVisible();
  await expect(page.getByRole('row', { name: /Sam Supervisor/ })).toHaveCount(0);
  await page.goto('/users');
  await page.getByRole('gridcell', { name: 'Sam Supervisor' }).click();
  await page.getByRole('combobox', { name: 'Role' }).click();
  await page.getByRole('option', { name: 'Administrator' }).click();
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('row', { name: /Sam Supervisor.*Administrator/ })).toBeVisible();
});

test('a token is shown once, works, and is taken back', async ({ request }) => {
  await page.goto('/tokens');
  await page.getByRole('button', { name: 'New token' }).first().click();
  const dialog = page.getByRole('dialog', { name: 'New API token' });
  await dialog.getByRole('textbox', { name: 'Name' }).fill('CRM');
  await dialog.getByRole('button', { name: 'Create token' }).click();
  const token = (await dialog.locator('pre').textContent()) ?? '';
  await dialog.getByRole('button', { name: 'Done' }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole('row', { name: /CRM.*Supervisor.*Never/ })).toBeVisible();
  const ask = () => request.get(`${carillon.url}/api/v1/campaigns`, { headers: { Authorization: `Bearer ${token}` } });
  expect((await ask()).status()).toBe(200);
  await page.getByRole('row', { name: /CRM/ }).getByRole('checkbox').check();
  await page.getByRole('button', { name: 'Delete 1' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete 1 token' }).click();
  await expect(page.getByText('No API token')).toBeVisible();
  expect((await ask()).status()).toBe(401);
});

test('a test call goes through the trunk and is told step by step', async () => {
  const sandbox = await Sandbox.start();
  try {
    const trunk = await client.post('/trunks', { name: 'Sandbox', host: '127.0.0.1', port: sandbox.port });
    await page.goto(`/trunks/${trunk.id}`);
    const number = page.getByRole('textbox', { name: 'Number to call' });
    await number.fill('12');
    await page.getByRole('button', { name: 'Call', exact: true }).click();
    await expect(number).toHaveAttribute('aria-invalid', 'true');
    await number.fill('+12125550014');
    await page.getByRole('button', { name: 'Call', exact: true }).click();
    for (const step of ['Trying', 'Answered', 'Message', 'Ended']) {
      await expect(page.getByText(step, { exact: true })).toBeVisible({ timeout: 60_000 });
    }
  } finally {
    await sandbox.stop();
  }
});

test('the audit log says who did what, without secrets', async () => {
  await page.goto('/audit');
  await page.getByRole('combobox', { name: 'Kind' }).click();
  await page.getByRole('option', { name: 'Trunk', exact: true }).click();
  await expect(page.getByRole('row', { name: /ada.*Test call.*\+12125550014/ })).toBeVisible();
  await expect(page.getByRole('row', { name: /ada.*Created.*Sandbox/ })).toBeVisible();
  const exported = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export as CSV' }).click();
  const file = await readFile(await (await exported).path(), 'utf8');
  expect(file).toContain('test call');
  expect(file).not.toContain('sip_profile');
});

test('general settings are saved, and what is refused is said beside the field', async () => {
  await page.goto('/');
  await page.getByRole('link', { name: 'General' }).click();
  const days = page.getByRole('textbox', { name: 'Keep recordings for, days' });
  await expect(days).toHaveValue('0');
  await days.fill('90');
  const domain = page.getByRole('textbox', { name: 'Domain' });
  await domain.fill('two words');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('The field domain must be a host name or an address.')).toBeVisible();
  await domain.fill('calls.example.com');
  await page.getByRole('button', { name: 'Save' }).click();
  await expectNotice(page, 'The settings are saved.');
  expect(await client.get('/settings')).toEqual({ recordings_keep_days: 90, domain: 'calls.example.com' });
  await page.reload();
  await expect(days).toHaveValue('90');
  await expect(domain).toHaveValue('calls.example.com');
});

test('a do-not-call list is emptied, after its number of entries was read', async () => {
  await client.post('/dnc', { phone: '+12123000001' });
  const { total } = await client.get<{ total: number }>('/dnc?system_wide=true&limit=1');
  await page.goto('/do-not-call');
  await expect(page.getByRole('button', { name: 'Empty the list' })).toHaveCount(0);
  await page.getByRole('combobox', { name: 'List' }).click();
  await page.getByRole('option', { name: 'System-wide' }).click();
  await page.getByRole('button', { name: 'Empty the list' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText(`Take all ${total} numbers off the list of all campaigns?`);
  await dialog.getByRole('button', { name: `Take off ${total}` }).click();
  await expectNotice(page, `${total} numbers are off the list of all campaigns.`);
  await expect(page.getByText('No number matches')).toBeVisible();
  await expect.poll(async () => (await client.get<{ total: number }>('/dnc?system_wide=true')).total).toBe(0);
});
