import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, type Locator, type Page } from '@playwright/test';
import { expectAccessible } from './accessible';
import type { Carillon } from './carillon';
import { Office } from './office';
import { expectNotice, figure } from './people';
import type { ProgramClient } from './program_client';

// Leadsets and their leads, in large numbers.
let office: Office;
let carillon: Carillon;
let client: ProgramClient;
let page: Page;
let leadset: { id: number };

const count = 250;

test.beforeAll(async ({ browser }) => {
  office = await Office.open(browser, '--private-upload-urls', 'true');
  ({ carillon, client, page } = office);
  const records = await client.prepareCampaign({ phones: [], active: false });
  leadset = records.leadset;
  const rows = Array.from({ length: count }, (_, n) => `+1212555${String(1000 + n)},First${n},${n % 2 ? 'Odd' : 'Even'}${n},${n < 40 ? 'Oslo' : 'Bergen'},${n % 5 ? 'Gold' : 'Silver'}`);
  await client.importText(leadset.id, ['Phone,First name,Last name,City,Plan', ...rows].join('\n'), {
    0: 'phone', 1: 'first_name', 2: 'last_name', 3: 'city', 4: 'custom:Plan',
  });
});

test.afterAll(() => office?.close());

function cell(text: string): Locator {
  return page.getByRole('gridcell', { name: text, exact: true });
}
const matching = () => page.getByLabel('Leads that match');

test('a leadset opens on its dashboard', async () => {
  await page.goto(`/leadsets/${leadset.id}`);
  await expect(page.getByRole('heading', { name: 'Lead status' })).toBeVisible();
  await expect(page.getByText('No call has a disposition yet')).toBeVisible();
  await expect(page.getByText('No agent has taken a call of these leads yet.')).toBeVisible();
  const state = page.getByRole('switch', { name: 'On' });
  await state.click({ force: true });
  await expect(page.getByRole('switch', { name: 'Off' })).not.toBeChecked();
  await page.getByRole('switch', { name: 'Off' }).click({ force: true });
  await expect(page.getByRole('switch', { name: 'On' })).toBeChecked();
  await expectAccessible(page);
  await page.screenshot({ path: 'test-results/leadset-dashboard.png', fullPage: true });
});

test('its data is sorted, and the order is in the URL', async () => {
  await page.goto(`/leadsets/${leadset.id}`);
  await page.getByRole('tab', { name: 'Leadset data' }).click();
  await expect(matching()).toHaveText(String(count));
  await expect(cell('+12125551000')).toBeVisible();
  await expect(page.getByRole('columnheader', { name: 'Plan' })).toBeVisible();
  const phone = page.getByRole('columnheader', { name: 'Phone', exact: true });
  await phone.click();
  await expect(page).toHaveURL(/sort=phone/);
  await phone.click();
  await expect(page).toHaveURL(/sort=-phone/);
  await expect(cell('+12125551249')).toBeVisible();
  await page.reload();
  await expect(cell('+12125551249')).toBeVisible();
  await expectAccessible(page);
  await page.screenshot({ path: 'test-results/leadset-data.png' });
});

test('it is filtered by name, by column and by own column', async () => {
  await page.goto(`/leadsets/${leadset.id}?tab=data`);
  await page.getByLabel('Search leads').fill('odd7');
  await expect(cell('Odd7')).toBeVisible();
  await expect(matching()).toHaveText('6'); // Odd7, Odd71 and on
  await page.getByRole('button', { name: 'Clear', exact: true }).click();
  await expect(matching()).toHaveText(String(count));
  await page.getByRole('button', { name: 'Columns', exact: true }).click();
  await page.getByRole('combobox', { name: 'Column', exact: true }).fill('City');
  await page.getByRole('option', { name: 'City', exact: true }).click();
  await page.getByLabel('Begins with').fill('osl');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(matching()).toHaveText('40');
  await page.getByRole('combobox', { name: 'Column', exact: true }).fill('Plan');
  await page.getByRole('option', { name: 'Plan', exact: true }).click();
  await page.getByLabel('Begins with').fill('silver');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(matching()).toHaveText('8');
  await page.keyboard.press('Escape');
  await page.reload();
  await expect(matching()).toHaveText('8');
});

test('columns are chosen, and the choice is in the URL', async () => {
  await page.goto(`/leadsets/${leadset.id}?tab=data`);
  await page.getByRole('button', { name: 'Choose columns' }).click();
  await page.getByRole('menuitem').filter({ hasText: /^State$/ }).click();
  await page.getByRole('menuitem').filter({ hasText: /^Email$/ }).click();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('menu')).toBeHidden();
  await expect(page.getByRole('columnheader', { name: 'State' })).toHaveCount(0);
  await expect(page).toHaveURL(/email/);
  await page.reload();
  await expect(matching()).toHaveText(String(count));
  await expect(page.getByRole('columnheader', { name: 'State' })).toHaveCount(0);
});

test('a cell is edited in place; a refusal stands beside it', async () => {
  await page.goto(`/leadsets/${leadset.id}?tab=data&sort=phone`);
  await cell('First0').dblclick();
  await page.getByRole('textbox', { name: 'First name' }).fill('Wanda');
  await page.keyboard.press('Enter');
  await expect(cell('Wanda')).toBeVisible();

  await cell('+12125551000').dblclick();
  await page.getByRole('textbox', { name: 'Phone', exact: true }).fill('12');
  await page.keyboard.press('Enter');
  const again = page.getByRole('textbox', { name: 'Phone', exact: true });
  await expect(again).toHaveValue('12');
  await expect(again).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByRole('alert').filter({ hasText: /number/i })).toBeVisible();
  await page.screenshot({ path: 'test-results/leadset-data-refusal.png' });
  await page.keyboard.press('Escape');
  await expect(cell('+12125551000')).toBeVisible();

  // An own column, by keyboard.
  await page.locator('.ag-row', { has: cell('Wanda') }).getByRole('gridcell', { name: 'Silver' }).click();
  await page.keyboard.press('Enter');
  await page.getByRole('textbox', { name: 'Plan' }).fill('Platinum');
  await page.keyboard.press('Enter');
  await expect(cell('Platinum')).toBeVisible();
  const { items } = await client.get<{ items: { first_name: string; custom: Record<string, string> }[] }>(
    `/leadsets/${leadset.id}/leads?search=wanda`,
  );
  expect(items[0]).toMatchObject({ first_name: 'Wanda', custom: { Plan: 'Platinum' } });
});

test('a field is set for chosen leads, and for all that match', async () => {
  await page.goto(`/leadsets/${leadset.id}?tab=data&sort=phone`);
  const boxes = page.getByRole('checkbox', { name: /row selection/ });
  await boxes.nth(0).check({ force: true });
  await boxes.nth(1).check({ force: true });
  await expect(page.getByText('2 leads chosen', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Set a field' }).click();
  await page.getByLabel('Value').fill('');
  await page.getByRole('button', { name: 'Set for 2 leads' }).click();
  await expect(page.getByLabel('Value')).toHaveAttribute('aria-invalid', 'true');
  await page.getByLabel('Value').fill('Hot');
  await page.getByRole('button', { name: 'Set for 2 leads' }).click();
  await expectNotice(page, '2 leads changed.');
  await expect(cell('Hot')).toHaveCount(2);

  await page.goto(`/leadsets/${leadset.id}?tab=data&status=New`);
  await expect(matching()).toHaveText(String(count - 2));
  await boxes.nth(0).check({ force: true });
  await page.getByRole('button', { name: `Choose all ${count - 2} that match` }).click();
  await page.getByRole('button', { name: 'Set a field' }).click();
  await page.getByLabel('Value').fill('Ready');
  await page.screenshot({ path: 'test-results/leadset-data-bulk.png' });
  await page.getByRole('button', { name: `Set for ${count - 2} leads` }).click();
  await expectNotice(page, `${count - 2} leads changed.`);
  await expect(page.getByText('No lead matches')).toBeVisible();
});

test('leads are deleted after a question that names their number', async () => {
  await page.goto(`/leadsets/${leadset.id}?tab=data&status=Hot`);
  await expect(matching()).toHaveText('2');
  await page.getByRole('checkbox', { name: /row selection/ }).nth(0).check({ force: true });
  await page.getByRole('button', { name: 'Choose all 2 that match' }).click();
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(page.getByRole('dialog', { name: 'Delete 2 leads?' })).toBeVisible();
  await page.getByRole('button', { name: 'Delete 2 leads' }).click();
  await expectNotice(page, '2 leads deleted.');
  await page.getByRole('button', { name: 'Clear', exact: true }).click();
  await expect(matching()).toHaveText(String(count - 2));
});

test('a lead is added with every field and an own column', async () => {
  await page.goto(`/leadsets/${leadset.id}/add`);
  await page.getByRole('textbox', { name: 'Phone', exact: true }).fill('12');
  await page.getByRole('button', { name: 'Add lead' }).click();
  await expect(page.getByRole('textbox', { name: 'Phone', exact: true })).toHaveAttribute('aria-invalid', 'true');
  await page.getByRole('textbox', { name: 'Phone', exact: true }).fill('+13125550014');
  await page.getByLabel('Last name').fill('Marsh');
  await page.getByLabel('Security phrase').fill('open sesame');
  await page.getByLabel('Not call until').fill('2031-05-06T07:08');
  await page.getByLabel('Plan', { exact: true }).fill('Gold');
  await page.getByLabel('New column').fill('Colour');
  await page.getByRole('button', { name: 'Add column' }).click();
  await page.getByLabel('Colour', { exact: true }).fill('blue');
  await expectAccessible(page);
  await page.screenshot({ path: 'test-results/lead-add.png', fullPage: true });
  await page.getByRole('button', { name: 'Add lead' }).click();
  await expect(page.getByRole('tab', { name: 'Leadset data' })).toHaveAttribute('aria-selected', 'true');
  const { items } = await client.get<{ items: Record<string, unknown>[] }>(`/leadsets/${leadset.id}/leads?search=marsh`);
  expect(items[0]).toMatchObject({ security_phrase: 'open sesame', custom: { Plan: 'Gold', Colour: 'blue' } });
  expect(items[0]?.not_call_until).toBeGreaterThan(Date.now());
});

test('Data Recycle counts, brings back and is undone', async () => {
  await page.goto('about:blank');
  await carillon.withHistory(`
    UPDATE leads SET finished = 1, called_count = 3, last_called_at = 1760000000000, last_outcome = 'busy' WHERE phone LIKE '+121255511__';
    UPDATE leads SET last_outcome = 'answered', last_disposition = 'CALL BACK' WHERE phone LIKE '+1212555111_';
    UPDATE leads SET last_outcome = 'answered', last_disposition = 'SALE MADE' WHERE phone LIKE '+1212555112_';
    INSERT INTO attempts (id, node, campaign_id, lead_id, leadset_id, phone, caller_id, trunk_id, agent_id, agent_session_id, outcome,
      sip_status, sip_reason, sip_call_id, started_at, ringing_at, answered_at, connected_at, ended_at, ended_by, disposition, notes,
      callback_at, recording, recording_ms) SELECT id + 1000, 'main', 1, id, leadset_id, phone, '', 0, 2, 0, last_outcome, 486, '', '', last_called_at, 0, 0, 0,
      last_called_at + 30000, 'customer', last_disposition, '', 0, '', 0 FROM leads WHERE finished = 1;`);
  await page.goto(`${carillon.url}/leadsets/${leadset.id}`);
  await expect(page.getByRole('img', { name: /Dispositions of 20 calls: .*SALE MADE 10/ })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Lead agents activity' }).last()).toContainText('CALL BACK');
  await expectAccessible(page);
  await page.screenshot({ path: 'test-results/leadset-dashboard-calls.png', fullPage: true });

  await page.getByRole('button', { name: 'Data Recycle' }).click();
  const dialog = page.getByRole('dialog', { name: 'Data Recycle' });
  await expect(dialog.getByRole('listitem').filter({ hasText: 'Busy' })).toContainText('80');
  await expect(dialog.getByLabel('SALE MADE')).toBeDisabled();
  await dialog.getByLabel('Busy').check();
  await expect(dialog.getByRole('button', { name: 'Bring back 80 leads' })).toBeEnabled();
  await expectAccessible(page);
  await page.screenshot({ path: 'test-results/data-recycle.png' });
  await dialog.getByRole('button', { name: 'Bring back 80 leads' }).click();
  await expectNotice(page, '80 leads brought back.');
  await expect.poll(() => client.get(`/leadsets/${leadset.id}/lead_count?finished=true`)).toEqual({ total: 20 });

  await page.getByRole('button', { name: 'Data Recycle' }).click();
  await dialog.getByRole('button', { name: 'Undo' }).click();
  await expect(dialog.getByText(/: 80 leads finished again\.$/)).toBeVisible();
  await expect.poll(() => client.get(`/leadsets/${leadset.id}/lead_count?finished=true`)).toEqual({ total: 100 });
});

test('a file comes from a URL; its mapping is remembered; pasted text stays', async () => {
  const csv = 'Tel;Who;Colour\n+13125550021;Uma;red\n';
  const files = createServer((request, response) => {
    if (request.url === '/moved') response.writeHead(302, { location: '/leads.csv' }).end();
    else if (request.url === '/leads.csv') response.end(csv);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => files.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(files.address() as AddressInfo).port}`;
  try {
    await page.goto(`/leadsets/${leadset.id}/upload`);
    await page.getByText('URL', { exact: true }).click();
    const url = page.getByRole('textbox', { name: 'URL', exact: true });
    await url.fill(`${origin}/nothing`);
    await page.getByRole('button', { name: 'Fetch the file' }).click();
    await expect(page.getByText(/answered 404/)).toBeVisible();
    await expect(url).toHaveAttribute('aria-invalid', 'true');
    await expectAccessible(page);
    await page.screenshot({ path: 'test-results/upload-url.png' });
    await url.fill(`${origin}/moved`);
    await page.getByRole('button', { name: 'Fetch the file' }).click();
    await expect(page.getByText(/UTF-8, semicolon between 3 columns/)).toBeVisible();
    await page.getByRole('cell', { name: 'red' }).click({ button: 'right' });
    await page.getByLabel('Search fields').fill('Favourite');
    await page.getByRole('menuitem', { name: 'Own column: Favourite' }).click();
    await page.getByRole('button', { name: 'Import', exact: true }).click();
    await expect(page.getByRole('heading', { name: 'Imported', exact: true })).toBeVisible();
    // The page of an import is its address: a reload shows it again.
    await page.reload();
    await expect(page.getByRole('heading', { name: 'Imported', exact: true })).toBeVisible();

    await page.getByRole('button', { name: 'Upload more leads' }).click();
    await page.getByText('Pasted text', { exact: true }).click();
    await page.getByLabel('Text', { exact: true }).fill('Tel;Who;Colour\n+13125550022;Vic;green\n');
    await page.getByRole('button', { name: 'Look at the rows' }).click();
    await expect(page.getByText(/Mapped as the last file with this heading/)).toBeVisible();
    await expect(page.getByRole('combobox', { name: 'Map column 3', exact: true })).toHaveValue('Own column: Favourite');
    await page.getByRole('button', { name: 'Other leads' }).click();
    await expect(page.getByLabel('Text', { exact: true })).toHaveValue(/Vic/);
  } finally {
    files.close();
  }
});

test('a file is dropped; its start row is set by a right click, its columns are mapped by keyboard', async () => {
  const fresh = await client.post('/leadsets', { name: 'Dropped', campaign_id: null });
  await page.goto(`/leadsets/${fresh.id}/upload`);
  const csv = 'Leads of May,,,\nTel,Ring again,Shoe size,Whatever\n0151 23456789,2031-05-06 07:08,44,x\n0151 23456780,,,y\n';
  const file = await page.evaluateHandle((text) => {
    const data = new DataTransfer();
    data.items.add(new File([text], 'may.csv', { type: 'text/csv' }));
    return data;
  }, csv);
  await page.getByText('Drop a CSV file here').dispatchEvent('drop', { dataTransfer: file });
  await expect(page.getByRole('heading', { name: /^may.csv/ })).toBeVisible();
  await page.getByRole('cell', { name: '44' }).click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Set Start Row: 3' }).click();
  await expect(page.getByRole('button', { name: '3', exact: true })).toHaveAttribute('aria-pressed', 'true');

  const map = async (column: number, search: string, field: string) => {
    const select = page.getByRole('combobox', { name: `Map column ${column}`, exact: true });
    await select.focus();
    await page.keyboard.press('Control+A');
    await page.keyboard.type(search);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect(select).toHaveValue(field);
  };
  await expect(page.getByRole('combobox', { name: 'Map column 1', exact: true })).toHaveValue('Phone');
  await map(2, 'not call', 'Not call until');
  await map(3, 'European size', 'Own column: European size');
  await expectAccessible(page);
  await page.screenshot({ path: 'test-results/upload-mapping.png' });

  const country = page.getByLabel('Country');
  await country.fill('ZZ');
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await expect(page.getByText("'ZZ' is no country code like US or GB.")).toBeVisible();
  await expect(country).toHaveAttribute('aria-invalid', 'true');
  await country.fill('DE');
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await expect(figure(page, 'Imported')).toHaveText('2');
  const { items } = await client.get<{ items: object[] }>(`/leadsets/${fresh.id}/leads?sort=phone`);
  expect(items[1]).toMatchObject({ phone: '+4915123456789', custom: { 'European size': '44' }, not_call_until: Date.UTC(2031, 4, 6, 7, 8) });
});

test('leads are replaced after a question that names their number', async () => {
  const fresh = await client.post('/leadsets', { name: 'Replaced', campaign_id: null });
  await client.importText(fresh.id, 'Phone\n+13125550031\n+13125550032\n', { 0: 'phone' });
  await page.goto(`/leadsets/${fresh.id}/upload`);
  await page.locator('input[type=file]').setInputFiles({ name: 'new.csv', mimeType: 'text/csv', buffer: Buffer.from('Phone\n+13125550033\nnonsense\n') });
  await page.getByText('Replace', { exact: true }).click();
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Replace 2 leads?' });
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(dialog).toBeHidden();
  await expect.poll(() => client.get(`/leadsets/${fresh.id}/lead_count`)).toEqual({ total: 2 });
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await dialog.getByRole('button', { name: 'Delete 2 and import' }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole('heading', { name: 'Imported', exact: true })).toBeVisible();
  await expectAccessible(page);
  await page.screenshot({ path: 'test-results/upload-report.png' });
  await expect.poll(() => client.get(`/leadsets/${fresh.id}/lead_count`)).toEqual({ total: 1 });
});

test('a running import survives a reload, is found again on the dashboard, and leaves nothing when it is cancelled', async () => {
  const fresh = await client.post('/leadsets', { name: 'Long', campaign_id: null });
  const folder = await mkdtemp(join(tmpdir(), 'carillon-leads-'));
  try {
    const rows = Array.from({ length: 1_000_000 }, (_, n) => `+1312${2_000_000 + n},Name${n}`);
    await writeFile(join(folder, 'long.csv'), `Phone,First name\n${rows.join('\n')}\n`);
    await page.goto(`/leadsets/${fresh.id}/upload`);
    await page.locator('input[type=file]').setInputFiles(join(folder, 'long.csv'));
    await page.getByRole('button', { name: 'Import', exact: true }).click();
    await expect(page.getByRole('heading', { name: 'Importing', exact: true })).toBeVisible();
    await page.reload();
    await expect(page.getByRole('heading', { name: 'Importing', exact: true })).toBeVisible();
    await expect(figure(page, 'Rows read')).not.toHaveText('0');
    await page.getByRole('link', { name: 'Long', exact: true }).click();
    const latest = page.getByRole('region', { name: 'Latest uploads' }).last();
    await expect(latest.getByText('Running')).toBeVisible();
    await page.screenshot({ path: 'test-results/leadset-importing.png', fullPage: true });
    await latest.getByRole('button', { name: 'Cancel' }).click();
    await expect(latest.getByText('Cancelled')).toBeVisible();
    await expect.poll(() => client.get(`/leadsets/${fresh.id}/lead_count`)).toEqual({ total: 0 });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('leadsets are deleted after a question that names the leads in them', async () => {
  for (const name of ['Old', 'Older']) {
    const { id } = await client.post('/leadsets', { name, campaign_id: null });
    await client.post(`/leadsets/${id}/leads`, { phone: '+13125550041' });
  }
  await page.goto('/?tab=leadsets');
  for (const name of ['Old', 'Older']) await page.locator('.ag-row', { has: cell(name) }).getByRole('checkbox', { name: /row selection/ }).check({ force: true });
  await page.getByRole('button', { name: 'Delete 2', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Delete 2 leadsets?' });
  await expect(dialog.getByText('They hold 2 leads, which are deleted, too. This cannot be undone.')).toBeVisible();
  await dialog.getByRole('button', { name: 'Delete 2 leadsets' }).click();
  await expect(cell('Older')).toHaveCount(0);
  await expect(cell('November')).toBeVisible();
});
