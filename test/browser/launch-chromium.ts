import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const DEFAULT_PATH = '/usr/bin/chromium';
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The browser at CHROMIUM_PATH, or Debian's. These tests are never skipped: without a browser they fail and say so. */
export function launchChromium(): Promise<Browser> {
  const executablePath = process.env['CHROMIUM_PATH'] || DEFAULT_PATH;
  if (!existsSync(executablePath)) {
    throw new Error(`There is no browser at ${executablePath}. Install Chromium, or set CHROMIUM_PATH to where it is.`);
  }
  return chromium.launch({ executablePath, args: FLAGS });
}
