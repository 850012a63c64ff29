import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseSpace, space } from '../../src/space/space.ts';
import { float, int } from '../../src/space/types/dimension.ts';
import { applied, processSource } from '../../src/stores/process.ts';
import { memoryLog } from '../../streams/log/memory.ts';
import { natsSource } from '../../streams/nats/place/natsSource.ts';
import { serveStudy as serve } from '../../streams/nats/serve/serveStudy.ts';
import { trainer } from '../../streams/nats/trainer/trainer.ts';
import { createdOf } from '../../streams/spec/options.ts';
import { random } from '../../streams/strategies/random.ts';
import { tpe } from '../../streams/strategies/tpe.ts';
import { directory, hypertide } from '../cli/support.ts';
import { tokens, users } from '../server/support.ts';
import { natsOfTests } from '../support/natsOfTests.ts';
import { boardOfTest, browserOfTests, NARROW, offered, openPage, press, show, spills, WIDE } from './browsing.ts';
import { emptyServer, finished } from './support.ts';

browserOfTests();

describe('a study on a NATS server', () => {
  const server = natsOfTests();

  it('is shown while it runs, and actions go through its engine', async () => {
    const nc = await server.connect();
    const served = await serve(nc, space({ x: float(0, 1), n: int(1, 3) }), {
      strategy: tpe(),
      study: 'remote',
      parallel: 2,
      seed: 1,
      objectives: { loss: 'minimize' },
    });
    const fleet = trainer(
      { nc, study: 'remote' },
      { name: 'gpu-1', slots: 2 },
      async ({ x, n }: { x: number; n: number }, { report }: { report: (loss: number) => unknown }) => {
        for (let step = 0; step < 3; step++) {
          await new Promise((resolve) => setTimeout(resolve, 30));
          report((x - 0.3) ** 2 + n + 1);
        }
        return (x - 0.3) ** 2 + n;
      },
    );
    onTestFinished(() => served.close());
    onTestFinished(() => fleet.close());
    const made = await emptyServer();
    onTestFinished(made.close);
    made.studies.show('remote', await natsSource(await server.connect(), 'remote', server.url));
    const page = await openPage(made.url, WIDE);
    await page.locator('tbody tr', { hasText: 'completed' }).first().waitFor();
    await page.locator('tbody tr', { hasText: 'gpu-1' }).first().waitFor();
    await show(page, 'Thinking');
    await page.locator('.statechart .is-active').first().waitFor();
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
    await page.getByLabel(/^name/).selectOption('random');
    await press(page, 'Change strategy');
    await page.getByText(/the new strategy knows/).waitFor();
    await show(page, 'Overview');
    await page.locator('tbody tr', { hasText: 'completed' }).first().click();
    await press(page, 'Retract its result');
    await page.getByText(/^retracted \(position/).waitFor();
    await page.getByRole('button', { name: 'close this trial' }).click();
    await show(page, 'Control');
    await press(page, 'Close the study');
    await page.locator('.top .badge', { hasText: 'closed by a person' }).waitFor();
  });
});

describe('texts of a log are shown as text', () => {
  const MARKUP = '<img src=x onerror="window.harmed=1"><script>window.harmed=1</script>';
  const LONG = 'w'.repeat(10_000);
  /** The longest name that a log takes for studies, objectives and trainers. */
  const NAME = 'w'.repeat(256);
  const ODD = '\u202Egnirts\u202C e\u0301\u0302\u0303 👩‍👩‍👧‍👦 {a|b} \u0000 \uD800 ﷽ 𝕬';
  const names = [MARKUP, LONG, ODD, 'constructor', '{lr|x}'];

  it('in every view, whatever they contain', async () => {
    const parameters = Object.fromEntries([
      ...names.map((name) => [name, { type: 'float', low: 0, high: 1 }]),
      ['kinds', { type: 'choice', values: names }],
    ]);
    const log = memoryLog();
    await log.append(
      createdOf(parseSpace({ parameters }) as never, random(), {
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
    const made = await emptyServer();
    onTestFinished(made.close);
    made.studies.show('odd', processSource(MARKUP, log, (await applied(log)).submit));
    for (const size of [WIDE, NARROW]) {
      const page = await openPage(made.url, size);
      await page.getByRole('link', { name: 'Curves' }).waitFor();
      for (const view of await offered(page)) {
        await show(page, view);
        await page.waitForTimeout(200);
        expect(await spills(page), `${view} is wider than the window`).toBe(false);
      }
      await page.goto(`${made.url}?study=odd&trial=4`);
      await page.getByRole('complementary').getByText('<img src=x', { exact: false }).first().waitFor();
      await page.mouse.move(300, 300);
      expect(await spills(page)).toBe(false);
      expect(await page.evaluate("[document.querySelectorAll('img, #app script').length, globalThis.harmed]")).toEqual([0, undefined]);
    }
  });

  it('in a report', async () => {
    const place = directory();
    const created = {
      type: 'created',
      format: 1,
      rules: 1,
      decisions: 1,
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
    expect((await hypertide(place, 'study', 'report', 'x.jsonl')).code).toBe(0);
    expect(readFileSync(join(place, 'x.html'), 'utf8').match(/<\/script>/g)).toHaveLength(3); // of the charts, the data and the page
    const page = await openPage(`${pathToFileURL(join(place, 'x.html'))}`, WIDE);
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(await page.evaluate('globalThis.harmed')).toBeUndefined();
  });
});

describe('three objectives', () => {
  it('are shown in a chart of each pair, where a person chooses a trial on the front', async () => {
    const log = memoryLog();
    const objectives = { loss: 'minimize', seconds: 'minimize', size: 'maximize' } as const;
    await log.append(createdOf(space({ x: float(0, 1), y: float(0, 1) }), random(), { study: 'three', objectives, seed: 1 }));
    for (let trial = 1; trial <= 40; trial++) {
      const [x, y] = [(trial * 0.37) % 1, (trial * 0.73) % 1];
      const values = { loss: x ** 2 + y, seconds: 1 - x + y, size: x + y };
      await log.append({ type: 'suggested', trial, attempt: 1, by: 'random', params: { x, y } });
      await log.append({ type: 'started', trial, attempt: 1, run: 'r' });
      await log.append({ type: 'completed', trial, run: 'r', values });
    }
    const made = await emptyServer();
    onTestFinished(made.close);
    made.studies.show('three', processSource('memory', log, (await applied(log)).submit));
    const page = await openPage(`${made.url}?study=three`, WIDE);
    const pair = page.getByRole('img', { name: 'loss against seconds, with the front' });
    await pair.waitFor();
    await expect.poll(() => page.locator('.chart canvas').count()).toBe(7); // and three histories, and the hypervolume
    const front = page.getByRole('region', { name: 'Front' }).getByRole('radio');
    await page.locator('.figures', { hasText: `front${await front.count()} trials` }).waitFor();
    const chosen = () => new URL(page.url()).searchParams.get('front');
    const listed = (await page.locator('.front-list tbody tr td:first-child').allTextContents()).map(Number);
    await front.last().check();
    await page.getByText('You chose trial').waitFor();
    await expect.poll(chosen).not.toBe(null);
    const before = chosen();
    await pair.scrollIntoViewIfNeeded();
    const box = (await pair.boundingBox())!;
    for (let x = 60; x < box.width && chosen() === before; x += 12)
      for (let y = 10; y < box.height - 40 && chosen() === before; y += 12) {
        await page.mouse.move(box.x + x, box.y + y);
        const [tip = ''] = await page.locator('.tip').allTextContents();
        if (!listed.some((trial) => tip.startsWith(`trial ${trial} `))) continue;
        await page.mouse.click(box.x + x, box.y + y);
        await page.waitForTimeout(150);
      }
    expect(chosen()).not.toBe(before);
    expect(await page.getByRole('complementary').count()).toBe(0); // it is chosen, not opened
    const asked = page.waitForRequest(/importance\?objective=size$/);
    await show(page, 'Parameters');
    await page.getByLabel('objective').selectOption('size');
    await asked;
    await page.getByRole('img', { name: 'Importance of each parameter' }).waitFor();
  });
});

describe('a server at another address', () => {
  it('asks for the token before it shows a study', async () => {
    const made = await boardOfTest({ host: '0.0.0.0', users });
    await made.say(...finished(1, 0.5));
    const page = await openPage(made.url, WIDE, /401/);
    await page.getByLabel('token').fill('wrong');
    await press(page, 'Open');
    await page.getByText('Wrong token.').waitFor();
    await page.getByLabel('token').fill(tokens.ada);
    await press(page, 'Open');
    await page.locator('tbody tr', { hasText: 'completed' }).waitFor();
    await show(page, 'Control');
    await press(page, 'Pause');
    await page.locator('.top .badge', { hasText: 'paused' }).waitFor();
  });

  it('lets a viewer read by the token in the address, and not act', async () => {
    const made = await boardOfTest({ host: '0.0.0.0', users });
    await made.say(...finished(1, 0.5));
    const page = await openPage(`${made.url}#token=${tokens.board}`, WIDE);
    await page.locator('tbody tr', { hasText: 'completed' }).waitFor();
    expect(page.url()).not.toContain('token');
    await show(page, 'Control');
    await page.getByText(/the token of an operator/).waitFor();
    expect(await page.getByRole('button', { name: 'Pause' }).count()).toBe(0);
  });
});

it('an address that compares studies opens their comparison', async () => {
  const made = await boardOfTest();
  await made.say(...finished(1, 0.5));
  await made.studies.show('again', processSource('memory', made.log, (await applied(made.log)).submit)).feed.caughtUp;
  const page = await openPage(`${made.url}?compare=net,again,gone`, WIDE);
  await page.getByRole('heading', { name: 'Comparison' }).waitFor();
  await page.getByText('There is no study gone here.').waitFor();
  await expect.poll(() => page.locator('.study-compare input:checked').count()).toBe(2);
  await page.getByRole('columnheader', { name: 'net' }).nth(1).waitFor();
  await page.locator('.study-compare input').first().uncheck();
  await page.waitForURL('**/?*compare=*gone');
});
