import { readFile } from 'node:fs/promises';
import { expect, test, type Page } from '@playwright/test';
import { Office } from './office';
import { beginWork, figure } from './people';
import { agent, type ProgramClient } from './program_client';

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

function cell(text: string) {
  return page.getByRole('gridcell', { name: text, exact: true });
}

/** The topmost rows, by name. They are put in their places by their index, whatever their order in the document. */
async function expectRowsFirst(...names: string[]) {
  for (const [index, name] of names.entries()) await expect(page.locator(`.ag-row[row-index="${index}"] [col-id=name]`)).toHaveText(name);
}

/** These and no others. */
async function expectRows(...names: string[]) {
  await expect(page.locator('.ag-row [col-id=name]')).toHaveCount(names.length);
  await expectRowsFirst(...names);
}

async function filterColumn(column: string, text: string) {
  const head = page.getByRole('columnheader', { name: column, exact: true });
  await head.hover();
  await head.locator('.ag-header-cell-filter-button').click();
  await page.getByLabel('Filter Value').first().fill(text);
}

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

test('while calls come in, a row of the call log stays under the pointer, under the press, and in focus', async () => {
  await page.goto('/calls?sort=-id');
  const total = page.getByRole('toolbar', { name: 'Calls tools' }).getByRole('status');
  await expect(total).toHaveText('2,500');
  // One more call on top with each refresh, as if they came in meanwhile.
  let more = 0;
  await page.route('**/api/v1/attempts?*', async (route) => {
    const answer = await route.fetch();
    const list = (await answer.json()) as { items: { id: number; phone: string }[]; total: number };
    const [first] = list.items;
    if (first && route.request().url().includes('offset=0&')) {
      const come = Array.from({ length: more }, (_, n) => ({ ...first, id: 90_000 + more - n, phone: `+1312999000${more - n}` }));
      list.items = [...come, ...list.items].slice(0, list.items.length);
    }
    await route.fulfill({ response: answer, json: { ...list, total: list.total + more } });
  });
  const callComesIn = async (shown: boolean) => {
    more += 1;
    const come = page.waitForResponse((response) => response.url().includes('/api/v1/attempts?'));
    await page.getByRole('button', { name: 'Refresh' }).dispatchEvent('click');
    await (await come).finished();
    if (shown) await expect(total).toHaveText(`2,50${more}`);
  };
  const phoneUnderPointer = () => page.locator('.ag-row:hover [col-id=phone]').textContent();

  const row = cell('+12125552497');
  await row.hover();
  await callComesIn(true);
  await expect.poll(phoneUnderPointer).toBe('+12125552497');
  // A press that lasts: what came meanwhile waits for the click.
  await page.mouse.down();
  await callComesIn(false);
  await page.mouse.up();
  await expect(page.getByRole('dialog').getByText('+12125552497', { exact: true })).toBeVisible();
  await expect(total).toHaveText('2,502');
  await page.getByRole('button', { name: 'Close' }).click();
  await expect(page.getByRole('dialog')).toBeHidden();

  // Away from the rows the newest calls show again; the focus is still with its row.
  await page.getByRole('heading', { name: 'Call log' }).hover();
  await expect(cell('+13129990002')).toBeVisible();
  await cell('+12125552498').click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  const focused = page.locator('.ag-row', { has: page.locator(':focus') }).locator('[col-id=phone]');
  await expect(focused).toHaveText('+12125552498');
  await page.keyboard.press('ArrowDown');
  await expect(focused).toHaveText('+12125552497');
  await callComesIn(true);
  await expect(focused).toHaveText('+12125552497');

  // Who has scrolled stays where they are.
  await cell('+12125552490').hover();
  await page.mouse.wheel(0, 4000);
  await expect(cell('+12125552490')).toBeHidden();
  const onTop = () => page.evaluate(() => {
    const top = document.querySelector('.ag-grid-viewport')?.getBoundingClientRect().top ?? 0;
    return [...document.querySelectorAll('.ag-row')].map((each) => ({ at: Math.round(each.getBoundingClientRect().top - top), phone: each.querySelector('[col-id=phone]')?.textContent ?? '' }))
      .filter(({ at }) => at >= 36).sort((a, b) => a.at - b.at)[0];
  });
  let before = await onTop();
  const atRest = async () => {
    const last = before;
    before = await onTop();
    return before?.phone !== '' && before?.phone === last?.phone && before?.at === last?.at;
  };
  await expect.poll(atRest).toBe(true);
  await page.getByRole('heading', { name: 'Call log' }).hover();
  await callComesIn(true);
  await expect.poll(onTop).toEqual(before);
  await page.unroute('**/api/v1/attempts?*');
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

test('a table keeps search, order, filters and hidden columns over a reload', async () => {
  for (const [name, cps] of [['North', 2], ['Northwest', 20], ['South', 30]] as const) await client.post('/campaigns', { name, type: 'auto', cps });
  await page.goto('/');
  await expect(cell('South')).toBeVisible();
  await page.getByRole('button', { name: 'Choose columns' }).click();
  await page.getByRole('menuitem').filter({ hasText: /^CPS$/ }).click();
  await page.getByRole('menuitem').filter({ hasText: /^Type$/ }).click();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('menu')).toBeHidden();
  await filterColumn('Name', 'north');
  await expect(cell('South')).toHaveCount(0);
  await page.keyboard.press('Escape');
  await page.getByRole('columnheader', { name: 'CPS', exact: true }).click();
  await page.getByRole('columnheader', { name: 'CPS', exact: true }).click();
  await expect(page).toHaveURL(/sort=-cps/);

  await page.reload();
  await expectRows('Northwest', 'North');
  await expect(page.getByRole('columnheader', { name: 'Type', exact: true })).toHaveCount(0);
  await page.screenshot({ path: 'test-results/campaigns-filtered.png' });
  await filterColumn('CPS', '2');
  await expectRows('North');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await expect(cell('South')).toBeVisible();
  await page.getByRole('textbox', { name: 'Search campaigns' }).fill('south');
  await expectRows('South');
  await page.reload();
  await expectRows('South');
});

test('what is shown of a table is exported', async () => {
  await page.goto('/?hidden=["type","now"]&sort=-name');
  await expect(cell('South')).toBeVisible();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export as CSV' }).click();
  const [heading, ...rows] = (await readFile(await (await download).path(), 'utf8')).replaceAll('"', '').trim().split('\r\n');
  expect(heading).toBe('Name,State,Source status,CPS,Channels,Agents,Waiting,In call,Ringing,Dialable,Answered,Dropped');
  expect(rows[0]).toMatch(/^South,Off,.*,30,100,0,0,0,0,0,0,–$/);
});

test('dropped calls sort as numbers', async () => {
  const { items } = await client.get<{ items: { id: number; name: string }[] }>('/campaigns');
  const shares: Record<string, [answered: number, dropped: number]> = { North: [90, 10], Northwest: [91, 9], South: [1, 1] };
  await page.route('**/api/v1/live', async (route) => {
    const answer = await route.fetch();
    const live = (await answer.json()) as { campaigns: { campaign_id: number; answered_today: number; dropped_today: number }[] };
    for (const campaign of live.campaigns) {
      const share = shares[items.find(({ id }) => id === campaign.campaign_id)?.name ?? ''];
      if (share) [campaign.answered_today, campaign.dropped_today] = share;
    }
    await route.fulfill({ response: answer, json: live });
  });
  await page.goto('/?sort=-dropped_today');
  await expect(cell('50.0 %')).toBeVisible();
  await expectRowsFirst('South', 'North', 'Northwest');
  await page.unroute('**/api/v1/live');
});

test('chosen rows are deleted after a question that names their number', async () => {
  await page.goto('/?search=north');
  await expect(page.locator('.ag-row [col-id=name]')).toHaveCount(2);
  for (const name of ['North', 'Northwest']) await page.locator('.ag-row', { has: cell(name) }).getByRole('checkbox', { name: /row selection/ }).check({ force: true });
  await page.getByRole('button', { name: 'Delete 2', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Delete 2 campaigns?' });
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(dialog).toBeHidden();
  await expect(cell('Northwest')).toBeVisible();
  await page.getByRole('button', { name: 'Delete 2', exact: true }).click();
  await dialog.getByRole('button', { name: 'Delete 2 campaigns' }).click();
  await expect(page.locator('.ag-row')).toHaveCount(0);
  await expect.poll(async () => (await client.get<{ total: number }>('/campaigns?search=north')).total).toBe(0);
});

test('own dispositions and retry rules are chosen while a campaign is created', async () => {
  await page.goto('/campaigns/new');
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('With samples');
  await page.getByRole('button', { name: 'Remove WRONG DETAILS' }).click();
  await page.getByRole('button', { name: 'Add a disposition' }).click();
  await page.getByRole('textbox', { name: 'Name of disposition 9' }).fill('FREE SAMPLE');
  await page.getByRole('checkbox', { name: 'FREE SAMPLE: Sale' }).check();
  await page.getByRole('button', { name: 'Do not try again after: Busy' }).click();
  await page.screenshot({ path: 'test-results/campaign-new.png', fullPage: true });
  await page.getByRole('button', { name: 'Create campaign' }).click();
  await expect(page.getByRole('heading', { name: 'With samples' })).toBeVisible();
  interface Made {
    name: string;
    dispositions: { name: string }[];
    retry_rules: { outcome: string }[];
  }
  const { items } = await client.get<{ items: Made[] }>('/campaigns');
  const made = items.find(({ name }) => name === 'With samples');
  // All but the last are the server's own, which a campaign gets that names none.
  const predefined = items.find(({ name }) => name === 'South')?.dispositions ?? [];
  expect(made?.dispositions).toEqual([...predefined.slice(0, 8), { name: 'FREE SAMPLE', final: false, recyclable: false, callback: false, do_not_call: false, sale: true }]);
  expect(predefined[8]).toMatchObject({ name: 'WRONG DETAILS' });
  expect(made?.retry_rules.map(({ outcome }) => outcome)).not.toContain('busy');
});

test('a campaign has a message for whom no agent is free, and the supervisor listens to it', async () => {
  const { id } = await client.post<{ id: number }>('/campaigns', { name: 'Lunar', type: 'auto' });
  await page.goto(`/campaigns/${id}/edit`);
  const message = page.getByRole('textbox', { name: 'Message when no agent is free' });
  await expect(page.getByText('Without a text customers hear a general message')).toBeVisible();
  await message.fill('Hello, this is Lunar Solar. You can reach us on 1 555 0100.');
  const spoken = page.waitForResponse('**/api/v1/speech');
  await page.getByRole('button', { name: 'Listen' }).click();
  const answer = await spoken;
  await answer.finished();
  expect(answer.status()).toBe(200);
  expect(Number(await answer.headerValue('content-length'))).toBeGreaterThan(44_100);
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('heading', { name: 'Lunar' })).toBeVisible();
  expect(await client.get<object>(`/campaigns/${id}`)).toMatchObject({ drop_message: 'Hello, this is Lunar Solar. You can reach us on 1 555 0100.' });
});

test('Manage Agents says who may work in a campaign', async () => {
  for (const name of ['Otto Berg', 'Pia Holm']) await client.post('/users', { name, username: name.slice(0, 4).trim().toLowerCase(), password: 'long enough words', role: 'agent' });
  await page.goto(`/campaigns/${records.campaign.id}`);
  const listed = page.getByRole('region', { name: 'Agents of this campaign' });
  await page.getByRole('button', { name: 'Manage Agents' }).click();
  const dialog = page.getByRole('dialog', { name: 'Agents of Solar renewals' });
  await dialog.getByLabel('Search agents').fill('berg');
  await expect(dialog.getByRole('checkbox', { name: /Pia Holm/ })).toHaveCount(0);
  await dialog.getByRole('checkbox', { name: /Otto Berg/ }).check();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog).toBeHidden();
  await expect(listed.getByRole('link', { name: 'Otto Berg' })).toBeVisible();
  await expect(listed.getByRole('link', { name: agent.name })).toBeVisible();
  await page.getByRole('button', { name: 'Manage Agents' }).click();
  await dialog.getByRole('checkbox', { name: /Otto Berg/ }).uncheck();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(listed.getByRole('link', { name: 'Otto Berg' })).toHaveCount(0);
});

test('a campaign says why leads are not dialable, and a lead says it of itself', async () => {
  await client.post('/dnc', { phone: '+14155550014', campaign_id: null, reason: 'asked for it' });
  await page.goto(`/campaigns/${records.campaign.id}`);
  await expect(page.getByRole('heading', { name: 'Why 1 of 3 leads are not dialable' })).toBeVisible();
  await expect(page.getByRole('listitem').filter({ hasText: 'On a do-not-call list' })).toContainText('1');
  const { items } = await client.get<{ items: { id: number; phone: string }[] }>(`/leadsets/${records.leadset.id}/leads`);
  const idOf = (phone: string) => items.find((each) => each.phone === phone)?.id ?? 0;
  await page.goto(`/leads/${idOf('+14155550014')}`);
  await expect(page.getByText('Its phone number is on a do-not-call list.')).toBeVisible();
  await page.goto(`/leads/${idOf('+13125550014')}`);
  await expect(page.getByText('It can be dialed as soon as it is its turn.')).toBeVisible();
  await page.screenshot({ path: 'test-results/lead.png', fullPage: true });

  await page.goto('/');
  await expect(figure(page, 'Data remaining')).toHaveText('2');
  await client.patch(`/campaigns/${records.campaign.id}`, { active: false });
  await expect(figure(page, 'Data remaining')).toHaveText('0');
  await page.goto(`/campaigns/${records.campaign.id}`);
  await expect(page.getByRole('listitem').filter({ hasText: 'Campaign switched off' })).toContainText('2');
  await client.patch(`/campaigns/${records.campaign.id}`, { active: true });
});

test('the supervisor pauses an agent, and takes one out of the queue', async ({ browser }) => {
  await client.patch(`/campaigns/${records.campaign.id}`, { agent_ids: [records.person.id] });
  const context = await browser.newContext({ ignoreHTTPSErrors: true, permissions: ['microphone'] });
  const console_ = await context.newPage();
  await beginWork(console_, office.carillon.url, agent);
  await page.goto(`/campaigns/${records.campaign.id}`);
  const row = page.getByRole('region', { name: 'Agents in the queue' }).last().getByRole('row', { name: new RegExp(agent.name) });
  await expect(row).toContainText('since login');
  await console_.getByRole('button', { name: 'Go ready' }).click();
  await expect(row).toContainText('Waiting');
  await row.getByRole('button', { name: `Actions for ${agent.name}` }).click();
  await page.getByRole('menuitem', { name: 'Pause' }).click();
  await expect(row).toContainText('Paused');
  await expect(row).toContainText('by a supervisor');
  await page.setViewportSize({ width: 390, height: 844 });
  await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
  await page.setViewportSize({ width: 1440, height: 900 });
  await expect(console_.getByRole('button', { name: 'Go ready' })).toBeVisible();
  await row.getByRole('button', { name: `Actions for ${agent.name}` }).click();
  await page.getByRole('menuitem', { name: 'Log out' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Log out' }).click();
  await expect(page.getByText('No agent is logged in to this campaign.')).toBeVisible();
  await expect(console_.getByText('You were logged out of the campaign')).toBeVisible();
  await context.close();
});
