import { expect, test, type Page } from '@playwright/test';
import { Office } from './office';
import { figure } from './people';
import type { ProgramClient } from './program_client';

// A supervisor's work on records that are there already.
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
  await expect(page.getByText('Nina Frost')).toBeVisible();
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
