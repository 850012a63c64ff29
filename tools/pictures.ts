/** `npx tsx tools/pictures`: makes the pictures of the README and the site from a real run. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Fact } from '../src/facts/facts.ts';
import { journalSource } from '../src/stores/journal.ts';
import { emptyServer } from '../test/dashboard/support.ts';
import { openPage, type Size, startBrowser } from '../test/support/browser.ts';
import { ensurePage } from '../test/support/build.ts';
import { thinking } from './thinking.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const pictures = join(root, 'examples/pictures');
const log = join(mkdtempSync(join(tmpdir(), 'hypertide-pictures-')), 'digits.jsonl');

execFileSync('npm', ['start', '--silent', '--', '--cost', '1080', '--journal', log], { cwd: root, stdio: 'inherit' });
await ensurePage();
mkdirSync(pictures, { recursive: true });
const made = await emptyServer();
const feed = made.studies.show('digits', journalSource(log)).feed;
await feed.caughtUp;
const best = feed.headline()!.best!.trial;
const browser = await startBrowser();

/** @param wait a selector to wait for. */
async function take(name: string, query: string, wait: string, size: Size): Promise<void> {
  const page = await openPage(browser, `${made.url}?study=digits&${query}`, size);
  await page.locator(wait).first().waitFor();
  await page.waitForTimeout(1000);
  await page.screenshot({ path: join(pictures, `${name}.png`) });
  await page.close();
}

await take('overview', '', '.lessons li', { width: 1280, height: 860 });
await take('machines', `view=machines&trial=${best}`, '.chart-state.is-active', { width: 1280, height: 860, dark: true });
await take('parameters', 'view=parameters', '[aria-label^="Importance"]', { width: 1280, height: 860 });
const facts = readFileSync(log, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Fact);
const rows = execFileSync('npx', ['tsx', 'src/cli/main.ts', 'trials', log, '--json'], { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 });
const plane = { x: ['learningRate', 1e-4, 1, 'learning rate'], y: ['units', 8, 64, 'units'] } as const;
writeFileSync(join(pictures, 'thinking.svg'), thinking(facts, JSON.parse(rows), plane, 'A network with nine parameters'));
await browser.close();
await made.close();
