import { chromium, type Browser } from '@playwright/test';

export const chromiumPath = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** A microphone without a question or a device, and audio paths over loopback. */
export const browserArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  '--allow-loopback-in-peer-connection',
];

/** A browser of its own whose microphone hears the sound file. */
export function launchWithMicrophone(soundFile: string): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath,
    args: [...browserArguments, `--use-file-for-fake-audio-capture=${soundFile}`],
  });
}
