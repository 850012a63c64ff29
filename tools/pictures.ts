/** `npx tsx tools/pictures`: makes the pictures of the README and the site from a real run. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Fact, ObjectiveSpec } from '../src/facts/facts.ts';
import { predictedSurface } from '../src/insight/figures/contour.ts';
import { cssOf, ramp, themes } from '../src/insight/figures/drawing/colours.ts';
import type { Landscape } from '../src/insight/landscape.ts';
import { momentsOf } from '../src/server/feed/moments.ts';
import { journalSource } from '../src/stores/journalSource.ts';
import { emptyServer } from '../test/dashboard/support.ts';
import { openPage, type Size, startBrowser } from '../test/support/browser.ts';
import { ensurePage } from '../test/support/build.ts';
import { type Frame, thinking } from './thinking.ts';

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

/** Landscapes in the animation, and the cells of each along a range. */
const [FRAMES, CELLS] = [30, 24];

/** A landscape as the address of a picture with a pixel for each cell, drawn by a browser. */
async function pictureOf(landscape: Landscape, objective: ObjectiveSpec): Promise<string> {
  const { cells, across, up } = predictedSurface(landscape, objective, false);
  const colours = ramp(themes.dark);
  const pixels = cells.map(([a, b, badness]) => [a, up - 1 - b, cssOf(colours[Math.round(badness * (colours.length - 1))]!)] as const);
  const page = await browser.newPage();
  const draw = `(() => {
    const canvas = Object.assign(document.createElement('canvas'), { width: ${across}, height: ${up} });
    const context = canvas.getContext('2d');
    context.globalAlpha = 0.6;
    for (const [x, y, colour] of ${JSON.stringify(pixels)}) { context.fillStyle = colour; context.fillRect(x, y, 1, 1); }
    return canvas.toDataURL('image/png');
  })()`;
  const address = (await page.evaluate(draw)) as string;
  await page.close();
  return address;
}

/** @param wait a selector to wait for. */
async function take(name: string, query: string, wait: string, size: Size): Promise<void> {
  const page = await openPage(browser, `${made.url}?study=digits&${query}`, size);
  await page.locator(wait).first().waitFor();
  await page.waitForTimeout(1000);
  await page.screenshot({ path: join(pictures, `${name}.png`) });
  await page.close();
}

await take('overview', '', '.lessons li', { width: 1280, height: 860 });
const beforeBest = feed.begun!.rows.get(best)!.suggested - 1;
await take('thinking', `view=thinking&x=learningRate&y=units&at=${beforeBest}`, '.statechart .is-active', {
  width: 1280,
  height: 860,
  dark: true,
});
await take('parameters', 'view=parameters', '[aria-label^="Importance"]', { width: 1280, height: 860 });
const facts = readFileSync(log, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Fact);
const rows = execFileSync('npx', ['tsx', 'src/cli/main.ts', 'trials', log, '--json'], { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 });
const plane = { x: ['learningRate', 1e-4, 1, 'learning rate'], y: ['units', 8, 64, 'units'] } as const;
const suggested = [...feed.begun!.rows].map((row) => row.suggested - 1);
const every = Math.ceil(suggested.length / FRAMES);
const frames: Frame[] = [];
const momentAt = momentsOf(feed);
for (const at of suggested.filter((_, i) => i % every === 0)) {
  const { landscape } = at > 1 ? await momentAt({ at, x: plane.x[0], y: plane.y[0] }, CELLS) : {};
  if (landscape) frames.push({ position: at, picture: await pictureOf(landscape, feed.begun!.ledger.settings.objectives[0]!) });
}
writeFileSync(join(pictures, 'thinking.svg'), thinking(facts, JSON.parse(rows), plane, 'A network with nine parameters', frames));
await browser.close();
await made.close();
