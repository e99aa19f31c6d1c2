import { expect, test, type BrowserContext, type Page } from '@playwright/test';
import { AgentBrowser } from './browser';
import { Carillon, Sandbox, setupCode } from './carillon';
import { expectNotice, expectNotToHear, expectToHear, figure, leaveCampaign, logIn } from './people';
import { administrator, agent } from './program_client';
import { readStereo, strengthAt } from './sound';

// From an empty folder to a conversation, the way a supervisor and an agent go. Numbers that end in
// 0014 answer at once, play 650 Hz and never hang up (tools/sandbox/README.md).
const customerHertz = 650;
const agentHertz = 440;

test.describe.configure({ mode: 'serial' });

let carillon: Carillon;
let sandbox: Sandbox;
let agentBrowser: AgentBrowser;
let supervisorContext: BrowserContext;
let supervisor: Page;
let console_: Page;

test.beforeAll(async ({ browser }) => {
  [carillon, sandbox, agentBrowser] = await Promise.all([Carillon.start(), Sandbox.start(), AgentBrowser.launch(agentHertz)]);
  supervisorContext = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1440, height: 900 }, baseURL: carillon.url });
  supervisor = await supervisorContext.newPage();
});

test.afterAll(async () => {
  await supervisorContext?.close();
  await agentBrowser?.close();
  await Promise.all([carillon?.stop(), sandbox?.stop()]);
});

test('the wizard makes the administrator, a trunk and a token, shows where things are, and makes a test call', async () => {
  await supervisor.goto('/');
  await expect(supervisor).toHaveURL(/setup/);
  await supervisor.getByLabel('Setup code').fill('not the code');
  await supervisor.getByRole('button', { name: 'Continue' }).click();
  await supervisor.getByLabel('Your name').fill(administrator.name);
  await supervisor.getByLabel('User name').fill(administrator.username);
  await supervisor.getByLabel(/^Password/).fill(administrator.password);
  await supervisor.getByRole('button', { name: 'Continue' }).click();
  await supervisor.getByLabel('Domain').fill('calls.example.com');
  await supervisor.getByRole('button', { name: 'Create the account' }).click();

  // A wrong code leads back to its field, with the server's sentence beside it.
  const code = supervisor.getByLabel('Setup code');
  await expect(code).toBeVisible();
  await expect(code).toHaveAttribute('aria-invalid', 'true');
  await code.fill(setupCode);
  await supervisor.getByRole('button', { name: 'Continue' }).click();
  await supervisor.getByRole('button', { name: 'Continue' }).click();
  await supervisor.getByRole('button', { name: 'Create the account' }).click();

  await supervisor.getByRole('textbox', { name: 'Name', exact: true }).fill('Sandbox carrier');
  await supervisor.getByLabel('Host').fill('127.0.0.1');
  await supervisor.getByRole('textbox', { name: 'Port' }).fill(String(sandbox.port));
  await supervisor.getByRole('button', { name: 'Add the trunk' }).click();

  await supervisor.getByRole('textbox', { name: 'Name', exact: true }).fill('CRM');
  await supervisor.getByRole('button', { name: 'Create token' }).click();
  await expect(supervisor.getByText('Copy the token now. It is not shown again.')).toBeVisible();
  await supervisor.getByRole('button', { name: 'Done' }).click();

  await expect(supervisor.getByText('carillon.db')).toBeVisible();
  await expect(supervisor.getByText(/UDP port 20000 to 39999/)).toBeVisible();
  await supervisor.screenshot({ path: 'test-results/setup-system.png' });
  await supervisor.getByRole('button', { name: 'Continue' }).click();

  await expect(supervisor.getByText('Ready for the first campaign')).toBeVisible();
  await supervisor.getByRole('textbox', { name: 'Number to call' }).fill('+12125550014');
  await supervisor.getByRole('button', { name: 'Call', exact: true }).click();
  for (const step of ['Trying', 'Answered', 'Ended']) await expect(supervisor.getByText(step, { exact: true })).toBeVisible({ timeout: 60_000 });
  await supervisor.screenshot({ path: 'test-results/setup-test-call.png', fullPage: true });
  await supervisor.getByRole('link', { name: 'Open the dashboard' }).click();
  await expect(figure(supervisor, 'Agents logged in')).toHaveText('0');
  await expect(supervisor.getByText('No campaign yet')).toBeVisible();
});

test('the trunk comes up', async () => {
  await supervisor.goto('/trunks');
  await expect(supervisor.getByRole('row', { name: /Sandbox carrier/ }).getByText('Up', { exact: true })).toBeVisible({ timeout: 60_000 });
});

test('a script with lead fields', async () => {
  await supervisor.goto('/scripts/new');
  await supervisor.getByRole('textbox', { name: 'Name', exact: true }).fill('Renewal call');
  const text = supervisor.getByRole('textbox', { name: 'Text of the script' });
  await text.click();
  await supervisor.keyboard.press('Control+A');
  await supervisor.keyboard.type('Good morning ');
  await supervisor.getByRole('button', { name: 'Lead field' }).click();
  await supervisor.getByRole('menuitem', { name: 'First name' }).click();
  await expect(text).toContainText('Good morning {{first_name}}');
  await expect(supervisor.getByText('Good morning Maria')).toBeVisible();
  await supervisor.getByRole('button', { name: 'Save script' }).click();
  await expect(supervisor.getByRole('gridcell', { name: 'Renewal call' })).toBeVisible();
});

test('an agent', async () => {
  await supervisor.goto('/agents/new');
  await supervisor.getByRole('textbox', { name: 'Name', exact: true }).fill(agent.name);
  await supervisor.getByLabel('User name').fill(agent.username);
  await supervisor.getByLabel(/^Password/).fill(agent.password);
  await supervisor.getByRole('button', { name: 'Create agent' }).click();
  await expect(supervisor.getByRole('gridcell', { name: agent.name })).toBeVisible();
});

test('a campaign: a wrong caller ID is told beside its field, then it is created', async () => {
  await supervisor.goto('/campaigns/new');
  await supervisor.getByRole('textbox', { name: 'Name', exact: true }).fill('Solar renewals');
  await supervisor.getByRole('combobox', { name: 'Agent script' }).click();
  await supervisor.getByRole('option', { name: 'Renewal call' }).click();
  await supervisor.getByRole('combobox', { name: 'Agents' }).click();
  await supervisor.getByRole('option', { name: agent.name }).click();
  await supervisor.keyboard.press('Escape');
  await supervisor.getByRole('combobox', { name: 'Trunks' }).click();
  await supervisor.getByRole('option', { name: 'Sandbox carrier' }).click();
  await supervisor.keyboard.press('Escape');
  await supervisor.getByLabel('Not before').fill('00:00');
  await supervisor.getByLabel('Not after').fill('00:00');
  const callerId = supervisor.getByLabel('Caller ID');
  await callerId.fill('nobody');
  await supervisor.getByRole('button', { name: 'Create campaign' }).click();
  await expect(callerId).toHaveAttribute('aria-invalid', 'true');
  await callerId.fill('+1 202 555 0100');
  await supervisor.getByRole('button', { name: 'Create campaign' }).click();
  await expect(supervisor.getByRole('heading', { name: 'Solar renewals' })).toBeVisible();
  await expect(supervisor.getByText('The campaign is switched off.')).toBeVisible();
});

test('leads from a CSV file: columns mapped, rejected rows reported', async () => {
  const areas = [212, 312, 415, 305, 206, 617, 404, 713];
  const names = ['Maria Keller', 'John Brandt', 'Aisha Lopez', 'Peter Okafor', 'Lucia Weiss', 'Ken Silva', 'Olga Adams', 'Samir Nakamura'];
  const rows = areas.map((area, index) => `+1${area}5550014,${names[index]?.replace(' ', ',')},Portland`);
  const text = ['Phone,First name,Last name,Town', ...rows, 'no number,Bad,Row,Nowhere', rows[0], ''].join('\r\n');

  await supervisor.goto('/leadsets/new/edit');
  await supervisor.getByRole('textbox', { name: 'Name', exact: true }).fill('November');
  await supervisor.getByRole('combobox', { name: 'Campaign' }).click();
  await supervisor.getByRole('option', { name: 'Solar renewals' }).click();
  await supervisor.getByRole('button', { name: 'Create and upload leads' }).click();
  await supervisor.locator('input[type=file]').setInputFiles({ name: 'leads.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });

  await expect(supervisor.getByRole('combobox', { name: 'Map column 1', exact: true })).toHaveValue('Phone');
  await supervisor.getByRole('button', { name: '2', exact: true }).click();
  await supervisor.getByRole('cell', { name: 'Portland' }).first().click({ button: 'right' });
  await supervisor.getByRole('menuitem', { name: 'City', exact: true }).click();
  await expect(supervisor.getByRole('combobox', { name: 'Map column 4', exact: true })).toHaveValue('City');
  await supervisor.getByRole('button', { name: 'Import', exact: true }).click();
  await expect(supervisor.getByRole('heading', { name: 'Imported', exact: true })).toBeVisible();
  await expect(figure(supervisor, 'Imported')).toHaveText('8');
  await expect(figure(supervisor, 'Rejected')).toHaveText('1');
  await expect(figure(supervisor, 'Duplicates')).toHaveText('1');
  const [download] = await Promise.all([
    supervisor.waitForEvent('download'),
    supervisor.getByRole('link', { name: 'Rejected rows with reasons' }).click(),
  ]);
  expect(download.suggestedFilename()).toContain('.csv');
  await supervisor.getByRole('link', { name: 'See the leads' }).click();
  await expect(supervisor.getByRole('gridcell', { name: '+12125550014', exact: true })).toBeVisible();
});

test('the campaign is switched on', async () => {
  await supervisor.goto('/');
  const state = supervisor.getByRole('switch', { name: /Campaign Solar renewals/ });
  // The mouse meets the drawn switch above the input.
  await state.click({ force: true });
  await expect(state).toBeChecked();
  await expect(supervisor.getByRole('heading', { name: 'Dashboard' })).toBeVisible();
  await expect(figure(supervisor, 'Data remaining')).toHaveText('8');
});

test('the agent chooses the campaign and gets a line', async () => {
  console_ = await logIn(agentBrowser, carillon.url, agent);
  await expect(figure(supervisor, 'Agents paused')).toHaveText('1');
});

test('a customer answers: the agent hears them and sees who it is; the supervisor sees the call', async () => {
  await console_.getByRole('button', { name: 'Go ready' }).click();
  await expect(console_.getByRole('button', { name: 'End', exact: true })).toBeVisible({ timeout: 60_000 });
  const name = (await console_.getByLabel('Call', { exact: true }).locator('p').first().textContent()) ?? '';
  expect(name).not.toBe('');
  await expect(console_.getByLabel('Script and contact')).toContainText(`Good morning ${name.split(' ')[0]}`);
  await expectToHear(console_, customerHertz);
  await expect(figure(supervisor, 'Agents in call')).toHaveText('1');
  await expect(figure(supervisor, 'Active calls')).toHaveText('1');
});

test('the supervisor sees the call in the charts of its campaign', async () => {
  await supervisor.getByRole('link', { name: 'Solar renewals' }).click();
  await expect(supervisor.getByRole('img', { name: /^Callers .*now: In progress 1, Waiting 0, Ringing 0$/ })).toBeVisible();
  await expect(supervisor.getByRole('img', { name: /^Agents .*now: In call 1, Waiting 0$/ })).toBeVisible();
  await expect(figure(supervisor, 'Calls in progress')).toHaveText('1');
  await supervisor.screenshot({ path: 'test-results/campaign.png', fullPage: true });
  await supervisor.goto('/');
});

test('hold silences the customer, resume brings them back', async () => {
  await console_.getByRole('button', { name: 'Hold' }).click();
  await expect(console_.getByText('On hold', { exact: true })).toBeVisible();
  await expectNotToHear(console_, customerHertz);
  await console_.getByRole('button', { name: 'Resume' }).click();
  await expectToHear(console_, customerHertz);
});

test('mute and the keypad work, by keyboard too', async () => {
  await console_.getByRole('button', { name: 'Mute', exact: true }).click();
  await expect(console_.getByText('You are muted')).toBeVisible();
  await console_.keyboard.press('Alt+KeyM');
  await expect(console_.getByText('You are muted')).toBeHidden();
  await console_.keyboard.press('Alt+KeyK');
  await expect(console_.getByRole('group', { name: 'Keypad' })).toBeVisible();
  await console_.keyboard.type('12#');
  await expect(console_.getByLabel('Digits sent')).toHaveText('12#');
  await console_.keyboard.press('Alt+KeyK');
});

test('notes and the call survive a reload of the page', async () => {
  await console_.getByLabel('Notes').fill('Wants the yearly plan.');
  await console_.reload();
  await expect(console_.getByRole('button', { name: 'End', exact: true })).toBeVisible();
  await expect(console_.getByText('Line up', { exact: true })).toBeVisible();
  await expect(console_.getByLabel('Notes')).toHaveValue('Wants the yearly plan.');
  await expectToHear(console_, customerHertz);
});

test('a disposition is submitted, and the next customer comes', async () => {
  const submit = console_.getByRole('button', { name: 'Submit', exact: true });
  await expect(submit).toBeDisabled();
  await console_.getByRole('button', { name: 'End', exact: true }).click();
  await expect(console_.getByText('Wrap-up', { exact: true })).toBeVisible();
  await submit.click();
  await expect(console_.getByText('Choose a disposition.')).toBeVisible();
  await console_.getByRole('radio', { name: /SALE MADE/ }).check();
  await submit.click();
  await expectNotice(console_, 'SALE MADE is saved.');
  await expect(console_.getByRole('button', { name: 'End', exact: true })).toBeVisible({ timeout: 60_000 });
  await expectToHear(console_, customerHertz);
});

test('a call-back is set for a time, and the agent goes on pause', async () => {
  await console_.getByRole('button', { name: 'End', exact: true }).click();
  await console_.getByRole('radio', { name: /CALL BACK/ }).check();
  await expect(console_.getByLabel('Call back at')).not.toHaveValue('');
  await console_.getByRole('button', { name: 'Submit & Go On Pause' }).click();
  await console_.getByRole('menuitem', { name: 'Break' }).click();
  await expectNotice(console_, 'CALL BACK is saved.');
  await expect(console_.getByRole('button', { name: 'Go ready' })).toBeVisible();
  await expect(figure(supervisor, 'Agents paused')).toHaveText('1');
  await expect(figure(supervisor, 'Active calls')).toHaveText('0');
});

test('the supervisor finds the call and plays its recording: agent left, customer right', async () => {
  await supervisor.goto('/calls');
  await supervisor.getByRole('gridcell', { name: 'SALE MADE' }).click();
  await expect(supervisor.getByRole('dialog').getByText('Wants the yearly plan.')).toBeVisible();
  const player = supervisor.locator('audio');
  await expect.poll(() => player.evaluate((audio: HTMLAudioElement) => audio.duration)).toBeGreaterThan(5);
  await player.evaluate((audio: HTMLAudioElement) => audio.play());
  await expect.poll(() => player.evaluate((audio: HTMLAudioElement) => audio.currentTime)).toBeGreaterThan(0.5);
  await player.evaluate((audio: HTMLAudioElement) => audio.pause());
  await expect(supervisor.locator('canvas')).toBeVisible();
  const download = supervisor.waitForEvent('download');
  await supervisor.getByRole('link', { name: 'Download' }).click();
  expect((await download).suggestedFilename()).toMatch(/^call-\d+\.wav$/);

  const source = await player.getAttribute('src');
  const answer = await supervisorContext.request.get(source ?? '');
  const { rate, left, right } = readStereo(await answer.body());
  expect(strengthAt(right, rate, customerHertz)).toBeGreaterThan(10 * strengthAt(right, rate, agentHertz));
  expect(strengthAt(left, rate, agentHertz)).toBeGreaterThan(10 * strengthAt(left, rate, customerHertz));
});

test('the agent logs out of the campaign', async () => {
  await leaveCampaign(console_);
  await supervisor.goto('/');
  await expect(figure(supervisor, 'Agents logged in')).toHaveText('0');
});
