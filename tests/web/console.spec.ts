import { expect, test, type Page } from '@playwright/test';
import { AgentBrowser } from './browser';
import { Carillon, Sandbox } from './carillon';
import { look } from './looks';
import { expectNotice, figure, leaveCampaign, logIn } from './people';
import { administrator, agent, ProgramClient } from './program_client';

// What agents write down is never lost, what they can press is always there. Numbers that end in 0014
// answer at once and never hang up (tools/sandbox/README.md).
const colleague = { username: 'otto', name: 'Otto Berg', password: 'a second staple here' };
test.describe.configure({ mode: 'serial' });

let carillon: Carillon;
let sandbox: Sandbox;
let browser: AgentBrowser;
let client: ProgramClient;
let records: Awaited<ReturnType<ProgramClient['prepareCampaign']>>;
let nina: Page;
let otto: Page;

test.beforeAll(async () => {
  [carillon, sandbox, browser] = await Promise.all([Carillon.start(), Sandbox.start(), AgentBrowser.launch(440)]);
  client = await ProgramClient.setUp(carillon);
  records = await client.prepareCampaign({ carrierPort: sandbox.port, phones: [], active: true });
  const second = await client.post('/users', { ...colleague, role: 'agent' });
  await client.patch(`/campaigns/${records.campaign.id}`, { agent_ids: [records.person.id, second.id], wrap_up_limit_ms: 600_000 });
  for (const [index, area] of [212, 312, 415, 305, 206, 617, 404, 713, 202, 503, 602, 702].entries()) {
    await addLead(`Customer${index + 1}`, area);
  }
  nina = await logIn(browser, carillon.url, agent);
});

test.afterAll(async () => {
  await client?.dispose();
  await browser?.close();
  await Promise.all([carillon?.stop(), sandbox?.stop()]);
});

async function addLead(name: string, area: number): Promise<void> {
  await client.post(`/leadsets/${records.leadset.id}/leads`, {
    phone: `+1${area}5550014`,
    first_name: name,
    last_name: 'Tester',
    city: 'Portland',
    email: `${name.toLowerCase()}@example.com`,
    comments: 'Asked about the yearly plan at the fair.',
    custom: { Größe: '12 m²', 'Plan (2026)': 'Yearly' },
  });
}

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const inCall = (page: Page) => expect(button(page, 'Mute')).toBeVisible({ timeout: 60_000 });
const customer = async (page: Page) => (await page.getByLabel('Call', { exact: true }).locator('p').first().textContent()) ?? '';
const notes = (page: Page) => page.getByRole('textbox', { name: 'Notes' });
const savedWithTheCall = (page: Page) => expect(page.getByText('Saved with the call', { exact: true })).toBeVisible();

async function submit(page: Page, disposition: string): Promise<void> {
  await page.getByRole('radio', { name: new RegExp(disposition) }).check();
  await button(page, 'Submit').click();
  await expectNotice(page, `${disposition} is saved.`);
}

/** Leaves the agent on pause, the call over and disposed of. */
async function finish(page: Page, disposition: string): Promise<void> {
  await page.getByRole('radio', { name: new RegExp(disposition) }).check();
  await button(page, 'Submit & Go On Pause').click();
  await page.getByRole('menuitem', { name: 'Training' }).click();
  await expect(page.getByText('training', { exact: true })).toBeVisible();
}

function switchCampaign(active: boolean): Promise<void> {
  return client.patch(`/campaigns/${records.campaign.id}`, { active });
}

/** The next full minute that is not too near, in local time. */
function nextMinute(): string {
  const at = new Date(Math.ceil((Date.now() + 15_000) / 60_000) * 60_000);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

async function leadOnScreen(): Promise<number> {
  const { agents } = await client.get<{ agents: { agent_id: number; lead: { id: number } | null }[] }>('/live');
  return agents.find((each) => each.agent_id === records.person.id)?.lead?.id ?? 0;
}

/** Of the newest call with that disposition. */
async function notesOf(disposition: string): Promise<string | undefined> {
  const { items } = await client.get<{ items: { notes: string }[] }>(`/attempts?disposition=${encodeURIComponent(disposition)}`);
  return items[0]?.notes;
}

test('the notes of a parked call wait for it, whatever is typed meanwhile', async () => {
  await button(nina, 'Go ready').click();
  await inCall(nina);
  const first = await customer(nina);
  await notes(nina).fill('Wants the yearly plan.');
  await nina.getByRole('combobox', { name: 'Tags' }).fill('solar');
  await nina.getByRole('combobox', { name: 'Tags' }).press('Enter');
  await button(nina, 'Park').click();
  await expect(nina.getByLabel('Call', { exact: true })).not.toContainText(first);
  await inCall(nina);
  await expect(notes(nina)).toHaveValue('');
  await notes(nina).fill('Another customer.');
  await savedWithTheCall(nina);

  otto = await logIn(browser, carillon.url, colleague);
  await otto.getByRole('button', { name: /^Retrieve/ }).click();
  await inCall(otto);
  await expect.poll(() => customer(otto)).toBe(first);
  await expect(notes(otto)).toHaveValue('Wants the yearly plan.');
  await expect(otto.getByText('solar', { exact: true })).toBeVisible();
  await notes(otto).fill('Wants the yearly plan. Two roofs.');
  await button(otto, 'Park').click();

  await button(nina, 'End').click();
  await expect(notes(nina)).toHaveValue('Another customer.');
  await finish(nina, 'NOT INTERESTED');
  await nina.getByRole('button', { name: /^Retrieve/ }).click();
  await inCall(nina);
  await expect.poll(() => customer(nina)).toBe(first);
  await expect(notes(nina)).toHaveValue('Wants the yearly plan. Two roofs.');
});

test('the notes go with a transferred call, and what a colleague adds stays', async () => {
  await switchCampaign(false); // whoever is ready now waits
  await button(otto, 'Go ready').click();
  await expect(button(otto, 'Pause')).toBeVisible();
  await notes(nina).fill('Wants the yearly plan. Two roofs. Ask Otto.');
  await button(nina, 'Transfer').click();
  await nina.getByRole('button', { name: `Transfer to ${colleague.name}` }).click();
  await inCall(otto);
  await expect(notes(otto)).toHaveValue('Wants the yearly plan. Two roofs. Ask Otto.');
  await notes(otto).fill('Wants the yearly plan. Two roofs. Ask Otto. Sold.');
  await savedWithTheCall(otto);
  await finish(nina, 'CALL TRANSFERRED');
  await button(otto, 'End').click();
  await finish(otto, 'SALE MADE');
  await expect.poll(() => notesOf('SALE MADE')).toBe('Wants the yearly plan. Two roofs. Ask Otto. Sold.');
});

test('details that are changed and not saved go with the disposition, own columns too', async () => {
  await switchCampaign(true);
  await button(nina, 'Go ready').click();
  await inCall(nina);
  const lead = await leadOnScreen();
  await nina.getByRole('tab', { name: 'Contact' }).click();
  await button(nina, 'Edit details').click();
  await nina.getByLabel('City').fill('Salem');
  await nina.getByLabel('Größe').fill('14 m²');
  await nina.reload();
  await nina.getByRole('tab', { name: 'Contact' }).click();
  await expect(nina.getByLabel('Größe')).toHaveValue('14 m²');
  await nina.getByLabel('Time zone').fill('Nowhere/Atlantis');
  await button(nina, 'End').click();
  await nina.getByRole('radio', { name: /SALE MADE/ }).check();
  await button(nina, 'Submit').click();
  await expect(nina.getByText(/The changed contact details could not be saved. There is no such time zone/)).toBeVisible();
  await nina.getByLabel('Time zone').fill('');
  await submit(nina, 'SALE MADE');
  const saved = async () => {
    const { city, custom } = await client.get<{ city: string; custom: Record<string, string> }>(`/leads/${lead}`);
    return { city, custom };
  };
  await expect.poll(saved).toEqual({ city: 'Salem', custom: { Größe: '14 m²', 'Plan (2026)': 'Yearly' } });
});

test('without a disposition in time the agent is out, back with one click, and can still set it', async ({}, info) => {
  await inCall(nina);
  await client.patch(`/campaigns/${records.campaign.id}`, { wrap_up_limit_ms: 5000 });
  await switchCampaign(false);
  const who = await customer(nina);
  await notes(nina).fill('Call her at work.');
  await button(nina, 'End').click();
  await expect(nina.getByText('no disposition was set in time')).toBeVisible();
  await nina.screenshot({ path: info.outputPath('no-disposition.png') });
  await button(nina, 'Go ready').click();
  await expect(nina.getByText('Waiting', { exact: true })).toBeVisible();
  await expect(nina.getByText(`Of your last call, with ${who}`)).toBeVisible();
  await nina.reload();
  await expect(nina.getByText(`Of your last call, with ${who}`)).toBeVisible();
  await expect(notes(nina)).toHaveValue('Call her at work.');
  await nina.screenshot({ path: info.outputPath('disposition-later.png') });
  await submit(nina, 'WRONG DETAILS');
  await expect(nina.getByRole('radiogroup', { name: 'Disposition' })).toBeHidden();
  await expect(nina.getByText('Waiting', { exact: true })).toBeVisible();
  await expect.poll(() => notesOf('WRONG DETAILS')).toBe('Call her at work.');
  await client.patch(`/campaigns/${records.campaign.id}`, { wrap_up_limit_ms: 600_000 });
});

test('a manager who helps out sees the own day, not that of everybody', async () => {
  const { items } = await client.get<{ items: { connected_at: number | null }[] }>(`/attempts?agent_id=${records.person.id}`);
  const taken = items.filter((attempt) => attempt.connected_at !== null).length;
  expect(taken).toBeGreaterThan(2);
  await expect(figure(nina, 'Today')).toHaveText(String(taken));
  await nina.keyboard.press('Alt+KeyR');
  await expect(nina.getByText('break', { exact: true })).toBeVisible();
  await switchCampaign(true);
  const manager = await logIn(browser, carillon.url, administrator);
  await expect(figure(manager, 'Today')).toHaveText('0');
  await leaveCampaign(manager);
  await manager.context().close();
});

test('everything is reachable by keyboard', async () => {
  await nina.keyboard.press('Alt+KeyR');
  await inCall(nina);
  await nina.keyboard.press('Alt+KeyH');
  await expect(button(nina, 'Resume')).toBeVisible();
  await nina.keyboard.press('Alt+KeyH');
  await expect(button(nina, 'Hold')).toBeVisible();
  await nina.keyboard.press('Alt+KeyT');
  await expect(nina.getByRole('region', { name: 'Transfer or consult' })).toBeVisible();
  await nina.keyboard.press('Alt+KeyT');
  await expect(nina.getByRole('region', { name: 'Transfer or consult' })).toBeHidden();
  const parked = await customer(nina);
  await nina.keyboard.press('Alt+KeyP');
  await expect(nina.getByRole('region', { name: 'Parked calls' })).toBeVisible();
  await expect.poll(() => customer(nina)).not.toBe(parked);
  await inCall(nina);
  await notes(nina).fill('Typed ');
  await nina.keyboard.press('Alt+Digit3');
  await expect(nina.getByRole('radio').nth(2)).toBeChecked();
  await nina.keyboard.press('Alt+KeyR');
  await expectNotice(nina, 'You go on pause after this call: break.');
  await nina.keyboard.press('Alt+KeyE');
  await expect(nina.getByText('Wrap-up', { exact: true })).toBeVisible();
  await nina.keyboard.press('Alt+Enter');
  await expect(nina.getByText('break', { exact: true })).toBeVisible();
  await nina.getByRole('button', { name: /^Retrieve/ }).click();
  await inCall(nina);
});

test('the console in a call: every size, light and dark', async ({}, info) => {
  test.setTimeout(900_000);
  await look(nina, info, 'call');
  await nina.keyboard.press('Alt+KeyT');
  await look(nina, info, 'transfer');
  await nina.keyboard.press('Alt+KeyK');
  await look(nina, info, 'keypad');
  await nina.keyboard.press('Alt+KeyK');
  await nina.getByRole('tab', { name: 'Contact' }).click();
  await look(nina, info, 'contact');
  await nina.getByRole('tab', { name: 'Script' }).click();
  await button(nina, 'End').click();
  await nina.getByRole('radio', { name: /CALL BACK/ }).check();
  await look(nina, info, 'wrap-up');
});

test('a call-back that the agent promised comes to this agent, and rings', async ({}, info) => {
  await switchCampaign(false);
  const lead = await leadOnScreen();
  const who = await customer(nina);
  await nina.getByLabel('Call back at').fill(nextMinute());
  await expect(nina.getByText(/^Your local time\. The customer's: /)).toBeVisible();
  await nina.getByLabel('I want to call back myself').check();
  await notes(nina).fill('Tomorrow at ten.');
  await submit(nina, 'CALL BACK');
  await expect(nina.getByRole('region', { name: 'My call-backs' })).toContainText(who);
  await expect(button(nina, 'Go ready')).toBeVisible();
  // The other leads rest, and this one answers late enough to be seen ringing.
  const { items } = await client.get<{ items: { id: number }[] }>(`/leadsets/${records.leadset.id}/leads`);
  for (const { id } of items) if (id !== lead) await client.patch(`/leads/${id}`, { not_call_until: Date.now() + 3_600_000 });
  await client.patch(`/leads/${lead}`, { phone: '+12125550007' });
  await switchCampaign(true);
  await button(nina, 'Go ready').click();
  await expect(nina.getByText('Waiting', { exact: true })).toBeVisible();
  await expect(nina.getByText('The call-back that you have agreed on')).toBeVisible({ timeout: 120_000 });
  await expect(nina.getByText('Ringing', { exact: true })).toBeVisible();
  await expect.poll(() => customer(nina)).toBe(who);
  await nina.screenshot({ path: info.outputPath('own-call-back.png') });
  await inCall(nina);
  await expect(notes(nina)).toHaveValue('');
  await button(nina, 'End').click();
  await finish(nina, 'SALE MADE');
});
