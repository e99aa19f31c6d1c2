import { expect, type Page } from '@playwright/test';
import type { AgentBrowser } from './browser';
import { administrator } from './program_client';

export async function signIn(page: Page, url: string, who: { username: string; password: string }): Promise<void> {
  await page.goto(`${url}/sign-in`);
  await page.getByLabel('User name').fill(who.username);
  await page.getByLabel(/^Password/).fill(who.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).not.toHaveURL(/sign-in/);
}

/** From the choice of the campaign to a line that is up. */
export async function chooseCampaign(page: Page): Promise<void> {
  await page.getByRole('button', { name: /Solar renewals/ }).click();
  await expect(page.getByText('Line up', { exact: true })).toBeVisible();
}

/** Signs an agent in, up to the line. */
export async function beginWork(page: Page, url: string, who: { username: string; password: string }): Promise<void> {
  await signIn(page, url, who);
  await chooseCampaign(page);
}

/** A page for somebody who takes calls, with a line that is up. Who supervises goes to the console first. */
export async function logIn(browser: AgentBrowser, url: string, who: { username: string; password: string }): Promise<Page> {
  const page = await (await browser.newContext(url)).newPage();
  await signIn(page, url, who);
  if (who.username === administrator.username) await page.goto('/console');
  await chooseCampaign(page);
  return page;
}

export async function leaveCampaign(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Log out of campaign' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Log out' }).click();
  await expect(page.getByText('Good to see you')).toBeVisible();
}

/** Waits for a notification; the page itself may hold the same words. */
export async function expectNotice(page: Page, text: string): Promise<void> {
  await expect(page.locator('.mantine-Notification-root').filter({ has: page.getByText(text, { exact: true }) }).last()).toBeVisible();
}

/** The value of a dashboard figure, by its label. */
export function figure(page: Page, label: string) {
  return page.locator('dl > div', { has: page.getByText(label, { exact: true }) }).locator('dd').first();
}

/** The loudest frequency that the page's audio element plays, over about a second. */
export async function heardTone(page: Page): Promise<{ hertz: number; decibel: number }> {
  return page.evaluate(async () => {
    const player = document.querySelector('audio');
    const stream = player?.srcObject;
    if (!(stream instanceof MediaStream)) return { hertz: 0, decibel: -Infinity };
    const context = new AudioContext();
    await context.resume();
    const analyser = context.createAnalyser();
    analyser.fftSize = 8192;
    analyser.smoothingTimeConstant = 0.5;
    context.createMediaStreamSource(stream).connect(analyser);
    await new Promise((resolve) => setTimeout(resolve, 1200));
    const bins = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(bins);
    let loudest = 0;
    bins.forEach((level, bin) => {
      if (level > (bins[loudest] ?? -Infinity)) loudest = bin;
    });
    const result = { hertz: (loudest * context.sampleRate) / analyser.fftSize, decibel: bins[loudest] ?? -Infinity };
    await context.close();
    return result;
  });
}

/** Waits until the agent hears the tone of a customer, within 10 Hz and well above the noise. */
export async function expectToHear(page: Page, hertz: number): Promise<void> {
  await expect(async () => {
    const heard = await heardTone(page);
    expect(heard.decibel).toBeGreaterThan(-60);
    expect(Math.abs(heard.hertz - hertz)).toBeLessThan(10);
  }).toPass({ timeout: 30_000 });
}

/** Waits until nothing of that tone is heard any more. */
export async function expectNotToHear(page: Page, hertz: number): Promise<void> {
  await expect(async () => {
    const heard = await heardTone(page);
    expect(heard.decibel < -70 || Math.abs(heard.hertz - hertz) > 20).toBe(true);
  }).toPass({ timeout: 30_000 });
}
