import { describe, expect, it } from 'vitest';
import type { ObjectiveSpec } from '../../../src/facts/facts.ts';
import { deployed, recommendation, recommendations } from '../../../src/insight/recommendation/recommendation.ts';
import { kernelFromLogs } from '../../../src/numeric/gp/kernel.ts';
import { leaveOneOut } from '../../../src/numeric/gp/leaveOneOut.ts';
import { posterior } from '../../../src/numeric/gp/posterior.ts';
import { predict } from '../../../src/numeric/gp/predict.ts';
import { drawNormal, rngFor } from '../../../src/numeric/random.ts';
import type { TrialRow } from '../../../src/study/trials.ts';
import { choice, float, int, space, when } from '../../../streams/index.ts';

const square = space({ x: float(0, 1), y: float(0, 1) });
type Config = { readonly x: number; readonly y: number };
const minimize: ObjectiveSpec = { name: 'value', direction: 'minimize' };
const bowl = ({ x, y }: Config) => (x - 0.3) ** 2 + (y - 0.6) ** 2;

const row = (trial: number, params: Config, value: number, more: Partial<TrialRow<Config>> = {}): TrialRow<Config> => ({
  trial,
  params,
  status: 'completed',
  attempt: 1,
  values: { value },
  by: 'random',
  suggested: trial,
  suggestedAt: 0,
  ...more,
});

/** Random configurations with noisy results. */
function studied(seed: string, noise: number, sign = 1): TrialRow<Config>[] {
  return Array.from({ length: 60 }, (_, i) => {
    const rng = rngFor(seed, 'recommendation', i);
    const params = { x: rng(), y: rng() };
    return row(i + 1, params, sign * (bowl(params) + noise * drawNormal(rng)));
  });
}
const best = (rows: readonly TrialRow<Config>[]) => rows.reduce((a, b) => (b.values!.value! < a.values!.value! ? b : a));
const mean = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0) / numbers.length;

describe('recommendation', () => {
  it('is nearer to the optimum than the best result if results are noisy', () => {
    const studies = Array.from({ length: 20 }, (_, seed) => studied(`${seed}`, 0.1));
    const recommended = studies.map((rows) => bowl(recommendation(square, minimize, rows)!.row.params));
    const told = studies.map((rows) => bowl(best(rows).params));
    expect(mean(recommended)).toBeLessThan(0.75 * mean(told)); // measured: 0.61
  });

  it('is the best trial if they are not', () => {
    for (const seed of ['1', '2', '3']) {
      const rows = studied(seed, 0);
      expect(recommendation(square, minimize, rows)!.row).toBe(best(rows));
    }
  });

  it('is the same in both directions of the objective', () => {
    const up = recommendation(square, { name: 'value', direction: 'maximize' }, studied('1', 0.1, -1))!;
    expect(up.row.params).toEqual(recommendation(square, minimize, studied('1', 0.1))!.row.params);
  });

  it('is the best trial if a model cannot help: few results, or results without a pattern', () => {
    const few = studied('1', 0.1).slice(0, 2);
    expect(recommendation(square, minimize, few)!.row).toBe(best(few));
    const noise = studied('1', 100);
    expect(recommendation(square, minimize, noise)!.row).toBe(best(noise));
  });

  it('is what repetitions show to be the best if a model cannot help', () => {
    const rows = studied('1', 100);
    const [first, second, third] = rows.toSorted((a, b) => a.values!.value! - b.values!.value!);
    const again = [first!, first!, second!].map(({ params }, i) => row(61 + i, params, [80, 120, -20][i]!));
    expect(recommendation(square, minimize, [...rows, ...again])!.row).toBe(second); // the third one is taken to be as lucky
    const equal = [row(61, third!.params, third!.values!.value!), row(62, third!.params, third!.values!.value!)];
    expect(recommendation(square, minimize, [...rows, ...equal])!.row).toBe(first);
  });

  it('comes with a verdict that knows what two repetitions show', () => {
    const rows = studied('1', 100);
    const again = (add: number) => rows.slice(0, 2).map(({ params, values }, i) => row(61 + i, params, values!.value! + add));
    const reasonWith = (more: readonly TrialRow<Config>[]) => recommendation(square, minimize, [...rows, ...more])!.verdict.reason;
    expect(reasonWith(again(0).slice(0, 1))).toBe('noise-unknown');
    expect(reasonWith(again(0))).not.toBe('noise-unknown');
    expect(reasonWith(again(100))).toBe('noise-unknown');
  });

  it('chooses among results at the highest budget that violate no constraint', () => {
    const rows = studied('1', 0.1).map((each) => ({ ...each, budget: 9 }));
    const others = [
      row(61, { x: 0.3, y: 0.6 }, -9, { budget: 3 }),
      row(62, { x: 0.3, y: 0.6 }, -9, { budget: 9, constraints: [1] }),
      row(63, { x: 0.3, y: 0.6 }, -9, { budget: 9, status: 'stopped' }),
    ];
    expect(recommendations(square, minimize, [...others, ...rows])).toEqual(recommendations(square, minimize, rows));
    expect(recommendation(square, minimize, others.slice(1))).toBeUndefined();
  });

  it('is the first of all configurations, each of which is listed once', () => {
    for (const noise of [0.1, 100]) {
      const rows = studied('1', noise);
      const again = rows.slice(0, 20).map((of, i) => row(61 + i, of.params, of.values!.value! + 0.05));
      const all = recommendations(square, minimize, [...rows, ...again]);
      expect(all[0]).toBe(recommendation(square, minimize, [...rows, ...again])!.row);
      expect(all).toHaveLength(60);
    }
    expect(recommendations(square, minimize, [])).toEqual([]);
  });

  it('expects less of a further trial, the more trials there are', () => {
    const rows = studied('1', 0);
    const left = (of: readonly TrialRow<Config>[], objective = minimize) => deployed(square, objective, of)!.evidence.left!;
    expect(left(rows)).toBeLessThan(left(rows.slice(0, 12)));
    expect(left(rows)).toBe(left(rows)); // it depends on the results alone
    const up = rows.map((of, i) => row(i + 1, of.params, -of.values!.value!));
    expect(left(up, { name: 'value', direction: 'maximize' })).toBe(left(rows));
  });

  it('expects no gain when all of a space is tried, and has none without a model or a best trial', () => {
    const few = space({ n: int(1, 12) });
    const tried = (n: number) =>
      Array.from({ length: n }, (_, i) => row(i + 1, { n: i + 1 } as never, (i - 6.3) ** 2)) as unknown as TrialRow<{ n: number }>[];
    expect(deployed(few, minimize, tried(12))!.evidence.left).toBe(0);
    expect(deployed(few, minimize, tried(5))!.evidence.left).toBeGreaterThan(0);
    const equal = studied('1', 0).map((of) => ({ ...of, values: { value: 1 } }));
    for (const rows of [studied('1', 100), equal]) expect(deployed(square, minimize, rows)!.evidence).not.toHaveProperty('left');
  });

  it('exists for losses that are huge, equal, or hundreds in number', () => {
    for (const losses of [[1e308, -1e308, 0, 1, 1e300], Array(5).fill(2), Array.from({ length: 400 }, (_, i) => i)]) {
      const rows = losses.map((loss, i) => row(i + 1, { x: (i * 0.37) % 1, y: (i * 0.71) % 1 }, loss));
      expect(rows).toContain(recommendation(square, minimize, rows)!.row);
    }
  });
});

it('leaveOneOut follows from the predictions without each observation', () => {
  const rng = rngFor('left', 'out', 0);
  const points = Float64Array.from({ length: 24 }, rng);
  const targets = Float64Array.from({ length: 12 }, (_, i) => Math.sin(4 * points[2 * i]!) + points[2 * i + 1]! + 0.1 * rng());
  const kernel = kernelFromLogs(Float64Array.of(0.3, -0.7, -0.4, 0.1, 0.6, Math.log(0.02)), { width: 2 });
  const features = { width: 2, ordered: 2 };
  const gp = posterior({ features, size: 12, points, targets }, kernel)!;
  const { means: left, logDensities } = leaveOneOut(gp, targets);
  for (let i = 0; i < 12; i++) {
    const others = [...targets.keys()].filter((k) => k !== i);
    const rest = posterior(
      {
        features,
        size: 11,
        points: Float64Array.from(others.flatMap((k) => [points[2 * k]!, points[2 * k + 1]!])),
        targets: Float64Array.from(others, (k) => targets[k]!),
      },
      kernel,
    )!;
    const { mean, variance } = predict(rest, points.slice(2 * i, 2 * i + 2));
    expect(left[i]).toBeCloseTo(mean, 8);
    const observed = variance + kernel.noise;
    expect(logDensities[i]).toBeCloseTo(-0.5 * (Math.log(2 * Math.PI * observed) + (targets[i]! - mean) ** 2 / observed), 6);
  }
});

it('repetitions count also where the model only gets a sample of the results', () => {
  const many = Array.from({ length: 500 }, (_, i) => row(i + 1, { x: (i * 0.618) % 1, y: (i * 0.755) % 1 }, 1 + i / 500));
  const again = [0, 9, 9, 9].map((value, i) => row(501 + i, { x: 0.3, y: 0.6 }, value));
  const { evidence } = deployed(square, minimize, [...many, ...again])!;
  expect(evidence.noise).toBe(0);
});

describe('what a choice costs', () => {
  const net = space({ lr: float(1e-5, 1e-1, { log: true }), dropout: float(0, 0.5), optimizer: choice(['adam', 'sgd']) });
  type Net = { readonly lr: number; readonly dropout: number; readonly optimizer: 'adam' | 'sgd' };
  const loss = ({ lr, dropout, optimizer }: Net) =>
    0.1 * (Math.log10(lr) + 2.7) ** 2 + 0.3 * (dropout - 0.2) ** 2 + (optimizer === 'sgd' ? 0.05 : 0);
  const studyOf = (count: number, sign = 1) =>
    Array.from({ length: count }, (_, i) => {
      const rng = rngFor('net', 'costs', i);
      const params = net.decode([rng(), rng(), rng()]) as Net;
      return { ...row(i + 1, params as never, sign * loss(params)), params };
    });

  it('is told in the unit of the objective, for the worst value that was tried', () => {
    for (const [direction, sign] of [
      ['minimize', 1],
      ['maximize', -1],
    ] as const) {
      const { costs } = recommendation(net, { name: 'value', direction }, studyOf(100, sign))!;
      expect(costs.optimizer).toMatchObject({ value: 'adam', other: 'sgd' });
      expect(costs.optimizer!.cost!.most[0]).toBeLessThan(0.05);
      expect(costs.optimizer!.cost!.most[1]).toBeGreaterThan(0.05);
      expect(costs.optimizer!.least).toBeGreaterThan(0.02);
      expect(costs.dropout!.other).toBeGreaterThan(0.4);
    }
  });

  it('has no upper end where results are worse than the median, which a model does not tell apart', () => {
    const { lr } = recommendation(net, minimize, studyOf(100))!.costs;
    expect(lr!.cost).toBeUndefined();
    expect(lr!.least).toBeGreaterThan(0);
    expect(lr!.least).toBeLessThan(loss({ lr: lr!.other as number, dropout: 0.2, optimizer: 'adam' }));
  });

  it('is not told with few results, for values that were not tried, nor for parameters on which others depend', () => {
    expect(recommendation(net, minimize, studyOf(29))!.costs).toEqual({});
    const adam = studyOf(200).filter(({ params }) => params.optimizer === 'adam');
    expect(Object.keys(recommendation(net, minimize, adam)!.costs)).toEqual(['lr', 'dropout']);
    const parent = space({ ...net.toJSON().parameters, momentum: when('optimizer', 'sgd', float(0, 1)) } as never);
    const rows = studyOf(100).map((one) => ({ ...one, params: { ...one.params, momentum: 0.5 } }));
    expect(Object.keys(recommendation(parent, minimize, rows as never)!.costs)).toEqual(['lr', 'dropout']);
  });
});
