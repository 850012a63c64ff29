import { describe, expect, it } from 'vitest';
import { type AxisImportances, importances, type Result } from '../../src/importance/importance.ts';
import { rngFor } from '../../src/numeric/random.ts';
import { choice, float, int, when } from '../../src/space/dimension.ts';
import { type Space, space } from '../../src/space/space.ts';
import cases from '../reference/importance.json' with { type: 'json' };

type Params = Readonly<Record<string, unknown>>;
const unit = float(0, 1);
const floats = space({ a: unit, b: unit, c: unit, d: unit });
const mixed = space({ a: unit, n: int(0, 9), c: choice(['p', 'q', 'r']), b: unit });

function reckon(of: unknown, trials: readonly { readonly params: Params; readonly value: number; readonly budget?: number }[], seed = '1') {
  const { axes, encode } = of as Space<Params>;
  const results = trials.map(({ params, value, ...rest }): Result => ({ point: encode(params), loss: value, ...rest }));
  const reckoning = importances(axes, results, rngFor(seed, 'importance', 0));
  let step = reckoning.next();
  while (!step.done) step = reckoning.next();
  return step.value;
}

const mean = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0) / numbers.length;
const deviation = (numbers: readonly number[]) => Math.sqrt(mean(numbers.map((x) => (x - mean(numbers)) ** 2)));
const sum = (shares: Readonly<Record<string, number>>) => Object.values(shares).reduce((a, b) => a + b, 0);

describe('against the evaluators of Optuna, on the same trials', () => {
  it.each(cases)('PED-ANOVA: $name', ({ name, trials, pedAnova }) => {
    const ours = reckon(name === 'choices' ? mixed : floats, trials)!.pedAnova;
    for (const [parameter, share] of Object.entries(pedAnova)) expect(ours[parameter]).toBeCloseTo(share, 10);
  });

  it.each(cases.filter(({ name }) => name !== 'choices'))('fANOVA, within its spread over seeds: $name', ({ trials, fanova }) => {
    const ours = ['1', '2', '3', '4', '5'].map((seed) => reckon(floats, trials, seed)!.fanova);
    for (const [parameter, { mean: theirs, sd }] of Object.entries(fanova)) {
      const shares = ours.map((one) => one[parameter]!);
      expect(Math.abs(mean(shares) - theirs), parameter).toBeLessThan(3 * Math.hypot(sd, deviation(shares)));
    }
  });

  it('fANOVA of categories, which Optuna codes as a column each, is nearer to the truth', () => {
    const { trials, fanova } = cases.find(({ name }) => name === 'choices')! as (typeof cases)[0] & {
      fanova: Record<string, { mean: number }>;
    };
    // Variances of 2 |a - 0.3|, 0.12 n, and 0, 0.5 or 1.5, of their sum.
    const variances = { a: 4 * (0.37 / 3 - 0.29 ** 2), n: 0.12 ** 2 * 8.25, c: 7 / 18 };
    const ours = reckon(mixed, trials)!.fanova;
    for (const [parameter, variance] of Object.entries(variances)) {
      const truth = variance / sum(variances);
      const theirs = (fanova as Record<string, { mean: number }>)[parameter]!.mean;
      expect(Math.abs(ours[parameter]! - truth), parameter).toBeLessThan(Math.abs(theirs - truth) + 0.01);
      expect(Math.abs(ours[parameter]! - theirs), parameter).toBeLessThan(0.04);
    }
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

  it('shares sum to 1, and a parameter that exists sometimes has one', () => {
    const { fanova, pedAnova, results } = reckon(branches, trials) as AxisImportances;
    expect(results).toBe(80);
    expect(sum(fanova)).toBeCloseTo(1, 9);
    expect(sum(pedAnova)).toBeCloseTo(1, 9);
    expect(fanova.m!).toBeGreaterThan(10 * fanova.z!);
  });

  it('results at one budget are compared, the highest with enough of them', () => {
    const low = trials.map((trial) => ({ ...trial, budget: 1 }));
    const high = trials.slice(0, 30).map(({ params }) => ({ params, value: params.z, budget: 9 }));
    expect(reckon(branches, [...low, ...high.slice(0, 4)])!.results).toBe(80);
    const { results, fanova } = reckon(branches, [...low, ...high])!;
    expect(results).toBe(30);
    expect(fanova.z!).toBeGreaterThan(0.9);
  });

  it('says nothing of few results, or of equal ones', () => {
    expect(reckon(branches, trials.slice(0, 4))).toBeUndefined();
    expect(
      reckon(
        branches,
        trials.map(({ params }) => ({ params, value: 1 })),
      ),
    ).toBeUndefined();
  });
});
