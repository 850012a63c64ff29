import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { compromise } from '../../src/insight/figures/front.ts';
import { gainOf, gainText, timeLeft, worked } from '../../src/insight/gain.ts';
import { lessons } from '../../src/page/lib/lessons.ts';
import { paramsJson, shellArguments, yamlOf } from '../../src/page/lib/paramsTexts.ts';
import { choice, float, int } from '../../src/space/types/dimension.ts';
import { bestFirst } from '../../src/study/bestFirst.ts';
import type { TrialRow } from '../../src/study/trials.ts';
import { board, request } from './support.ts';

const ROW = { attempt: 1, by: 'random', suggested: 1, suggestedAt: 0, status: 'completed', params: {} } as const;
const row = (trial: number, loss: number, more: Partial<TrialRow> = {}): TrialRow => ({
  ...ROW,
  trial,
  values: { loss },
  endedAt: 1000 * trial,
  ...more,
});
const LOSS = { name: 'loss', direction: 'minimize' } as const;
const gain = (rows: readonly TrialRow[], objective: { name: string; direction: 'minimize' | 'maximize' } = LOSS) =>
  gainOf(bestFirst(rows, objective), objective);

describe('a configuration to copy', () => {
  const params = { lr: 1e-7, 'a b': "it's", yes: true, huge: 1e21, layers: 4, kind: 'no', list: [1, 'x'], low: -1e-5, sets: '{a,b}' };

  it('is read back from YAML and JSON', () => {
    expect(parse(yamlOf(params))).toEqual(params);
    expect(JSON.parse(paramsJson(params))).toEqual(params);
  });

  it('writes numbers that YAML 1.1 reads as numbers, and quotes what it reads as truth values', () => {
    expect(yamlOf({ lr: 1e-7, yes: 'no' })).toBe('lr: 1.0e-7\n"yes": "no"\n');
  });

  it('is read back from the arguments of a shell', () => {
    const print = `node -e 'process.stdout.write(JSON.stringify(process.argv.slice(1)))' --`;
    const said = JSON.parse(execFileSync('bash', ['-c', `${print} ${shellArguments(params)}`], { encoding: 'utf8' }));
    const words = ['--lr', '1e-7', '--a b', "it's", '--yes', 'true', '--huge', '1e+21', '--layers', '4', '--kind', 'no'];
    expect(said).toEqual([...words, '--list', '[1,"x"]', '--low=-0.00001', '--sets', '{a,b}']);
  });
});

describe('the gain of a study', () => {
  it('is that of the best over the first results', () => {
    expect(gain([row(1, 4), row(2, 1), row(3, 2)])).toMatchObject({ best: { trial: 2 }, start: 4, first: 1, share: 0.75 });
    expect(gain([row(1, 0), row(2, -1)])).toMatchObject({ best: { trial: 2 }, share: undefined });
    expect(gain([row(1, -2), row(2, -3)])?.share).toBe(0.5);
    expect(gain([row(1, 2), row(2, -3)])?.share).toBeUndefined(); // values around 0
    const falling = Array.from({ length: 30 }, (_, i) => row(i + 1, 30 - i));
    expect(gain(falling)).toMatchObject({ best: { trial: 30 }, start: 25.5, first: 10 });
    expect(gainText(gain(falling)!, LOSS)).toBe('96 % better than the median of the first 10 results (25.5)');
    expect(gainText(gain([row(1, 0), row(2, -1)])!, LOSS)).toBe('better than the first result (0)');
    expect(gainText(gain([row(1, 3)])!, LOSS)).toBeUndefined();
    expect(gainText(gain([row(1, 1), row(2, 3), row(3, 2), row(4, 2)])!, LOSS)).toBeUndefined(); // the best is one of the first
  });

  it('is positive where higher values are better', () => {
    expect(gain([row(1, 2), row(2, 3)], { name: 'loss', direction: 'maximize' })?.share).toBe(0.5);
  });

  it('compares trials of the same budget only', () => {
    expect(gain([row(1, 0.1, { budget: 1 }), row(2, 4, { budget: 9 }), row(3, 2, { budget: 9 })])).toMatchObject({
      best: { trial: 3 },
      start: 4,
      share: 0.5,
    });
  });

  it('does not exist without a result', () => {
    expect(gain([row(1, 1, { status: 'failed' })])).toBeUndefined();
  });
});

describe('the time of a study', () => {
  it('that is left follows from how long the latest trials took, and how many run', () => {
    const took = (seconds: number) => (one: TrialRow) => ({ ...one, startedAt: one.endedAt! - 1000 * seconds });
    const trials = Array.from({ length: 30 }, (_, i) => row(i + 1, 1));
    const steady = trials.map((one, i) => took(i < 10 ? 60 : 4)(one));
    expect(timeLeft(steady, 10, 1)).toBe(40_000);
    expect(timeLeft(steady, 10, 4)).toBe(10_000);
    expect(timeLeft(steady, 2, 4)).toBe(4000); // no more than two of them run
    expect(timeLeft(steady.slice(0, 2), 10, 1)).toBeUndefined();
    expect(timeLeft(steady, 10, 0)).toBeUndefined();
    expect(timeLeft([...steady, took(4)(row(31, 1, { resumes: 3 }))], 10, 1)).toBeUndefined();
    const imported = steady.map((one) => ({ ...one, by: 'import' }));
    expect(timeLeft(imported, 10, 1)).toBeUndefined();
    const early = trials.map((one, i) => took(i % 3 === 0 ? 27 : 3)(one));
    expect(timeLeft(early, 10, 1)).toBeUndefined(); // the next trials may be stopped, too
  });

  it('that trainers worked is what they report, or from start to end', () => {
    expect(worked([row(1, 1, { seconds: 2 }), row(2, 1, { startedAt: 500 }), row(3, 1)])).toBe(2000 + 1500);
  });
});

describe('what was learned', () => {
  const parameters = [
    ['lr', float(1e-4, 1, { log: true })],
    ['layers', int(1, 8)],
    ['units', int(16, 512)],
    ['kind', choice(['relu', 'tanh'])],
  ] as const;
  const params = (k: number) => ({ lr: 0.001 * (k + 1), layers: 4, units: 512, kind: k < 4 ? 'relu' : 'tanh' });
  const rows = Array.from({ length: 20 }, (_, k) => row(k + 1, k, { params: params(k) }));

  /** Importances with intervals that end at the shares, or at other upper ends. */
  const importances = (fanova: Readonly<Record<string, number>>, ends: Readonly<Record<string, number>> = {}) => ({
    fanova,
    intervals: {
      fanova: Object.fromEntries(Object.entries(fanova).map(([name, share]) => [name, [0, ends[name] ?? share] as const])),
      pedAnova: {},
    },
  });

  it('shows where the best trials lie, the most important parameter first', () => {
    expect(lessons(parameters, rows, importances({ layers: 0.2, lr: 0.62, units: 0.1, kind: 0.08 }), undefined)).toEqual([
      { name: 'lr', share: 0.62, interval: [0, 0.62], text: 'The 5 best lie between 0.001 and 0.005.' },
      { name: 'layers', share: 0.2, interval: [0, 0.2], text: 'All 5 best use 4.' },
      { name: 'units', share: 0.1, interval: [0, 0.1], text: 'All 5 best use 512.' },
      { name: 'kind', share: 0.08, interval: [0, 0.08], text: '4 of the 5 best use relu.' },
    ]);
  });

  it('says what a choice costs, and that it hardly matters only if that is little, too', () => {
    const cost = (mean: number) => ({ mean, half: [mean - 0.01, mean + 0.01], most: [mean - 0.03, mean + 0.03] }) as const;
    const of = (mean: number, noise: number) => ({
      costs: { kind: { value: 'relu', other: 'tanh', least: mean - 0.03, cost: cost(mean) } },
      evidence: { full: 20, lead: 1, isRepeated: true, first: 1, noise },
    });
    const shares = { lr: 0.99, kind: 0.01 };
    const [least, open] = [importances(shares), importances(shares, { kind: 0.3 })];
    const costOf = (...told: [typeof least, ReturnType<typeof of>]) =>
      lessons(parameters, rows, ...told).find(({ name }) => name === 'kind')!.cost!;
    expect(costOf(least, of(0.05, 0.1))).toMatch(/^Hardly matters\./);
    expect(costOf(least, of(0.05, 0.01))).toMatch(/^0\.05 .*tanh.*relu.*0\.02.*0\.08/);
    expect(costOf(open, of(0.05, 0.1))).toMatch(/0\.05/); // by its share, it may matter
    expect(costOf(least, of(0.02, 0.01))).toBeUndefined(); // the interval has 0
  });

  it('says nothing with few results', () => {
    expect(lessons(parameters, rows.slice(0, 10), importances({ lr: 1 }), undefined).every(({ text }) => text === undefined)).toBe(true);
  });
});

it('the compromise is the point of the front that is nearest to the best of every objective', () => {
  expect(
    compromise([
      [0, 10],
      [1, 2],
      [10, 0],
    ]),
  ).toBe(1);
  expect(
    compromise([
      [0, 1000],
      [5, 300],
      [10, 0],
    ]),
  ).toBe(1); // in a cube; unscaled, the last would be nearest
  expect(compromise([[1, 1]])).toBe(0);
  expect(compromise([])).toBe(-1);
});

it('the page is sent as gzip to those that accept it', async () => {
  await using served = await board();
  const plain = await request(served.url);
  const path = /src="(\S+\.js)"/.exec(plain.text)![1]!;
  const zipped = await fetch(new URL(path, served.url), { headers: { 'accept-encoding': 'gzip' } });
  expect(zipped.headers.get('content-encoding')).toBe('gzip');
  const whole = await request(String(new URL(path, served.url)));
  expect(whole.headers['content-encoding']).toBeUndefined();
  expect(await zipped.text()).toBe(whole.text);
});
