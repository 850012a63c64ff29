/** `npx tsx tools/bench dashboard`: what the dashboard costs with many trials, each figure next to its target. Nothing is asserted. */
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { rngFor } from '../../src/numeric/random.ts';
import { space } from '../../src/space/space.ts';
import { choice, float, int } from '../../src/space/types/dimension.ts';
import { processSource } from '../../src/stores/process.ts';
import { memoryLog } from '../../streams/log/memory.ts';
import { createdOf } from '../../streams/spec/options.ts';
import { random } from '../../streams/strategies/random.ts';
import { emptyServer } from '../../test/dashboard/support.ts';
import { openPage, startBrowser } from '../../test/support/browser.ts';
import { ensurePage } from '../../test/support/build.ts';
import { longestTurn } from './turns.ts';

const TRIALS = Number(process.env.TRIALS ?? 50_000);
const REPORTS = 20;
const RATE = 200;
const SECONDS = Number(process.env.SECONDS ?? 60);

const net = space({
  lr: float(1e-5, 0.1, { log: true }),
  decay: float(1e-6, 1e-2, { log: true }),
  layers: int(1, 8),
  units: int(8, 512, { log: true }),
  dropout: float(0, 0.5),
  activation: choice(['relu', 'tanh', 'sigmoid']),
  optimizer: choice(['adam', 'sgd']),
  momentum: float(0, 1),
  warmup: int(0, 20),
  clip: float(0.1, 10, { log: true }),
});

const say = (what: string, target: string, measured: string) => console.log(`${what.padEnd(58)} ${target.padEnd(12)} ${measured}`);

async function study() {
  const log = memoryLog();
  await log.append(createdOf(net, random(), { study: 'many', objectives: { loss: 'minimize' }, parallel: 50, seed: 1 }));
  const rng = rngFor('bench', '', 0);
  for (let trial = 1; trial <= TRIALS; trial++) {
    const params = net.decode(net.axes.map(() => rng()));
    const run = `r${trial}`;
    await log.append({ type: 'suggested', trial, attempt: 1, by: 'random', params });
    await log.append({ type: 'started', trial, attempt: 1, run, trainer: `t${trial % 16}` });
    const loss = Math.abs(Math.log10(params.lr) + 2.5) + 0.1 * Math.abs(params.layers - 4) + 0.2 * rng();
    for (let step = 1; step <= REPORTS; step++) await log.append({ type: 'reported', trial, run, step, values: { loss: loss + 1 / step } });
    await log.append(rng() < 0.1 ? { type: 'failed', trial, run, reason: 'error' } : { type: 'completed', trial, run, values: { loss } });
  }
  return log;
}

/** Records when the page first shows rows, a chart and lines. */
const WATCH_FIRST = `{
  const look = () => {
    const lines = document.querySelectorAll('.parallel canvas')[1];
    const seen = document.querySelector('tbody button') && document.querySelector('.chart canvas') && lines && lines.width > 0;
    if (seen && lines.getContext('2d').getImageData(0, 0, lines.width, lines.height).data.some((x) => x > 0)) globalThis.firstSeen = performance.now();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}`;

async function first(page: Page): Promise<number> {
  for (;;) {
    const seen = await page.evaluate<number | undefined>('globalThis.firstSeen');
    if (seen !== undefined) return seen;
    await sleep(100);
  }
}

/** Milliseconds between frames during an action, in ascending order. */
async function framesDuring(page: Page, doing: () => Promise<unknown>): Promise<readonly number[]> {
  await page.evaluate(`{
    globalThis.frames = [];
    let before = performance.now();
    const frame = (now) => { globalThis.frames.push(now - before); before = now; globalThis.framing = requestAnimationFrame(frame); };
    globalThis.framing = requestAnimationFrame(frame);
  }`);
  await doing();
  const frames = await page.evaluate<number[]>('cancelAnimationFrame(globalThis.framing), globalThis.frames.slice(1)');
  return frames.sort((a, b) => a - b);
}

/** Waits until the page has all trials. */
async function whole(page: Page): Promise<void> {
  const count = "document.querySelector('.table table')?.getAttribute('aria-rowcount')";
  while ((await page.evaluate<string | undefined>(count)) !== String(TRIALS + 1)) await sleep(100);
}

const STEPS = 60;

async function brushing(page: Page): Promise<readonly number[]> {
  await page.waitForTimeout(2000);
  const axis = page.getByRole('slider', { name: 'select lr' });
  await axis.scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await axis.boundingBox())!;
  await page.mouse.move(x + width / 2, y + 10);
  await page.mouse.down();
  const frames = await framesDuring(page, async () => {
    for (let k = 1; k <= STEPS; k++) await page.mouse.move(x + width / 2, y + 10 + ((height - 20) * k) / STEPS);
  });
  await page.mouse.up();
  await page.keyboard.press('Escape');
  return frames;
}

/** The same brush in a view without axes to drag on: through the address, which holds the brush. */
async function brushedBy(page: Page, view: string): Promise<readonly number[]> {
  await page.getByRole('navigation').getByRole('link', { name: view, exact: true }).click();
  await page.waitForTimeout(2500);
  return framesDuring(page, async () => {
    for (let k = 1; k <= STEPS; k++) {
      await page.evaluate(`{
        const query = new URLSearchParams(location.search);
        query.set('brush', JSON.stringify({ lr: [0.1, ${k / STEPS}] }));
        history.replaceState(null, '', '?' + query);
        dispatchEvent(new PopStateEvent('popstate'));
      }`);
      await page.evaluate('new Promise(requestAnimationFrame)');
    }
  });
}

async function memory(page: Page): Promise<string> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  await session.send('Performance.enable');
  const { metrics } = await session.send('Performance.getMetrics');
  const heap = metrics.find(({ name }) => name === 'JSHeapUsedSize')!.value;
  return `heap ${Math.round(heap / 2 ** 20)} MB, whole process ${renderers()} MB`;
}

/** Resident megabytes of the largest renderer process. */
function renderers(): number {
  const sizes = readdirSync('/proc').flatMap((pid) => {
    try {
      if (!/--type=renderer/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'))) return [];
      return Number(/^RssAnon:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024;
    } catch {
      return [];
    }
  });
  return Math.round(Math.max(0, ...sizes));
}

/** Sends reports at a fixed rate, spread over trials. @returns milliseconds until each step of one trial showed on the page, in ascending order. */
async function reports(page: Page, log: ReturnType<typeof memoryLog>): Promise<readonly number[]> {
  const open = Array.from({ length: 20 }, (_, i) => TRIALS + 1 + i);
  for (const trial of open) {
    await log.append({ type: 'suggested', trial, attempt: 1, by: 'random', params: net.decode(net.axes.map(() => 0.5)) });
    await log.append({ type: 'started', trial, attempt: 1, run: `r${trial}`, trainer: 't' });
  }
  const watched = open.at(-1)!;
  await page.evaluate(`{
    globalThis.seen = [];
    const look = () => {
      const row = [...document.querySelectorAll('tbody tr')].find((tr) => tr.querySelector('button')?.textContent === '${watched}');
      const at = [...document.querySelectorAll('thead th')].findIndex((th) => th.textContent.trim().startsWith('step'));
      const step = Number(row?.cells[at]?.textContent);
      if (step && globalThis.seen.at(-1)?.[0] !== step) globalThis.seen.push([step, Date.now()]);
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }`);
  const saidAt: number[] = [];
  const begun = performance.now();
  for (let k = 0; k < RATE * SECONDS; k++) {
    const trial = open[k % open.length]!;
    const step = Math.floor(k / open.length) + 1;
    await log.append({ type: 'reported', trial, run: `r${trial}`, step, values: { loss: 1 + 1 / step } });
    if (trial === watched) saidAt[step] = Date.now();
    const ahead = begun + (1000 * (k + 1)) / RATE - performance.now();
    if (ahead > 1) await sleep(ahead);
  }
  await sleep(1500);
  const seen = await page.evaluate<[number, number][]>('globalThis.seen');
  // The page may skip a step when a newer one is there: the delay counts until that step or a later one shows.
  const late = saidAt.flatMap((at, step) => {
    const shown = seen.find(([one]) => one >= step);
    return at === undefined ? [] : [shown ? shown[1] - at : Number.POSITIVE_INFINITY];
  });
  return late.sort((a, b) => a - b);
}

const at = (sorted: readonly number[], share: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
const milliseconds = (sorted: readonly number[]) =>
  `median ${Math.round(at(sorted, 0.5))} ms, 95 % ${Math.round(at(sorted, 0.95))} ms, most ${Math.round(at(sorted, 1))} ms`;

await ensurePage();
const assets = new URL('../../dist/src/page/', import.meta.url);
const weight = readdirSync(assets, { recursive: true, withFileTypes: true })
  .filter((file) => file.isFile())
  .reduce((sum, { parentPath, name }) => sum + gzipSync(readFileSync(`${parentPath}/${name}`)).length, 0);
say('page weight', '<= 280 KB', `${Math.round(weight / 1024)} KB gzip`);

/** Reads all trials in a thread, as a page does when it opens. */
function readAll(url: string): Promise<unknown> {
  const code = `
    const { workerData } = require('node:worker_threads');
    (async () => {
      let end = '';
      for await (const piece of (await fetch(workerData)).body) {
        end = (end + Buffer.from(piece).toString('latin1')).slice(-200);
        if (end.includes('"more":false')) process.exit();
      }
    })();`;
  return once(new Worker(code, { eval: true, workerData: url }), 'exit');
}

const log = await study();
const made = await emptyServer();
const shown = made.studies.show(
  'many',
  processSource('memory', log, () => Promise.reject(new Error('this study is only read'))),
);
const ofCpu = (cpu: number) => `${Math.round(cpu)} ms of CPU`;
say('longest turn of the server while it reads the log', '<= 20 ms', ofCpu(await longestTurn(shown.feed.caughtUp)));
for (const reader of ['first', 'second', 'third'])
  say(
    `the same while it sends all trials to a ${reader} reader`,
    '<= 20 ms',
    ofCpu(await longestTurn(readAll(`${made.url}v1/events?study=many`))),
  );
const browser = await startBrowser();
const times: number[] = [];
const wholes: number[] = [];
for (let k = 0; k < 5; k++) {
  const page = await openPage(browser, 'about:blank', { width: 1280, height: 900 });
  await page.addInitScript(WATCH_FIRST);
  await page.goto(`${made.url}?study=many`);
  times.push(await first(page));
  await whole(page);
  wholes.push(await page.evaluate<number>('performance.now()'));
  await page.close();
}
say(`first useful picture of ${TRIALS} trials`, '<= 1500 ms', milliseconds(times.sort((a, b) => a - b)));
say('all trials', '', milliseconds(wholes.sort((a, b) => a - b)));

const page = await openPage(browser, `${made.url}?study=many`, { width: 1280, height: 900 });
await whole(page);
say('a frame while an axis is brushed', '<= 50 ms', milliseconds(await brushing(page)));
for (const view of ['Parameters', 'Curves', 'Timeline', 'Strategies']) {
  say(`the same in ${view}`, '<= 50 ms', milliseconds(await brushedBy(page, view)));
}
await page.goto(`${made.url}?study=many`);
await whole(page);
await page.waitForTimeout(2500);
say('memory of the page', '<= 400 MB', await memory(page));
const late = await reports(page, log);
say(`${RATE} reports a second for ${SECONDS} s: until one is seen`, '<= 1000 ms', milliseconds(late));
say('memory of the page after that', '<= 400 MB', await memory(page));
await browser.close();
await made.close();
process.exit(0);
