import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { natsSource } from '../../src/dashboard/natsSource.ts';
import { type Dashboard, dashboard } from '../../src/dashboard/serve.ts';
import { logSource } from '../../src/dashboard/source.ts';
import { float, int } from '../../src/space/dimension.ts';
import { space, spaceFrom } from '../../src/space/space.ts';
import { memoryLog } from '../../streams/log/memory.ts';
import { serve } from '../../streams/nats/serve.ts';
import { trainer } from '../../streams/nats/trainer.ts';
import { createdOf } from '../../streams/options.ts';
import { random } from '../../streams/strategies/random.ts';
import { tpe } from '../../streams/strategies/tpe.ts';
import { directory, hypertide, journalOf, type Started, start, until } from '../cli/support.ts';
import { openPage as open, type Size, startBrowser } from '../support/browser.ts';
import { type NatsServer, natsServer } from '../support/nats.ts';
import { ensurePage } from '../support/page.ts';
import { board, finished } from './support.ts';

const TRAINER = fileURLToPath(new URL('./programs/trainer.mjs', import.meta.url));
const WIDE = { width: 1280, height: 900 };
const NARROW = { width: 400, height: 800, dark: true };
const VIEWS = ['Overview', 'Parameters', 'Curves', 'Timeline', 'Objectives', 'Strategies', 'Machines', 'Control'];

let browser: Browser;
beforeAll(async () => {
  await ensurePage();
  browser = await startBrowser();
});
afterAll(() => browser.close());
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

/** A page that is closed with its test. */
async function openPage(...[of, url, size]: [Browser, string, Size]) {
  const page = await open(of, url, size);
  cleanups.push(() => page.close());
  return page;
}
const show = (page: Page, view: string) => page.getByRole('navigation').getByRole('link', { name: view, exact: true }).click();
/** Whether a page is wider than its window. */
const spills = (page: Page) => page.evaluate<boolean>('document.documentElement.scrollWidth > innerWidth + 1');
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();

describe('a study that runs on a journal', () => {
  const STUDY = `name: net
parameters:
  lr: { type: float, low: 1e-4, high: 0.1, log: true }
  layers: { type: int, low: 1, high: 4 }
  kind: { type: choice, values: [relu, tanh] }
objectives: { loss: minimize, size: minimize }
strategy: { chain: [{ take: [6, sobol] }, tpe] }
seed: 3
parallel: 2
`;
  let place: string;
  let running: Started;
  let url: string;
  beforeAll(async () => {
    place = directory();
    writeFileSync(join(place, 'study.yaml'), STUDY);
    running = start(place, 'run', 'study.yaml', '--dashboard', '--', process.execPath, TRAINER);
    await until(() => /dashboard: \S+/.test(running.said()));
    url = /dashboard: (\S+)/.exec(running.said())![1]!;
    await until(() => journalOf(place, 'net.jsonl').filter(({ type }) => type === 'completed').length >= 8);
  });
  afterAll(async () => {
    running.child.kill('SIGKILL');
    await running.ended;
  });
  const said = (type: string) => journalOf(place, 'net.jsonl').filter((line) => line.type === type);

  it.each([
    ['wide and light', WIDE],
    ['narrow and dark', NARROW],
  ])('every view shows it, %s', async (_, size) => {
    const page = await openPage(browser, url, size);
    await page.getByRole('heading', { name: 'net', level: 1 }).waitFor();
    for (const view of VIEWS) {
      await show(page, view);
      await page.waitForTimeout(250);
      expect(await page.locator('main').textContent(), view).not.toBe('');
      expect(await spills(page), `${view} is wider than the window`).toBe(false);
    }
    await show(page, 'Overview');
    await expect.poll(() => page.locator('.chart canvas').count()).toBe(2);
    await show(page, 'Parameters');
    await page.getByLabel('Importance of each parameter').waitFor();
    await expect.poll(() => page.locator('.chart canvas').count()).toBe(5);
    await show(page, 'Machines');
    await page.locator('.chart-state.is-active h4').first().waitFor();
    await expect.poll(() => page.locator('.machine').count()).toBe(3);
    await show(page, 'Timeline');
    await page.getByLabel('When each trial ran').locator('canvas').waitFor();
    expect(page.wrong).toEqual([]);
  });

  it('what is new shows up by itself, and no timer asks for it', async () => {
    const page = await openPage(browser, url, WIDE);
    const asked: string[] = [];
    await page.locator('tbody button').first().waitFor();
    page.on('request', (request) => asked.push(request.url()));
    const first = () => page.locator('tbody button').first().textContent().then(Number);
    const before = await first();
    await expect.poll(first, { timeout: 10_000 }).toBeGreaterThan(before);
    expect(asked).toEqual([]);
  });

  it('a selection holds for all charts and the table, and for whoever opens its address', async () => {
    const page = await openPage(browser, url, WIDE);
    const axis = page.getByRole('slider', { name: 'brush kind' });
    await axis.scrollIntoViewIfNeeded();
    const box = (await axis.boundingBox())!;
    await page.mouse.click(box.x + box.width / 2, box.y + box.height * 0.75); // relu: the lower of two
    await page.getByText(/\d+ of \d+ selected/).waitFor();
    const kinds = () => page.locator('tbody tr:not(.spare)').allInnerTexts();
    expect((await kinds()).every((text) => !text.includes('tanh'))).toBe(true);
    const other = await openPage(browser, page.url(), WIDE);
    await other.getByText(/\d+ of \d+ selected/).waitFor();
    await page.getByRole('button', { name: /^completed/ }).click();
    expect((await kinds()).every((text) => !text.includes('completed'))).toBe(true);
    await press(page, 'show all');
    expect(new URL(page.url()).search).toBe('?study=study');
  });

  it('can be used by keys alone', async () => {
    const page = await openPage(browser, url, WIDE);
    const axis = page.getByRole('slider', { name: 'brush lr' });
    await axis.focus();
    for (let i = 0; i < 4; i++) await page.keyboard.press('ArrowUp');
    expect(await axis.getAttribute('aria-valuenow')).toBe('20');
    await page.keyboard.press('Shift+ArrowDown');
    expect(await axis.getAttribute('aria-valuetext')).toMatch(/ to /);
    await page.keyboard.press('Escape');
    expect(await axis.getAttribute('aria-valuetext')).toBe('all');
    await page.locator('tbody button').first().focus();
    await page.keyboard.press('Enter');
    const heading = page.getByRole('complementary').getByRole('heading', { level: 2 });
    const trial = await heading.textContent();
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => heading.textContent()).not.toBe(trial);
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('complementary').count()).toBe(0);
    await page.getByRole('link', { name: 'Curves' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Learning curves' }).waitFor();
    await page.goBack();
    await page.getByRole('table', { name: 'Trials' }).waitFor();
    expect(page.wrong).toEqual([]);
  });

  it('a trial has its facts, and says why', async () => {
    const page = await openPage(browser, `${url.replace('#', '?study=study&trial=8#')}`, WIDE);
    const panel = page.getByRole('complementary', { name: 'Trial 8' });
    await panel.locator('.facts li').first().waitFor();
    expect(await panel.locator('.facts li').first().textContent()).toContain('suggested');
    expect(await panel.locator('.path').textContent()).toBe('tpe');
    await panel.getByRole('button', { name: 'Recompute from the log' }).click();
    await panel.getByText('the same decision').waitFor();
    expect(await panel.textContent()).toMatch(/a forest on \d+ results expected/);
    expect(page.wrong).toEqual([]);
  });

  it('without the token nothing can be done', async () => {
    const page = await openPage(browser, url.replace(/#.*/, ''), WIDE);
    await show(page, 'Control');
    await page.getByText(/open the page with its token/).waitFor();
    expect(await page.getByRole('button', { name: 'Pause' }).count()).toBe(0);
  });

  it('with it every action is done, and is a fact', async () => {
    const page = await openPage(browser, url, WIDE);
    expect(page.url()).not.toContain('token');
    await show(page, 'Control');
    await page.getByLabel('lr').fill('0.0123');
    await page.getByLabel('layers').fill('2');
    await press(page, 'Enqueue');
    await page.getByText(/it is tried next/).waitFor();
    expect(said('enqueued')).toMatchObject([{ params: { lr: 0.0123, layers: 2 } }]);
    await until(() => said('suggested').some(({ by, params }) => by === 'queue' && (params as { lr: number }).lr === 0.0123));

    await page.getByLabel('trials at a time').fill('3');
    await page.locator('form', { hasText: 'trials at a time' }).getByRole('button').click();
    await until(() => said('changed').some(({ parallel }) => parallel === 3));
    await page.getByText('of 3', { exact: false }).first().waitFor();

    await page.getByLabel('as JSON').fill('{"ga": {"population": 6}}');
    await press(page, 'Switch');
    await page.getByText('ga compares trials by one objective').waitFor();
    await page.getByLabel('as JSON').fill('{"chain": [{"take": [4, "halton"]}, "random"]}');
    await press(page, 'Switch');
    await page.getByText(/switched/).waitFor();
    await until(() => said('suggested').some(({ by }) => String(by).startsWith('#2/')));

    await page.getByLabel('as JSON').fill('nonsense');
    await press(page, 'Switch');
    await page
      .getByText(/nonsense/, { exact: false })
      .first()
      .waitFor();

    await press(page, 'Pause');
    await page.getByText('no new trials begin').waitFor();
    await page.locator('.top .badge', { hasText: 'paused' }).waitFor();
    await press(page, 'Resume');
    await page.locator('.top .badge', { hasText: 'running' }).waitFor();
    expect(said('changed').map(({ paused }) => paused)).toEqual(expect.arrayContaining([true, false]));

    await page.getByLabel('lr').fill('0.05');
    await page.getByLabel('layers').fill('1');
    await press(page, 'Enqueue');
    const endless = () => said('suggested').find(({ params }) => (params as { lr: number }).lr === 0.05)?.trial;
    await until(() => endless() !== undefined);
    await show(page, 'Overview');
    await page.getByRole('button', { name: `trial ${endless()}`, exact: true }).click();
    await press(page, 'Stop this trial');
    await page.getByText('it is told to stop').waitFor();
    await until(() => said('stopped').some(({ trial }) => trial === endless()));
    await page.getByRole('complementary').locator('.state', { hasText: 'pruned' }).waitFor();
    await page.locator('tbody tr', { hasText: 'completed' }).first().click();
    await press(page, 'Retract its result');
    await page.getByText('its result counts no more').waitFor();
    await page.getByRole('complementary').locator('.state', { hasText: 'retracted' }).waitFor();
    expect(said('retracted')).toHaveLength(1);

    await page.getByRole('button', { name: 'close this trial' }).click();
    await show(page, 'Control');
    await press(page, 'Close the study');
    await until(() => said('closed').length === 1);
    expect(page.wrong.filter((text) => !/409|Failed to load|net::ERR/.test(text))).toEqual([]);
    expect((await running.ended).code).toBe(0);
  });

  it('a report of it is one file that needs nothing else', async () => {
    expect((await hypertide(place, 'report', 'net.jsonl', '-o', 'report.html')).code).toBe(0);
    const page = await openPage(browser, `${pathToFileURL(join(place, 'report.html'))}`, WIDE);
    for (const view of VIEWS.slice(0, -1)) {
      await show(page, view);
      await page.waitForTimeout(150);
    }
    expect(await page.getByRole('link', { name: 'Control' }).count()).toBe(0);
    await page.locator('.machine').first().waitFor();
    expect(page.wrong).toEqual([]);
  });
});

describe('a study on a NATS server', () => {
  let server: NatsServer;
  beforeAll(async () => {
    server = await natsServer();
  });
  afterAll(() => server.dispose());

  it('is shown as it runs, and acted on through its engine', async () => {
    const nc = await server.connect();
    const served = await serve(nc, space({ x: float(0, 1), n: int(1, 3) }), tpe(), {
      study: 'remote',
      parallel: 2,
      seed: 1,
      objectives: { loss: 'minimize' },
    });
    const fleet = trainer(
      nc,
      'remote',
      async ({ x, n }: { x: number; n: number }, { report }: { report: (loss: number) => unknown }) => {
        for (let step = 0; step < 3; step++) {
          await new Promise((resolve) => setTimeout(resolve, 30));
          report((x - 0.3) ** 2 + n + 1);
        }
        return (x - 0.3) ** 2 + n;
      },
      { name: 'gpu-1', slots: 2 },
    );
    cleanups.push(
      () => served.close(),
      () => fleet.close(),
    );
    const made: Dashboard = await dashboard();
    cleanups.push(() => made.close());
    made.studies.add('remote', await natsSource(await server.connect(), 'remote', server.url));
    const page = await openPage(browser, made.ownerUrl, WIDE);
    await page.locator('tbody tr', { hasText: 'completed' }).first().waitFor();
    await page.locator('tbody tr', { hasText: 'gpu-1' }).first().waitFor();
    await show(page, 'Machines');
    await page.locator('.chart-state.is-active').first().waitFor();
    await show(page, 'Timeline');
    await page.locator('.chart canvas').first().waitFor();
    await show(page, 'Control');
    await page.getByLabel('x', { exact: true }).fill('0.5');
    await press(page, 'Enqueue');
    await page.getByText(/it is tried next/).waitFor();
    await press(page, 'Pause');
    await page.locator('.top .badge', { hasText: 'paused' }).waitFor();
    await press(page, 'Resume');
    await page.locator('.top .badge', { hasText: 'running' }).waitFor();
    await page.getByLabel('as JSON').fill('random');
    await press(page, 'Switch');
    await page.getByText(/switched/).waitFor();
    await show(page, 'Overview');
    await page.locator('tbody tr', { hasText: 'completed' }).first().click();
    await press(page, 'Retract its result');
    await page.getByText('its result counts no more').waitFor();
    await page.getByRole('button', { name: 'close this trial' }).click();
    await show(page, 'Control');
    await press(page, 'Close the study');
    await page.locator('.top .badge', { hasText: 'closed by a person' }).waitFor();
    expect(page.wrong).toEqual([]);
  });
});

describe('what is written is text', () => {
  const MARKUP = '<img src=x onerror="window.harmed=1"><script>window.harmed=1</script>';
  const LONG = 'w'.repeat(10_000);
  /** As long as a log takes names of studies, objectives and trainers. */
  const NAME = 'w'.repeat(256);
  const ODD = '\u202Egnirts\u202C e\u0301\u0302\u0303 👩‍👩‍👧‍👦 {a|b} \u0000 \uD800 ﷽ 𝕬';
  const names = [MARKUP, LONG, ODD, 'constructor', '{lr|x}'];

  it('in every view, whatever it is', async () => {
    await ensurePage();
    const parameters = Object.fromEntries([
      ...names.map((name) => [name, { type: 'float', low: 0, high: 1 }]),
      ['kinds', { type: 'choice', values: names }],
    ]);
    const log = memoryLog();
    await log.append(
      createdOf(spaceFrom({ parameters }) as never, random(), {
        study: (MARKUP + NAME).slice(0, 256),
        objectives: { [MARKUP]: 'minimize', [NAME]: 'maximize' },
        seed: 1,
      }),
    );
    for (let trial = 1; trial <= 12; trial++) {
      const params = {
        ...Object.fromEntries(names.map((name, i) => [name, ((trial * (i + 3)) % 13) / 13])),
        kinds: names[trial % names.length],
      };
      await log.append({
        type: 'suggested',
        trial,
        attempt: 1,
        by: `random/${names[trial % 3]}`.slice(0, 256),
        params,
        tags: { [MARKUP]: LONG.slice(0, 1024), phase: ODD },
      });
      await log.append({ type: 'started', trial, attempt: 1, run: MARKUP, trainer: names[trial % 3]!.slice(0, 256) });
      await log.append({ type: 'reported', trial, run: MARKUP, step: 1, values: { [MARKUP]: trial, [NAME]: -trial } });
      if (trial % 4 === 0)
        await log.append({ type: 'failed', trial, attempt: 1, run: MARKUP, reason: 'error', message: (MARKUP + LONG).slice(0, 4096) });
      else await log.append({ type: 'completed', trial, run: MARKUP, values: { [MARKUP]: trial, [NAME]: -trial }, metrics: { [ODD]: 1 } });
    }
    const made = await dashboard();
    cleanups.push(() => made.close());
    made.studies.add('odd', logSource(MARKUP, log));
    for (const size of [WIDE, NARROW]) {
      const page = await openPage(browser, made.ownerUrl, size);
      for (const view of VIEWS) {
        await show(page, view);
        await page.waitForTimeout(200);
        expect(await spills(page), `${view} is wider than the window`).toBe(false);
      }
      await page.goto(`${made.url}?study=odd&trial=4`);
      await page.getByRole('complementary').getByText('<img src=x', { exact: false }).first().waitFor();
      await page.mouse.move(300, 300);
      expect(await spills(page)).toBe(false);
      expect(await page.evaluate("[document.querySelectorAll('img, #app script').length, globalThis.harmed]")).toEqual([0, undefined]);
      expect(page.wrong).toEqual([]);
    }
  });

  it('in a report, too', async () => {
    const place = directory();
    const created = {
      type: 'created',
      v: 1,
      study: '</script><script>window.harmed=1</script><!--',
      space: { parameters: { '</style>': { type: 'float', low: 0, high: 1 } } },
      objectives: [{ name: '</script>', direction: 'minimize' }],
      strategy: 'random',
      seed: '1',
      limits: {},
      parallel: 1,
      duplicates: 'allow',
      version: '0',
    };
    writeFileSync(join(place, 'x.jsonl'), `${JSON.stringify({ at: 1, ...created })}\n`);
    expect((await hypertide(place, 'report', 'x.jsonl')).code).toBe(0);
    expect(readFileSync(join(place, 'x.html'), 'utf8').match(/<\/script>/g)).toHaveLength(2);
    const page = await openPage(browser, `${pathToFileURL(join(place, 'x.html'))}`, WIDE);
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(await page.evaluate('globalThis.harmed')).toBeUndefined();
    expect(page.wrong).toEqual([]);
  });
});

describe('a server at another address', () => {
  it('shows a door, and opens it to the token', async () => {
    const made = await board({ host: '0.0.0.0' });
    cleanups.push(() => made.close());
    await made.say(...finished(1, 0.5));
    const page = await openPage(browser, made.url, WIDE);
    await page.getByLabel('token').fill('wrong');
    await press(page, 'Open');
    await page.getByText('That is not the token.').waitFor();
    await page.getByLabel('token').fill(made.token);
    await press(page, 'Open');
    await page.locator('tbody tr', { hasText: 'completed' }).waitFor();
  });
});

describe('colours', () => {
  it.each([
    ['light', WIDE],
    ['dark', NARROW],
  ])('can be told from what they stand on: %s', async (_, size) => {
    const made = await board();
    cleanups.push(() => made.close());
    const page = await openPage(browser, made.url, size);
    const names = [
      'text',
      'muted',
      'accent',
      'back',
      'panel',
      'soft',
      'completed',
      'running',
      'waiting',
      'pruned',
      'failed',
      'infeasible',
      'retracted',
    ];
    const colours = await page.evaluate<Record<string, string>>(
      `Object.fromEntries(${JSON.stringify(names)}.map((name) => [name, getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim()]))`,
    );
    const { back, panel, soft, ...texts } = colours as Record<'back' | 'panel' | 'soft', string>;
    for (const [name, colour] of Object.entries(texts)) {
      for (const ground of [back, panel]) expect(contrast(colour as string, ground), name).toBeGreaterThanOrEqual(4.5);
    }
    expect(contrast((colours as { text: string }).text, soft)).toBeGreaterThanOrEqual(7);
  });
});

/** As WCAG 2 has it. */
function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

function luminance(hex: string): number {
  const digits = hex.length === 4 ? hex.replaceAll(/[^#]/g, '$&$&') : hex;
  const [r, g, b] = [1, 3, 5].map((at) => {
    const c = Number.parseInt(digits.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
