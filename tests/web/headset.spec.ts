import { expect, test, type Page } from '@playwright/test';
import { expectAccessible } from './accessible';
import { AgentBrowser } from './browser';
import { Carillon, Sandbox } from './carillon';
import { beginWork, expectNotToHear, expectToHear, leaveCampaign, logIn } from './people';
import { agent, ProgramClient } from './program_client';

// How an agent finds out before the first call that the headset works. The customer plays 650 Hz and
// never hangs up (tools/sandbox/README.md).
const agentHertz = 440;
const customerHertz = 650;

test.describe.configure({ mode: 'serial' });

let carillon: Carillon;
let sandbox: Sandbox;
let browser: AgentBrowser;
let client: ProgramClient;
let campaign: { id: number };
let page: Page;

test.beforeAll(async () => {
  [carillon, sandbox, browser] = await Promise.all([Carillon.start(), Sandbox.start(), AgentBrowser.launch(agentHertz)]);
  client = await ProgramClient.setUp(carillon);
  ({ campaign } = await client.prepareCampaign({ carrierPort: sandbox.port, phones: ['+12125550014'], active: true }));
});

test.afterAll(async () => {
  await client?.dispose();
  await browser?.close();
  await Promise.all([carillon?.stop(), sandbox?.stop()]);
});

const meter = (of: Page) => of.getByRole('meter', { name: 'Microphone level' });
const echoTest = () => page.getByRole('button', { name: 'Echo test', exact: true });
const openMenu = (of: Page) => of.getByRole('button', { name: 'Headset and sounds' }).click();

test('a dead microphone is told in words', async ({}, info) => {
  const dead = await AgentBrowser.launch(0);
  const silent = await logIn(dead, carillon.url, agent);
  await openMenu(silent);
  await expect(silent.getByText('No sound from the microphone.')).toBeVisible();
  await expect(meter(silent)).toHaveAttribute('aria-valuenow', '0');
  await expectAccessible(silent);
  await silent.screenshot({ path: info.outputPath('silent.png') });
  await silent.keyboard.press('Escape');
  await expect(meter(silent)).toBeHidden();
  await leaveCampaign(silent);
  await dead.close();
});

test('the meter moves with the voice, and a sound comes from the chosen headphones', async ({}, info) => {
  const context = await browser.newContext(carillon.url, { colorScheme: 'dark' });
  await context.addInitScript(() => {
    const { prototype } = HTMLMediaElement;
    const setSinkId = prototype.setSinkId;
    prototype.setSinkId = function (id) {
      document.documentElement.dataset.soundGoesTo = id;
      return setSinkId.call(this, id);
    };
  });
  page = await context.newPage();
  await beginWork(page, carillon.url, agent);
  await openMenu(page);
  await expect.poll(async () => Number(await meter(page).getAttribute('aria-valuenow'))).toBeGreaterThan(30);
  await page.getByRole('combobox', { name: 'Headphones' }).click();
  await page.getByRole('option', { name: /Fake Audio Output 2/ }).click();
  const chosen = await page.evaluate(async () => {
    const devices = await navigator.mediaDevices.enumerateDevices();
    return devices.find(({ kind, label }) => kind === 'audiooutput' && label.includes('Output 2'))?.deviceId;
  });
  const play = page.getByRole('button', { name: 'Play a sound' });
  await play.click();
  await expect(page.locator('html')).toHaveAttribute('data-sound-goes-to', chosen ?? 'none');
  await expect(play).toBeEnabled();
  await expect(page.getByText('These headphones cannot be used.')).toBeHidden();
  await expectAccessible(page);
  await page.screenshot({ path: info.outputPath('headset.png') });
});

test('in an echo test the agent hears their own voice, until it is stopped', async ({}, info) => {
  await expectNotToHear(page, agentHertz);
  await echoTest().click();
  await expect(page.getByText('you hear yourself a second later')).toBeVisible();
  await expectToHear(page, agentHertz);
  await page.screenshot({ path: info.outputPath('echo.png') });
  await page.getByRole('button', { name: 'Stop the echo test' }).click();
  await expect(echoTest()).toBeEnabled();
  await expectNotToHear(page, agentHertz);
});

test('it ends by itself after a while, and with the menu', async () => {
  await echoTest().click();
  await expect(page.getByRole('button', { name: 'Stop the echo test' })).toBeVisible();
  await expect(echoTest()).toBeVisible();
  await expectNotToHear(page, agentHertz);
  await echoTest().click();
  await expectToHear(page, agentHertz);
  await page.keyboard.press('Escape');
  await expectNotToHear(page, agentHertz);
});

test('a call that comes ends it, and in the call there is none', async () => {
  await client.patch(`/campaigns/${campaign.id}`, { active: false });
  await page.getByRole('button', { name: 'Go ready' }).click();
  await openMenu(page);
  await echoTest().click();
  await expectToHear(page, agentHertz);
  await client.patch(`/campaigns/${campaign.id}`, { active: true });
  await expectToHear(page, customerHertz);
  await expect(echoTest()).toBeDisabled();
  await expect(page.getByText('After the call you can check here how customers hear you.')).toBeVisible();
  await expectNotToHear(page, agentHertz);
});
