import { readFile } from 'node:fs/promises';
import { expect, test, type Page } from '@playwright/test';
import { Office } from './office';
import { figure } from './people';
import type { ProgramClient } from './program_client';

// A supervisor's work on records that are there already.
test.describe.configure({ mode: 'serial' });

let office: Office;
let client: ProgramClient;
let page: Page;
let records: Awaited<ReturnType<ProgramClient['prepareCampaign']>>;

test.beforeAll(async ({ browser }) => {
  office = await Office.open(browser);
  ({ client, page } = office);
  records = await client.prepareCampaign({ phones: ['+12125550014'], active: true });
});

test.afterAll(() => office?.close());

test('a campaign is cloned: the same settings, switched off, without the leads', async () => {
  await page.goto(`/campaigns/${records.campaign.id}`);
  await page.getByRole('link', { name: 'Clone' }).click();
  const name = page.getByRole('textbox', { name: 'Name', exact: true });
  await expect(name).toHaveValue('Copy of Solar renewals');
  await expect(page.getByLabel('Caller ID')).toHaveValue('+12025550100');
  await name.fill('Solar again');
  await page.getByRole('button', { name: 'Create campaign' }).click();
  await expect(page.getByRole('heading', { name: 'Solar again' })).toBeVisible();
  await expect(page.getByText('The campaign is switched off.')).toBeVisible();
  await expect(page.getByRole('link', { name: 'Nina Frost' })).toBeVisible();
  const { items } = await client.get<{ items: { name: string; window_to_min: number; active: boolean }[] }>('/campaigns');
  expect(items.find((each) => each.name === 'Solar again')).toMatchObject({ window_to_min: 1440, active: false });
});

test('leads are pasted from a spreadsheet', async () => {
  await page.goto(`/leadsets/${records.leadset.id}/upload`);
  await page.getByText('Pasted text', { exact: true }).click();
  const look = page.getByRole('button', { name: 'Look at the rows' });
  await expect(look).toBeDisabled();
  await page.getByLabel('Text', { exact: true }).fill('Phone\tFirst name\n+1 312 555 0014\tWanda\n+1 415 555 0014\tÅsa\n+1 212 555 0014\tMaria\n');
  await look.click();
  await expect(page.getByRole('combobox', { name: 'Map column 2', exact: true })).toHaveValue('First name');
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Imported', exact: true })).toBeVisible();
  await expect(figure(page, 'Imported')).toHaveText('2');
  await expect(figure(page, 'Duplicates')).toHaveText('1');
  await page.getByRole('link', { name: 'See the leads' }).click();
  await expect(page.getByRole('gridcell', { name: 'Åsa' })).toBeVisible();
});

test('the call log is filtered, and exported whole with what matches', async () => {
  const calls = 2500;
  await page.goto('about:blank');
  await office.carillon.withHistory(`
    INSERT INTO attempts (id, node, campaign_id, lead_id, leadset_id, phone, caller_id, trunk_id, agent_id, agent_session_id, outcome,
      sip_status, sip_reason, sip_call_id, started_at, ringing_at, answered_at, connected_at, ended_at, ended_by, disposition, notes,
      callback_at, recording, recording_ms)
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${calls})
    SELECT 5000 + i, 'main', ${records.campaign.id}, 9000 + i, ${records.leadset.id}, '+1212' || (5550000 + i), '', 0, ${records.person.id}, 0,
      CASE WHEN i <= 2000 THEN 'answered' ELSE 'busy' END, 200, '', '', 1760000000000 + 1000 * (i / 7), 0, 0, 1760000000000, 1760000090000,
      'customer', CASE WHEN i <= 1500 THEN 'SALE MADE' ELSE '' END, CASE WHEN i = 1 THEN '=1+1' ELSE '' END, 0, '', 0 FROM n;`);
  await page.goto('/calls');
  const total = page.getByRole('toolbar', { name: 'Calls tools' }).getByRole('status');
  await expect(total).toHaveText('2,500');
  await page.getByRole('combobox', { name: 'Disposition' }).click();
  await page.getByRole('option', { name: 'SALE MADE' }).click();
  await expect(total).toHaveText('1,500');
  await expect(page).toHaveURL(/disposition=SALE/);
  await page.getByRole('textbox', { name: 'Phone begins with' }).fill('+1 212 555 0');
  await expect(total).toHaveText('999');
  await page.getByRole('textbox', { name: 'Phone begins with' }).fill('');
  await expect(total).toHaveText('1,500');

  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export as CSV' }).click();
  const [heading, ...rows] = (await readFile(await (await download).path(), 'utf8')).trim().split('\r\n');
  expect(heading).toMatch(/^id,started,ended,phone,campaign,agent,outcome,disposition/);
  expect(rows.map((row) => Number(row.split(',')[0]))).toEqual(Array.from({ length: 1500 }, (_, n) => 5001 + n));
  expect(rows[0]).toContain(',Solar renewals,Nina Frost,answered,SALE MADE,');
  expect(rows[0]?.endsWith(`,"'=1+1"`)).toBe(true);
  await page.getByRole('button', { name: 'Clear', exact: true }).click();
  await expect(total).toHaveText('2,500');
});

test('an exported table runs no formula in a spreadsheet', async () => {
  await client.post('/scripts', { name: '=1+2', body: '<p>Hello</p>' });
  await page.goto('/?tab=scripts');
  await expect(page.getByRole('gridcell', { name: '=1+2', exact: true })).toBeVisible();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export as CSV' }).click();
  const file = await readFile(await (await download).path(), 'utf8');
  expect(file).toContain(`"'=1+2"`);
  expect(file).toContain('"Renewal"');
});
