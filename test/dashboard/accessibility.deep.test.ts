import axe from 'axe-core';
import { expect, it, onTestFinished } from 'vitest';
import type { Fact } from '../../src/facts/facts.ts';
import { rngFor } from '../../src/numeric/random.ts';
import { space } from '../../src/space/space.ts';
import { choice, float, int } from '../../src/space/types/dimension.ts';
import { processSource } from '../../src/stores/process.ts';
import { memoryLog } from '../../streams/log/memory.ts';
import { createdOf } from '../../streams/spec/options.ts';
import { browserOfTests, openPage, spills, VIEWS } from './browsing.ts';
import { emptyServer } from './support.ts';

browserOfTests();

const net = space({
  lr: float(1e-4, 0.1, { log: true }),
  layers: int(1, 4),
  kind: choice(['relu', 'tanh']),
  the_weight_of_the_last_column: float(0, 1),
});

interface Kind {
  readonly objectives: Readonly<Record<string, 'minimize' | 'maximize'>>;
  readonly facts: readonly Fact[];
  readonly examples?: readonly string[];
}

/** Output that must be scrolled. */
const LONG = Array.from({ length: 60 }, (_, i) => `line ${i} of a long trace`).join('\n');

/** Trials in every state, with reports and metrics. */
function trialsOf(objectives: Kind['objectives']): Fact[] {
  const rng = rngFor('accessibility', '', 0);
  const trials = Array.from({ length: 30 }, (_, i): Fact[] => {
    const trial = i + 1;
    const run = `r${trial}`;
    const params = net.decode(net.axes.map(() => rng())) as never;
    const values = Object.fromEntries(Object.keys(objectives).map((name) => [name, rng()]));
    const end: Fact =
      trial === 26
        ? { type: 'stopped', trial, run }
        : trial % 7 === 0
          ? { type: 'failed', trial, run, reason: 'error', message: 'out of memory', trace: LONG }
          : { type: 'completed', trial, run, values, metrics: { size: rng() }, constraints: [trial % 5 === 0 ? 1 : 0] };
    return [
      { type: 'suggested', trial, attempt: 1, by: 'random', params, tags: { phase: 'exploring' } },
      { type: 'started', trial, attempt: 1, run, trainer: 'gpu' },
      { type: 'reported', trial, run, step: 1, values },
      ...(trial < 29 ? [end] : []),
    ];
  });
  const waiting: Fact = { ...(trials[0]![0] as Extract<Fact, { type: 'suggested' }>), trial: 31 };
  return [...trials.flat(), { type: 'retracted', trial: 27 }, waiting];
}

/** The same trials on examples: the last one has the worst value in all of them. */
const evaluated = (fact: Fact): Fact =>
  fact.type === 'reported'
    ? { ...fact, step: 4, results: [0, 1, 2, 3].map((place) => [place, Math.max(place % 3, (fact.trial + place) % 2, place - 1)]) }
    : fact;

const one = { loss: 'minimize' } as const;
const two = { loss: 'minimize', accuracy: 'maximize' } as const;
const kinds: Readonly<Record<string, Kind>> = {
  empty: { objectives: one, facts: [] },
  running: { objectives: one, facts: trialsOf(one) },
  closed: { objectives: one, facts: [...trialsOf(one), { type: 'closed', reason: 'person' }] },
  several: { objectives: two, facts: trialsOf(two) },
  examples: { objectives: one, facts: trialsOf(one).map(evaluated), examples: ['a', 'b', 'c', 'd'] },
};

async function serveKinds(): Promise<string> {
  const made = await emptyServer();
  onTestFinished(made.close);
  for (const [name, { objectives, facts, examples }] of Object.entries(kinds)) {
    const log = memoryLog();
    const strategy = { chain: [{ take: [4, 'sobol'] }, 'tpe'] };
    await log.append({
      ...createdOf(net, undefined, { study: name, objectives, trials: 60, seed: 1, ...(examples && { examples }) }),
      strategy,
    });
    for (const fact of facts) await log.append(fact);
    const source = processSource('memory', log, () => Promise.reject(new Error('only read')));
    await made.studies.show(name, source).feed.caughtUp;
  }
  return made.url;
}

it.each([
  ['wide and light', { width: 1280, height: 800 }],
  ['narrow and dark', { width: 400, height: 800, dark: true }],
])('axe finds no problem, no view overflows, and the console stays empty, %s', async (_, size) => {
  const url = await serveKinds();
  const addresses = Object.keys(kinds).flatMap((kind) => VIEWS.map((view) => `?study=${kind}&view=${view.toLowerCase()}`));
  const all = [
    '?',
    `?compare=${encodeURIComponent('["running","closed"]')}`,
    '?study=running&trial=3',
    '?study=running&trial=7',
    ...addresses,
    '?study=examples&view=examples',
  ];
  const page = await openPage(url, size);
  const problems: string[] = [];
  for (const address of all) {
    await page.goto(`${url}${address}`);
    await page.locator('main').first().waitFor();
    await page.waitForTimeout(400);
    if (await spills(page)) problems.push(`${address} is wider than the window`);
    await page.evaluate(axe.source);
    const found = await page.evaluate<string[]>(
      `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.slice(0, 3).map(({ html }) => html.slice(0, 160)).join(' | ')))`,
    );
    problems.push(...found.map((problem) => `${address} ${problem}`));
  }
  expect(problems).toEqual([]);
});

it('axe finds what is wrong', async () => {
  const page = await openPage(await serveKinds(), { width: 1280, height: 800 });
  await page.evaluate("document.body.append(Object.assign(document.createElement('img'), { src: 'data:,' }))");
  await page.evaluate(axe.source);
  expect(await page.evaluate<string[]>('axe.run().then(({ violations }) => violations.map(({ id }) => id))')).toContain('image-alt');
});
