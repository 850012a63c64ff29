import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ContinuousKernels, DiscreteKernels } from '../../../src/numeric/parzen/axisKernels.ts';
import { Parzen, recencyWeights } from '../../../src/numeric/parzen/parzen.ts';
import { rngFor } from '../../../src/numeric/random.ts';
import { supportOnAxis } from '../../../src/samplers/parzenSupport.ts';
import type { Axis } from '../../../src/space/axis.ts';
import { describedAxis } from '../../support/axes.ts';

interface Reference {
  readonly space: string;
  readonly axes: readonly { readonly kind: 'float' | 'int' | 'choice'; readonly count?: number }[];
  readonly seen: readonly (readonly number[])[];
  readonly weights: readonly number[];
  readonly kernels: readonly ({ readonly means: readonly number[]; readonly sigmas: readonly number[] } | null)[];
  readonly at: readonly (readonly number[])[];
  readonly logDensities: readonly number[];
}
const references: Reference[] = JSON.parse(readFileSync(new URL('../../reference/parzen.json', import.meta.url), 'utf8'));

/** Values at the middles of cells of one size. */
const axisOf = (kind: Axis['kind'], count?: number): Axis => ({
  name: 'x',
  kind,
  ordered: kind !== 'choice',
  ...(count !== undefined && { levels: { count, at: (k) => (k + 0.5) / count, of: (u) => Math.min(count - 1, Math.floor(u * count)) } }),
});
const float = supportOnAxis(axisOf('float'));
const int = supportOnAxis(axisOf('int', 5));
const choice = supportOnAxis(axisOf('choice', 3));
const logDensities = (parzen: Parzen, at: readonly (readonly number[])[]) => at.map((x) => parzen.logDensity(x));

const filled = (supports: ConstructorParameters<typeof Parzen>[0], seen: readonly (readonly number[])[]): Parzen => {
  const parzen = new Parzen(supports);
  seen.forEach((x, slot) => {
    parzen.add(slot, x);
  });
  return parzen;
};

describe('Parzen on levels with features', () => {
  const parzen = filled([supportOnAxis(describedAxis('a'))], [[0], [0]]);
  const mass = (level: number) => Math.exp(parzen.logDensity([level]));

  it('has more mass on levels that are like good ones, and 1 in all', () => {
    expect(mass(0)).toBeGreaterThan(mass(1));
    expect(mass(1)).toBeGreaterThan(1.5 * mass(2));
    expect(mass(3)).toBeGreaterThan(0.05);
    expect([0, 1, 2, 3].reduce((sum, level) => sum + mass(level), 0)).toBeCloseTo(1, 12);
  });
  it('draws levels by their mass', () => {
    const rng = rngFor('parzen', 'alike', 0);
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < 4000; i++) counts[parzen.draw(rng)[0]!]! += 1;
    for (const level of [0, 1, 2, 3]) expect(Math.abs(counts[level]! / 4000 - mass(level))).toBeLessThan(0.03);
  });
});

describe('Parzen', () => {
  describe.each(references)("has Optuna's mixture on $space", ({ axes, seen, weights, kernels, at, logDensities: wanted }) => {
    const parzen = filled(
      axes.map(({ kind, count }) => supportOnAxis(axisOf(kind, count))),
      seen,
    );
    it(`weights and densities of ${seen.length} observations`, () => {
      parzen.weights.forEach((w, k) => {
        expect(w).toBeCloseTo(weights[k]!, 12);
      });
      logDensities(parzen, at).forEach((l, i) => {
        expect(l).toBeCloseTo(wanted[i]!, 9);
      });
    });
    it(`means and bandwidths of ${seen.length} observations`, () => {
      for (const [j, column] of parzen.axes.entries()) {
        if (!(column instanceof ContinuousKernels || column instanceof DiscreteKernels)) continue;
        for (const slot of parzen.slots) {
          expect(column.mean(slot)).toBeCloseTo(kernels[j]!.means[slot]!, 12);
          expect(column.sigma(slot)).toBeCloseTo(kernels[j]!.sigmas[slot]!, 12);
        }
      }
    });
  });

  it('weighs two observations by hand', () => {
    const parzen = filled([float], [[0.2], [0.6]]);
    // Each is the other's only neighbour: 0.4; the clip is a quarter. Truncation: Phi(2) - Phi(-0.5), Phi(1) - Phi(-1.5), Phi(0.5) - Phi(-0.5).
    const density = (x: number, mean: number, sigma: number, mass: number) =>
      Math.exp(-0.5 * ((x - mean) / sigma) ** 2) / (sigma * Math.sqrt(2 * Math.PI) * mass);
    const expected = (density(0.3, 0.2, 0.4, 0.668712) + density(0.3, 0.6, 0.4, 0.774538) + density(0.3, 0.5, 1, 0.382925)) / 3;
    expect(logDensities(parzen, [[0.3]])[0]).toBeCloseTo(Math.log(expected), 5);
  });

  const observation = fc.tuple(
    fc.integer({ min: 0, max: 20 }).map((k) => k / 20),
    fc.integer({ min: 0, max: 4 }),
    fc.integer({ min: 0, max: 2 }),
  );
  const at = [0, 0.25, 0.5, 1].flatMap((x) => [0, 4].flatMap((k) => [0, 1, 2].map((c) => [x, k, c])));

  it('is the same to the bit as if removed observations had never been added', () =>
    fc.assert(
      fc.property(fc.array(fc.tuple(observation, fc.boolean()), { maxLength: 40 }), (all) => {
        const supports = [float, int, choice];
        const parzen = new Parzen(supports);
        all.forEach(([x], slot) => {
          parzen.add(slot, x);
          if (slot % 7 === 3) logDensities(parzen, at); // densities that are computed in between must change nothing
        });
        all.forEach(([, stays], slot) => {
          if (!stays) parzen.remove(slot);
        });
        const fresh = new Parzen(supports);
        for (let slot = all.length - 1; slot >= 0; slot--) if (all[slot]![1]) fresh.add(slot, all[slot]![0]);
        expect(logDensities(parzen, at)).toEqual(logDensities(fresh, at));
      }),
    ));

  it('is a distribution: it sums to 1 over cells and a fine grid, and its draws follow it', () => {
    const rng = rngFor('parzen', 'law', 1);
    const parzen = filled(
      [float, int, choice],
      Array.from({ length: 12 }, () => [rng() ** 2, Math.floor(5 * rng()), Math.floor(1.5 * rng())]),
    );
    const m = 200;
    const grid = [0, 1, 2, 3, 4].flatMap((k) => [0, 1, 2].flatMap((c) => Array.from({ length: m }, (_, i) => [(i + 0.5) / m, k, c])));
    const masses = logDensities(parzen, grid).map((l) => Math.exp(l) / m);
    expect(masses.reduce((a, b) => a + b)).toBeCloseTo(1, 4);
    const share = (inside: (x: readonly number[]) => boolean) => grid.reduce((sum, x, i) => sum + (inside(x) ? masses[i]! : 0), 0);
    const draws = Array.from({ length: 4000 }, () => parzen.draw(rng));
    for (const inside of [
      (x: readonly number[]) => x[0]! < 0.3,
      (x: readonly number[]) => x[1] === 2,
      (x: readonly number[]) => x[2] === 0 && x[0]! > 0.5,
    ]) {
      expect(Math.abs(draws.filter(inside).length / draws.length - share(inside))).toBeLessThan(0.03);
    }
  });

  it("starts from the user's prior", () => {
    const prior = { quantile: (u: number) => u / 2, logDensity: (x: number) => (x < 0.5 ? Math.log(2) : Number.NEGATIVE_INFINITY) };
    const parzen = new Parzen([supportOnAxis({ ...axisOf('float'), prior }), supportOnAxis({ ...axisOf('choice', 2), prior })]);
    expect([
      ...logDensities(parzen, [
        [0.2, 0],
        [0.2, 1],
        [0.7, 0],
      ]),
    ]).toEqual([Math.log(2), Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]);
    const rng = rngFor('parzen', 'prior', 1);
    for (let i = 0; i < 100; i++) expect(parzen.draw(rng)).toSatisfy(([x, c]: number[]) => x! < 0.5 && c === 0);
  });

  it('treats finely divided axes as continuous, and finds uneven cells', () => {
    expect(supportOnAxis(axisOf('int', 1000)).cells).toBeUndefined();
    // 1, 2, 3 in logarithms between 0.5 and 3.5: values are rounded at 1.5 and 2.5.
    const place = (v: number) => Math.log(v / 0.5) / Math.log(7);
    const levels = { count: 3, at: (k: number) => place(k + 1), of: (u: number) => Math.round(0.5 * 7 ** u) - 1 };
    const { edges } = supportOnAxis({ name: 'n', kind: 'int', ordered: true, levels }).cells!;
    [0, place(1.5), place(2.5), 1].forEach((edge, k) => {
      expect(edges[k]).toBeCloseTo(edge, 12);
    });
  });
});

describe('recencyWeights', () => {
  it('lets the newest 25 count fully and older ones ever less', () => {
    expect([...recencyWeights(3)]).toEqual([1, 1, 1]);
    const w = recencyWeights(28);
    expect([...w.slice(0, 4)].map((x) => Number(x.toFixed(6)))).toEqual([0.035714, 0.517857, 1, 1]);
    expect(recencyWeights(26)[0]).toBeCloseTo(1 / 26, 15);
  });
});
