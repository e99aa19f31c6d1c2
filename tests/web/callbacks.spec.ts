import { expect, test, type Page } from '@playwright/test';
import { expectAccessible } from './accessible';
import { Office } from './office';
import { beginWork, expectNotice } from './people';
import { agent, type ProgramClient } from './program_client';

// Call-backs that agents have agreed on: one is overdue, one is Nina's tomorrow, one is for anyone.
test.describe.configure({ mode: 'serial' });

let office: Office;
let client: ProgramClient;
let page: Page;
let leads: number[];

const hourMs = 3_600_000;
const tomorrow = Math.ceil(Date.now() / hourMs) * hourMs + 24 * hourMs;
const later = new Date(tomorrow + 3 * hourMs);
const two = (value: number) => String(value).padStart(2, '0');
const laterText = `${later.getFullYear()}-${two(later.getMonth() + 1)}-${two(later.getDate())}T${two(later.getHours())}:00`;

test.beforeAll(async ({ browser }) => {
  office = await Office.open(browser);
  ({ client, page } = office);
  const { person, campaign, leadset } = await client.prepareCampaign({ phones: ['+12125550014', '+13125550014', '+14155550014'], active: true });
  const { items } = await client.get<{ items: { id: number }[] }>(`/leadsets/${leadset.id}/leads?sort=id`);
  leads = items.map(({ id }) => id);
  await page.goto('about:blank');
  const due = `CASE WHEN id = ${leads[0]} THEN ${Date.now() - 2 * hourMs} WHEN id = ${leads[1]} THEN ${tomorrow} ELSE ${tomorrow + hourMs} END`;
  await office.carillon.withHistory(`
    UPDATE leads SET called_count = 1, last_called_at = 1760000000000, last_outcome = 'answered', last_disposition = 'CALL BACK',
      callback_due = 1, not_call_until = ${due}, callback_agent_id = CASE WHEN id = ${leads[2]} THEN 0 ELSE ${person.id} END;
    INSERT INTO attempts (id, node, campaign_id, lead_id, leadset_id, phone, caller_id, trunk_id, agent_id, agent_session_id, outcome,
      sip_status, sip_reason, sip_call_id, started_at, ringing_at, answered_at, connected_at, ended_at, ended_by, disposition, notes,
      callback_at, recording, recording_ms)
    SELECT 7000 + id, 'main', ${campaign.id}, id, leadset_id, phone, '', 0, ${person.id}, 0, 'answered', 200, 'OK', '', 1760000000000, 0, 0,
      1760000000000, 1760000090000, 'customer', 'CALL BACK', 'Wants the yearly plan, number ' || id || '.', not_call_until, '', 0 FROM leads;`);
});

test.afterAll(() => office?.close());

const total = () => page.getByRole('toolbar', { name: 'Call-backs tools' }).getByRole('status');
const row = (name: string) => page.getByRole('row').filter({ hasText: name });

async function lookAt(shown: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await shown.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await expectAccessible(shown);
    await shown.screenshot({ path: `test-results/${name}-${colorScheme}.png` });
  }
  await shown.emulateMedia({ colorScheme: null, reducedMotion: null });
}

test('the supervisor sees the pending call-backs, the overdue one first, and filters them', async () => {
  await page.goto('/');
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Call-backs' }).click();
  await expect(total()).toHaveText('3');
  await expect(row('Maria Tester1')).toContainText('Overdue');
  await expect(row('Maria Tester1')).toContainText('Nina Frost');
  await expect(row('Aisha Tester3')).toContainText('Anyone');
  await lookAt(page, 'callbacks');
  await page.getByRole('combobox', { name: 'Due' }).click();
  await page.getByRole('option', { name: 'Overdue' }).click();
  await expect(total()).toHaveText('1');
  await expect(page).toHaveURL(/overdue=true/);
  await page.getByRole('button', { name: 'Clear', exact: true }).click();
  await page.getByRole('combobox', { name: 'For', exact: true }).click();
  await page.getByRole('option', { name: 'Anyone' }).click();
  await expect(total()).toHaveText('1');
  await expect(row('Aisha Tester3')).toBeVisible();
  await page.reload();
  await expect(row('Aisha Tester3')).toBeVisible();
  await expect(row('Maria Tester1')).toHaveCount(0);
  await page.getByRole('button', { name: 'Clear', exact: true }).click();
  await expect(total()).toHaveText('3');
});

test('a call-back is moved and given to anyone, and another one is cancelled', async () => {
  await row('Maria Tester1').getByRole('link').first().click();
  const drawer = page.getByRole('dialog', { name: 'Call-back' });
  await expect(drawer.getByText(`Wants the yearly plan, number ${leads[0]}.`)).toBeVisible();
  const at = drawer.getByLabel('Call back at');
  await at.fill('2026-01-02T10:00');
  await drawer.getByRole('button', { name: 'Save' }).click();
  await expect(drawer.getByText('The call-back must lie in the future.')).toBeVisible();
  await at.fill(laterText);
  await expect(drawer.getByText(/^Your local time\. The customer's: /)).toBeVisible();
  await lookAt(page, 'callback');
  await drawer.getByRole('combobox', { name: 'For' }).click();
  await page.getByRole('option', { name: 'Anyone' }).click();
  await drawer.getByRole('button', { name: 'Save' }).click();
  await expectNotice(page, 'The call-back is changed.');
  await expect(row('Maria Tester1')).toContainText('Anyone');
  await expect(row('Maria Tester1')).not.toContainText('Overdue');

  await row('Aisha Tester3').getByRole('link').first().click();
  await drawer.getByRole('button', { name: 'Cancel the call-back' }).click();
  const question = page.getByRole('dialog', { name: 'Cancel the call-back to Aisha Tester3?' });
  await question.getByRole('button', { name: 'Cancel the call-back' }).click();
  await expectNotice(page, 'The call-back is cancelled.');
  await expect(total()).toHaveText('2');
  await expect(row('Aisha Tester3')).toHaveCount(0);
});

test('the agent sees what they have promised, and what a supervisor changes in it', async ({ browser }) => {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, permissions: ['microphone'], viewport: { width: 1280, height: 720 } });
  const nina = await context.newPage();
  await beginWork(nina, office.carillon.url, agent);
  const own = nina.getByRole('region', { name: 'My call-backs' });
  await expect(own.getByRole('listitem')).toHaveCount(1);
  await expect(own).toContainText('John Tester2');
  await expect(own).toContainText(`Wants the yearly plan, number ${leads[1]}.`);
  await expect(own).toContainText(/ there/);
  await lookAt(nina, 'my-callbacks');
  const { items } = await client.get<{ items: { id: number }[] }>('/users?role=agent');
  await client.patch(`/callbacks/${leads[0]}`, { agent_id: items[0]?.id ?? 0 });
  await expect(own.getByRole('listitem')).toHaveCount(2);
  await client.patch(`/callbacks/${leads[1]}`, { agent_id: null });
  await expect(own.getByRole('listitem')).toHaveCount(1);
  await expect(own).toContainText('Maria Tester1');
  await context.close();
});

test('where no call-back is pending the page says how one comes to be', async () => {
  for (const id of leads.slice(0, 2)) await client.delete(`/callbacks/${id}`);
  await expect(page.getByText('No call-back is agreed')).toBeVisible();
});
