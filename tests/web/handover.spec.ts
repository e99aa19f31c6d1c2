import { expect, test, type Page } from '@playwright/test';
import { AgentBrowser } from './browser';
import { Carillon, ToneCustomers } from './carillon';
import { expectNotice, expectNotToHear, expectToHear, logIn } from './people';
import { administrator, agent, ProgramClient } from './program_client';

// What agents can do with a customer besides talking: park, transfer, consult, confer. Two agents and
// a manager in Chromium; customers and third parties in SIPp, who play a tone.
const customerHertz = 700;
const agentHertz = 440;
const outsideHertz = 900;
const colleague = { username: 'otto', name: 'Otto Berg', password: 'a second staple here' };
const outside = '+12125550199';

test.describe.configure({ mode: 'serial' });

let carillon: Carillon;
let carrier: ToneCustomers;
let outsider: ToneCustomers;
let browser: AgentBrowser;
let client: ProgramClient;
let campaignId: number;
let nina: Page;
let otto: Page;

test.beforeAll(async () => {
  [carillon, carrier, outsider, browser] = await Promise.all([
    Carillon.start(),
    ToneCustomers.start(customerHertz),
    ToneCustomers.start(outsideHertz),
    AgentBrowser.launch(agentHertz),
  ]);
  client = await ProgramClient.setUp(carillon);
  const { campaign, person, trunks } = await client.prepareCampaign({ carrierPort: carrier.port, carrierPing: false, phones: ['+12125550100'], active: true });
  campaignId = campaign.id;
  const second = await client.post('/users', { ...colleague, role: 'agent' });
  // The customer's trunk has one channel, so that whoever is asked in comes over the other.
  const other = await client.post('/trunks', { name: 'Outside', host: '127.0.0.1', port: outsider.port, options_ping: false });
  await client.patch(`/trunks/${trunks[0]}`, { channels: 1 });
  await client.patch(`/campaigns/${campaign.id}`, { agent_ids: [person.id, second.id], trunk_ids: [...trunks, other.id] });
});

test.afterAll(async () => {
  await client?.dispose();
  await browser?.close();
  await Promise.all([carillon?.stop(), carrier?.stop(), outsider?.stop()]);
});

const inCall = (page: Page) => expect(page.getByRole('button', { name: 'Mute', exact: true })).toBeVisible();
const endButton = (page: Page) => page.getByRole('button', { name: 'End', exact: true });

test('a parked customer hears no agent, and another agent takes the call', async ({}, info) => {
  nina = await logIn(browser, carillon.url, agent);
  await nina.getByRole('button', { name: 'Go ready' }).click();
  await expect(endButton(nina)).toBeVisible();
  await expectToHear(nina, customerHertz);
  await nina.getByRole('button', { name: 'Park' }).click();
  await expectNotToHear(nina, customerHertz);
  await expect(nina.getByRole('region', { name: 'Parked calls' })).toContainText('+12125550100');
  await expect(nina.getByRole('radiogroup', { name: 'Disposition' })).toBeHidden();

  otto = await logIn(browser, carillon.url, colleague);
  await expect(otto.getByRole('region', { name: 'Parked calls' })).toContainText('+12125550100');
  await otto.screenshot({ path: info.outputPath('parked.png') });
  await otto.getByRole('button', { name: 'Retrieve +12125550100' }).click();
  await expectToHear(otto, customerHertz);
  await expect(otto.getByText('Maria Tester1', { exact: true })).toBeVisible();
  await expect(nina.getByRole('region', { name: 'Parked calls' })).toBeHidden();
});

test('a number that is none is refused beside its field', async () => {
  await otto.getByRole('button', { name: 'Transfer', exact: true }).click();
  await otto.getByRole('textbox', { name: 'Number' }).fill('0301234567');
  await otto.getByRole('button', { name: 'Transfer now' }).click();
  await expect(otto.getByText('Give a valid number with its country code')).toBeVisible();
});

test('a consultation: the colleagues hear each other, the customer neither', async ({}, info) => {
  await otto.screenshot({ path: info.outputPath('transfer.png') });
  await otto.getByRole('button', { name: 'Consult Nina Frost' }).click();
  await expect(otto.getByText('You are speaking with Nina Frost')).toBeVisible();
  await expectToHear(otto, agentHertz);
  await expectToHear(nina, agentHertz);
  await expect(nina.getByText('A colleague has asked you in')).toBeVisible();
  await expect(nina.getByRole('button', { name: 'Leave' })).toBeVisible();
  await otto.screenshot({ path: info.outputPath('consult.png') });
});

test('a conference, and the agent leaves the two', async ({}, info) => {
  await otto.getByRole('button', { name: 'Conference', exact: true }).click();
  await expect(otto.getByText(/You, the customer and Nina Frost hear each other/)).toBeVisible();
  await otto.getByRole('button', { name: 'Mute', exact: true }).click();
  await expectToHear(nina, customerHertz);
  await otto.getByRole('button', { name: 'Unmute' }).click();
  await otto.screenshot({ path: info.outputPath('conference.png') });
  await otto.getByRole('button', { name: 'Leave the two' }).click();
  await expect(otto.getByRole('radiogroup', { name: 'Disposition' })).toBeVisible();
  await expectToHear(nina, customerHertz);
  await otto.getByRole('radio', { name: /CALL TRANSFERRED/ }).check();
  await otto.getByRole('button', { name: 'Submit', exact: true }).click();
  await expectNotice(otto, 'CALL TRANSFERRED is saved.');
});

test('a third party outside is asked and sent away again', async () => {
  await nina.getByRole('button', { name: 'Transfer', exact: true }).click();
  await nina.getByRole('textbox', { name: 'Number' }).fill(outside);
  await nina.getByRole('button', { name: 'Consult', exact: true }).click();
  await expect(nina.getByText(`You are speaking with ${outside}`)).toBeVisible();
  await expectToHear(nina, outsideHertz);
  await nina.getByRole('button', { name: 'Back to the customer' }).click();
  await expect(nina.getByRole('region', { name: 'Third party' })).toBeHidden();
  await inCall(nina);
  await expectToHear(nina, customerHertz);
});

test('a blind transfer to a manager who helps out', async ({}, info) => {
  const manager = await logIn(browser, carillon.url, administrator);
  await nina.getByRole('button', { name: 'Transfer', exact: true }).click();
  await nina.getByRole('button', { name: 'Transfer to any manager' }).click();
  await expectToHear(manager, customerHertz);
  await expect(manager.getByText('Maria Tester1', { exact: true })).toBeVisible();
  await manager.screenshot({ path: info.outputPath('manager.png') });
  await nina.getByRole('radio', { name: /CALL TRANSFERRED/ }).check();
  await nina.getByRole('button', { name: 'Submit', exact: true }).click();
  await expectNotice(nina, 'CALL TRANSFERRED is saved.');
  nina = manager;
});

test('the details are put right during the call, also over a reload, and marked invalid', async () => {
  await nina.getByRole('tab', { name: 'Contact' }).click();
  await nina.getByRole('button', { name: 'Edit details' }).click();
  await nina.getByLabel('City').fill('Salem');
  await nina.reload();
  await nina.getByRole('tab', { name: 'Contact' }).click();
  await expect(nina.getByLabel('City')).toHaveValue('Salem');
  await nina.getByRole('button', { name: 'Save' }).click();
  await expectNotice(nina, 'The details are saved.');
  await expect(nina.getByRole('tabpanel', { name: 'Contact' }).getByText('Salem', { exact: true })).toBeVisible();
  await nina.getByRole('button', { name: 'Invalid details' }).click();
  await nina.getByRole('button', { name: 'Mark as invalid' }).click();
  await expect(nina.getByRole('button', { name: 'Details are marked invalid' })).toBeVisible();
});

test('a supervisor ends a call on the page of its campaign, and its agent goes to wrap-up', async ({}, info) => {
  await expect(endButton(nina)).toBeVisible();
  const page = await nina.context().newPage();
  await page.goto(`${carillon.url}/campaigns/${campaignId}`);
  await page.getByRole('button', { name: 'End the call with +12125550100' }).click();
  const dialog = page.getByRole('dialog', { name: 'End the call with +12125550100?' });
  await page.screenshot({ path: info.outputPath('end-call.png') });
  await dialog.getByRole('button', { name: 'End the call' }).click();
  await expect(page.getByText('No call is under way.')).toBeVisible();
  await expect(endButton(nina)).toBeHidden();
  await page.close();
});

test('tags go with the disposition, and the call log tells the whole course', async ({}, info) => {
  await nina.getByRole('radio', { name: /SALE MADE/ }).check();
  await nina.getByRole('combobox', { name: 'Tags' }).fill('solar');
  await nina.getByRole('combobox', { name: 'Tags' }).press('Enter');
  await nina.getByRole('button', { name: 'Submit', exact: true }).click();
  await expectNotice(nina, 'SALE MADE is saved.');
  await nina.goto('/calls');
  await nina.getByRole('row', { name: /\+12125550100.*SALE MADE/ }).click();
  const call = nina.getByRole('dialog');
  for (const line of ['Parked by Nina Frost', 'Retrieved by Otto Berg', 'Conference with Nina Frost', `Third party asked ${outside}`, 'Transferred to Ada Lindqvist']) {
    await expect(call.getByText(line).first()).toBeVisible();
  }
  await expect(call.getByText('solar', { exact: true })).toBeVisible();
  await nina.screenshot({ path: info.outputPath('call-log.png') });
});
