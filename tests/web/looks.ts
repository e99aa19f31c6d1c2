import { expect, test, type Page, type TestInfo } from '@playwright/test';
import { expectAccessible } from './accessible';

const sizes = [
  { width: 1280, height: 720 },
  { width: 1024, height: 768 },
  { width: 768, height: 1024 },
];

/** Nothing is wider than the screen, and no word on a button is cut off. */
async function expectFits(page: Page): Promise<void> {
  const faults = await page.evaluate(() => {
    const found: string[] = [];
    if (document.documentElement.scrollWidth > window.innerWidth) found.push(`the page is ${document.documentElement.scrollWidth} wide`);
    for (const control of document.querySelectorAll('button, input:not([type=hidden]), textarea, [role=tab]')) {
      const { left, right, width } = control.getBoundingClientRect();
      const name = control.getAttribute('aria-label') ?? control.textContent ?? control.tagName;
      if (width === 0) continue;
      if (left < -0.5 || right > window.innerWidth + 0.5) found.push(`${name} goes from ${left} to ${right}`);
      const words = control.querySelector('.mantine-Button-label') ?? control;
      if (control.tagName === 'BUTTON' && words.scrollWidth > words.clientWidth + 1) found.push(`${name} is cut off`);
    }
    return found;
  });
  expect(faults).toEqual([]);
}

/** Every size and both colour schemes, kept as pictures; axe at the first size. */
export async function look(page: Page, info: TestInfo, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const size of sizes) {
      await page.setViewportSize(size);
      await test.step(`${name}, ${colorScheme}, ${size.width} x ${size.height}`, async () => {
        await expectFits(page);
        await page.screenshot({ path: info.outputPath(`${name}-${colorScheme}-${size.width}.png`) });
      });
    }
    await page.setViewportSize({ width: 1280, height: 720 });
    await expectAccessible(page);
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
}
