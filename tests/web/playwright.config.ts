import { defineConfig } from '@playwright/test';
import { browserArguments, chromiumPath } from './browser';

// The whole product in a browser: each file starts the real server with a folder of its own, and a
// sandbox carrier where customers are needed. Nothing is mocked, no browser is downloaded.
export default defineConfig({
  testDir: '.',
  outputDir: './test-results',
  workers: 1,
  fullyParallel: false,
  retries: 0,
  timeout: 300_000,
  expect: { timeout: 45_000 },
  reporter: [['list']],
  use: {
    ignoreHTTPSErrors: true,
    viewport: { width: 1440, height: 900 },
    actionTimeout: 45_000,
    navigationTimeout: 60_000,
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    launchOptions: { executablePath: chromiumPath, args: browserArguments },
  },
});
