import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';

const script = fileURLToPath(new URL('../scripts/ensure-chromium.sh', import.meta.url));

const ARGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const startBrowser = (more: readonly string[] = []): Promise<Browser> =>
  chromium.launch({ executablePath: execFileSync(script, { encoding: 'utf8' }).trim(), args: [...ARGS, ...more] });

export interface Size {
  readonly width: number;
  readonly height: number;
  readonly dark?: boolean;
}

/** Milliseconds to wait until something appears. */
const PATIENCE = 20_000;

/** Opens a page that records its errors and violations of its content security policy in `wrong`. */
export async function openPage(browser: Browser, url: string, size: Size): Promise<Page & { wrong: string[] }> {
  const { dark = false, ...viewport } = size;
  const page = await browser.newPage({ viewport, colorScheme: dark ? 'dark' : 'light' });
  page.setDefaultTimeout(PATIENCE);
  const wrong: string[] = [];
  page.on('pageerror', (error) => wrong.push(error.stack ?? error.message));
  page.on('console', (message) => message.type() === 'error' && wrong.push(message.text()));
  await page.goto(url);
  return Object.assign(page, { wrong });
}
