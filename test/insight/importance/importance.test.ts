import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AxisImportances, axisImportances } from '../../../src/insight/importance/axisImportances.ts';
import { type Interval, meanSquareOfEffects, sharedVolume, subcubeOf } from '../../../src/insight/importance/cylinder.ts';
import { type ComparableResult, comparableResults } from '../../../src/insight/importance/results.ts';
import { rngFor } from '../../../src/numeric/random.ts';
import { type Space, space } from '../../../src/space/space.ts';
import { choice, type Dimension, float, when } from '../../../src/space/types/dimension.ts';
import type { Ended, StrategyEvent } from '../../../src/strategy/messages.ts';

type Params = Readonly<Record<string, unknown>>;
const unit = float(0, 1);

interface Trial {
  readonly params: Params;
  readonly value: number;
}
/** Importances by Optuna's evaluators; over many seeds for those that depend on one. */
interface Reference {
  readonly name: string;
  readonly space: Readonly<Record<string, Dimension>>;
  readonly trials: readonly Trial[];
  readonly fanova: Spread;
  readonly pedAnova: Readonly<Record<string, number>>;
}
type Spread = Readonly<Record<string, { readonly mean: number; readonly sd: number }>>;
const cases: readonly Reference[] = JSON.parse(readFileSync(new URL('../../reference/importance.json', import.meta.url), 'utf8'));
const spaceOf = (parameters: Reference['space']): Space<Params> => space(parameters as never) as never;

function reckon({ axes, encode }: Space<Params>, trials: readonly Trial[], seed = '1'): AxisImportances | undefined {
  const results = trials.map(({ params, value }): ComparableResult => ({ point: encode(params), loss: value }));
  return resultOf(axisImportances(axes, results, rngFor(seed, 'importance', 0)));
}

function resultOf<T>(computation: Generator<void, T>): T {
  let step = computation.next();
  while (!step.done) step = computation.next();
  return step.value;
}

const mean = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0) / numbers.length;
const sum = (shares: Readonly<Record<string, number>>) => Object.values(shares).reduce((a, b) => a + b, 0);
/** Shares by fANOVA, over seeds. */
const shares = (of: Space<Params>, trials: readonly Trial[]) => ['1', '2', '3'].map((seed) => reckon(of, trials, seed)!.fanova);

/** The mean of shares over seeds, divided by the sum of those of some names. */
function meanOf(found: readonly Readonly<Record<string, number>>[], names: readonly string[]): Readonly<Record<string, number>> {
  const whole = (one: Readonly<Record<string, number>>) => names.reduce((total, name) => total + one[name]!, 0);
  return Object.fromEntries(names.map((name) => [name, mean(found.map((one) => one[name]! / whole(one)))]));
}

describe('against the evaluators of Optuna, on the same trials', () => {
  it.each(cases)('PED-ANOVA: $name', ({ space: parameters, trials, pedAnova }) => {
    const ours = reckon(spaceOf(parameters), trials)!.pedAnova;
    for (const [parameter, share] of Object.entries(pedAnova)) expect(ours[parameter]).toBeCloseTo(share, 10);
  });

  const [whole, conditional] = [false, true].map((is) =>
    cases.filter((one) => Object.values(one.space).some((parameter) => 'when' in parameter) === is),
  );
  it.each(whole!)('fANOVA, within its spread over seeds: $name', ({ space: parameters, trials, fanova }) => {
    const ours = meanOf(shares(spaceOf(parameters), trials), Object.keys(fanova));
    for (const [name, { mean: theirs, sd }] of Object.entries(fanova)) {
      expect(Math.abs(ours[name]! - theirs), name).toBeLessThanOrEqual(1.5 * sd);
    }
  });

  it('fANOVA, of parameters that always exist, if the one that Optuna does not see matters little: to a hundredth', () => {
    const { space: parameters, trials, fanova } = conditional![0]!;
    const ours = meanOf(shares(spaceOf(parameters), trials), Object.keys(fanova));
    for (const [name, { mean: theirs }] of Object.entries(fanova)) expect(Math.abs(ours[name]! - theirs), name).toBeLessThan(0.01);
  });

  it('fANOVA, of a conditional parameter, which Optuna does not see: its share is not spread over the others', () => {
    const { space: parameters, trials } = conditional![1]!;
    // Variances of a step of 0.4, of z, of 0.3 w, and of m in half of the space.
    const variances = { o: 0.2 ** 2, z: 1 / 12, w: 0.09 / 12, m: 0.25 / 12 };
    const ours = meanOf(shares(spaceOf(parameters), trials), Object.keys(variances));
    // The mean over many seeds is .022 off on these trials.
    expect(Math.abs(ours.m! - variances.m / sum(variances))).toBeLessThan(0.025);
    expect(ours.w!).toBeLessThan(ours.m! / 2);
  });
});

describe('a category as columns', () => {
  const [zero, one, either]: Interval[] = [
    { low: 0, high: 0.5 },
    { low: 0.5, high: 1 },
    { low: 0, high: 1 },
  ] as const;

  it('the intersection of two cylinders is what neither excludes', () => {
    const of = (...regions: Interval[]) => subcubeOf(regions);
    expect(sharedVolume(of(zero!, either!), of(either!, one!))).toBe(1 / 4);
    expect(sharedVolume(of(zero!, either!), of(zero!, either!))).toBe(1 / 2);
    expect(sharedVolume(of(zero!, either!), of(one!, either!))).toBe(0);
    const many = (region: Interval) => subcubeOf([...Array<Interval>(40).fill(either!), region]);
    expect(sharedVolume(many(zero!), many(one!))).toBe(0);
    expect(sharedVolume(many(one!), many(either!))).toBe(1 / 2);
  });

  it('the mean square is that over all zeros and ones', () => {
    const region = fc.constantFrom(zero!, one!, either!);
    const effects = fc.array(
      fc.record({ regions: fc.array(region, { minLength: 4, maxLength: 4 }), effect: fc.integer({ min: -9, max: 9 }) }),
    );
    fc.assert(
      fc.property(effects, (given) => {
        let squares = 0;
        for (let point = 0; point < 16; point++) {
          const bits = [0, 1, 2, 3].map((column) => (point >> column) & 1);
          const inside = given.filter(({ regions }) =>
            regions.every((one, column) => one === either || (one === zero) === (bits[column] === 0)),
          );
          squares += inside.reduce((total, { effect }) => total + effect, 0) ** 2 / 16;
        }
        const found = meanSquareOfEffects(given.map(({ regions, effect }) => ({ cylinder: subcubeOf(regions), effect })));
        expect(found).toBeCloseTo(squares, 9);
      }),
    );
  });
});

describe('what holds', () => {
  const rng = rngFor('trials', '', 0);
  const branches = space({ o: choice(['x', 'y']), m: when('o', 'y', float(0, 1)), z: unit });
  const trials = Array.from({ length: 80 }, () => {
    const o = rng() < 0.5 ? 'x' : 'y';
    const m = rng();
    return { params: o === 'y' ? { o, m, z: rng() } : { o, z: rng() }, value: o === 'y' ? m : 0.5 };
  });

  it('intervals hold their shares, differ by seed only, and shrink as results are added', () => {
    const draw = rngFor('intervals', '', 0);
    const square = space({ a: unit, b: unit }) as Space<Params>;
    const many = Array.from({ length: 240 }, () => {
      const [a, b] = [draw(), draw()];
      return { params: { a, b }, value: 3 * a + 2 * b };
    });
    const [few, all] = [many.slice(0, 20), many].map((some) => reckon(square, some) as AxisImportances);
    const width = ([low, high]: readonly [number, number]) => high - low;
    for (const measure of ['fanova', 'pedAnova'] as const) {
      for (const name of ['a', 'b']) {
        const [low, high] = few!.intervals[measure][name]!;
        expect([low >= 0, low <= few![measure][name]!, high >= few![measure][name]!, high <= 1]).toEqual([true, true, true, true]);
        expect(width(all!.intervals[measure][name]!)).toBeLessThan(width([low, high]));
      }
    }
    expect(all!.intervals.fanova.a![0]).toBeGreaterThan(all!.intervals.fanova.b![1]); // 9 to 4: so many results tell which matters more
    expect(reckon(square, many)!.intervals).toEqual(all!.intervals);
    expect(reckon(square, many, '2')!.intervals).not.toEqual(all!.intervals);
  });

  it('shares sum to 1, and a parameter that exists sometimes has one', () => {
    const { fanova, pedAnova, results } = reckon(branches, trials) as AxisImportances;
    expect(results).toBe(80);
    expect(sum(fanova)).toBeCloseTo(1, 9);
    expect(sum(pedAnova)).toBeCloseTo(1, 9);
    expect(fanova.m!).toBeGreaterThan(10 * fanova.z!);
  });

  it('is undefined for few results, and for equal ones', () => {
    expect(reckon(branches, trials.slice(0, 4))).toBeUndefined();
    expect(
      reckon(
        branches,
        trials.map(({ params }) => ({ params, value: 1 })),
      ),
    ).toBeUndefined();
  });
});

describe('the results of a study', () => {
  const begin = (id: number): StrategyEvent => ({ type: 'suggested', id, by: 'x', point: [id / 10] });
  const report = (id: number, step: number, loss: number): StrategyEvent => ({ type: 'reported', id, step, losses: [loss] });
  const end = (id: number, rest: Partial<Ended>): StrategyEvent => ({
    type: 'ended',
    outcome: 'completed',
    id,
    by: 'x',
    point: [id / 10],
    ...rest,
  });

  it('are the losses of completed trials where all have one budget', () => {
    const facts = [
      begin(1),
      begin(2),
      begin(3),
      begin(4),
      report(1, 1, 9),
      end(1, { losses: [5], budget: 9 }),
      end(2, { losses: [3], budget: 9 }),
      end(3, { outcome: 'failed' }),
      end(4, { losses: [1], budget: 9, constraints: [1] }),
    ];
    expect(resultOf(comparableResults(facts)).results).toEqual([
      { point: [0.1], loss: 5 },
      { point: [0.2], loss: 3 },
    ]);
  });

  it('are normal scores of places in one order where budgets differ, a configuration each', () => {
    const facts = [
      ...[begin(1), report(1, 1, 5), end(1, { losses: [0.5], budget: 3 })], // place 2
      ...[begin(2), report(2, 1, 7), end(2, { outcome: 'stopped', step: 1, losses: [7] })], // worse than 1 at step 1: behind it, place 3
      ...[begin(3), report(3, 1, 4), end(3, { outcome: 'stopped', step: 1, losses: [4] })], // better than 1 at step 1: before it, place 1
      ...[begin(4), report(4, 1, 1), end(4, { outcome: 'failed' })],
    ];
    // Quantiles of a standard normal at 3/6, 5/6 and 1/6.
    expect(resultOf(comparableResults(facts)).results).toEqual([
      { point: [0.1], loss: expect.closeTo(0, 9) },
      { point: [0.2], loss: expect.closeTo(0.967421566, 8) },
      { point: [0.3], loss: expect.closeTo(-0.967421566, 8) },
    ]);
  });

  it('are compared at the rungs of the study, not at powers of 3', () => {
    const facts = [
      ...[begin(1), report(1, 2, 5), end(1, { losses: [0.5], budget: 4 })],
      ...[begin(2), report(2, 2, 4), end(2, { outcome: 'stopped', step: 2, losses: [4] })], // better than 1 at step 2: before it
    ];
    expect(resultOf(comparableResults(facts, [2, 4])).results.map(({ loss }) => Math.sign(loss))).toEqual([1, -1]);
    const more = [begin(3), report(3, 1, 1), end(3, { outcome: 'stopped', step: 1, losses: [1] })];
    const { results } = resultOf(comparableResults([...facts, ...more], [2, 4]));
    expect(results).toHaveLength(2); // 3 has reached no rung
  });
});
