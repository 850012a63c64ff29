import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Rng, rngFor } from '../../../src/numeric/random.ts';
import { offspring } from '../../../src/samplers/evolution/offspring.ts';
import { active, draw, type Point } from '../../../src/space/axis.ts';
import { weights } from '../../../src/space/prior.ts';
import { space } from '../../../src/space/space.ts';
import { boolean, choice, float, int, when } from '../../../src/space/types/dimension.ts';

const rates = { crossoverEta: 1, mutationEta: 8 };
/** Numbers so high that no axis mutates, on the side of the first parent or of the second. */
const [first, second] = [() => 0.4999, () => 0.9];
const plane = space({ x: float(0, 1), y: float(0, 1) });

/** Two branches, one of them with a branch of its own. */
const nested = space({
  model: choice(['tree', 'net', 'svm']),
  depth: when('model', 'tree', int(1, 20)),
  rate: when('model', 'net', float(1e-5, 1, { log: true })),
  norm: when('model', 'net', boolean()),
  decay: when('norm', true, float(0, 1)),
  seed: int(0, 3),
});
const point = (params: Record<string, unknown>): Point => nested.encode(params as never);
const random = (rng: Rng): Point => nested.snap(draw(nested.axes, rng));

describe('offspring', () => {
  it('of one parent, without mutation, is that parent', () => {
    const parent = random(rngFor('a', '', 1));
    expect(nested.snap(offspring(nested.axes, [parent], rates, second))).toEqual(parent);
  });

  it('of two parents that are equal, without mutation, is them', () => {
    expect(
      offspring(
        plane.axes,
        [
          [0.2, 0.7],
          [0.2, 0.7],
        ],
        rates,
        second,
      ),
    ).toEqual([0.2, 0.7]);
  });

  it('is crossed axis by axis, with random numbers for the side, the spread, and whether to mutate', () => {
    const numbers = [0.3, 0.25, 0.9, 0.7, 0.25, 0.9];
    const child = offspring(
      plane.axes,
      [
        [0.4, 0.4],
        [0.6, 0.6],
      ],
      rates,
      () => numbers.shift()!,
    );
    expect(child[0]).toBeCloseTo(0.43, 12); // the side of the first parent
    expect(child[1]).toBeCloseTo(0.57, 12); // the side of the second
    expect(numbers).toEqual([]);
  });

  it('mutates one axis of those that exist on average', () => {
    const rng = rngFor('rate', '', 1);
    const parent = point({ model: 'svm', seed: 1 }); // two axes of six exist
    const changed = Array.from({ length: 4000 }, () => {
      const child = offspring(nested.axes, [parent], rates, rng);
      return (child[0] !== parent[0] ? 1 : 0) + (child[5] !== parent[5] ? 1 : 0);
    });
    expect(Math.abs(changed.reduce((a, b) => a + b, 0) / changed.length - 1)).toBeLessThan(0.05);
  });

  it('takes an inherited branch as a whole from the parent that has it', () => {
    const tree = point({ model: 'tree', depth: 7, seed: 1 });
    const net = point({ model: 'net', rate: 1e-3, norm: true, decay: 0.25, seed: 1 });
    const child = (rng: Rng) => nested.snap(offspring(nested.axes, [tree, net], rates, rng));
    expect([child(first), child(second)]).toEqual([tree, net]);
  });

  it('draws a branch that no parent has from the priors', () => {
    const svm = point({ model: 'svm', seed: 1 });
    const rng = rngFor('new', '', 1);
    const nets = Array.from({ length: 3000 }, () => offspring(nested.axes, [svm], rates, rng)).filter(
      (child) => nested.axes[0]!.levels!.of(child[0]!) === 1,
    );
    expect(nets.length).toBeGreaterThan(300);
    const low = nets.filter((child) => child[2]! < 0.5).length / nets.length;
    expect(Math.abs(low - 0.5)).toBeLessThan(0.08);
  });

  it('mutates unordered axes by their prior', () => {
    const biased = space({ act: choice(['relu', 'tanh', 'gelu'], { prior: weights([6, 3, 1]) }) });
    const rng = rngFor('prior', '', 1);
    const { of } = biased.axes[0]!.levels!;
    const levels = Array.from({ length: 5000 }, () => of(offspring(biased.axes, [[0.5]], rates, rng)[0]!));
    const shares = [0, 1, 2].map((k) => levels.filter((level) => level === k).length / levels.length);
    [0.6, 0.3, 0.1].forEach((share, k) => {
      expect(Math.abs(shares[k]! - share)).toBeLessThan(0.03);
    });
  });

  it('is in the cube, and after snap a fixed point with 0.5 on inactive axes', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const rng = rngFor(String(seed), 'any', 0);
        const parents = [random(rng), random(rng)] as const;
        const child = offspring(nested.axes, [...parents], rates, rng);
        for (const coordinate of child) {
          expect(coordinate).toBeGreaterThanOrEqual(0);
          expect(coordinate).toBeLessThanOrEqual(1);
        }
        const snapped = nested.snap(child);
        expect(nested.snap(snapped)).toEqual(snapped);
        active(nested.axes, snapped).forEach((exists, i) => {
          if (!exists) expect([snapped[i], child[i]]).toEqual([0.5, 0.5]);
        });
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});
