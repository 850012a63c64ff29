import { describe, expect, it } from 'vitest';
import { ndtr } from '../../../src/numeric/distributions/normal.ts';
import { kernelFromLogs } from '../../../src/numeric/gp/kernel.ts';
import { type Posterior, posterior } from '../../../src/numeric/gp/posterior.ts';
import { predict } from '../../../src/numeric/gp/predict.ts';
import { rngFor } from '../../../src/numeric/random.ts';
import {
  type AcquisitionTerm,
  expectedImprovement,
  inverseBudget,
  logProbabilityBelow,
  negatedMean,
} from '../../../src/samplers/bo/acquisition.ts';
import { features } from '../../../src/samplers/bo/features.ts';
import { hypervolumeImprovement } from '../../../src/samplers/bo/hypervolume.ts';
import { inverseBudgetTerm } from '../../../src/samplers/bo/scores.ts';
import { priorTerm } from '../../../src/samplers/bo/terms.ts';
import { normal, weights } from '../../../src/space/prior.ts';
import { space } from '../../../src/space/space.ts';
import { choice, float } from '../../../src/space/types/dimension.ts';

const { axes } = space({
  c: choice(['a', 'b', 'c'], { prior: weights([1, 2, 3]) }),
  x: float(0, 1, { prior: normal(0.4, 0.2) }),
  y: float(0, 1),
});
const f = features(axes);

function gpOf(value: (x: number, y: number) => number): Posterior {
  const rng = rngFor('acquisition', 'gp', 1);
  const points = new Float64Array(15 * 3);
  for (let i = 0; i < 15; i++) f.encode([(Math.floor(rng() * 3) + 0.5) / 3, rng(), rng()], points, 3 * i);
  const targets = Float64Array.from({ length: 15 }, (_, i) => value(points[3 * i]!, points[3 * i + 1]!));
  return posterior({ features: f, size: 15, points, targets }, kernelFromLogs([0.5, 0.2, -0.3, -0.5, -0.5, 0, -4], f))!;
}
const one = gpOf((x, y) => Math.sin(4 * x) + y);
const two = gpOf((x, y) => Math.cos(3 * y) - x);

const terms: Record<string, AcquisitionTerm> = {
  improvement: expectedImprovement(one, -0.5),
  probabilityBelow: logProbabilityBelow(one, -0.2),
  mean: negatedMean(one, 2.5),
  shortness: inverseBudget(one, 1, [
    { budget: 2, limit: 0.4 },
    { budget: 6, limit: -0.3 },
  ]),
  belief: priorTerm(axes, f, 0.7),
  hypervolumeImprovement: hypervolumeImprovement(
    [one, two],
    [
      [-0.4, 0.9],
      [0.1, 0.2],
      [0.7, -0.6],
    ],
  ),
};

describe.each(Object.entries(terms))('%s', (_, term) => {
  const at = (row: Float64Array) => {
    const scores = new Float64Array(1);
    term.add(row, 1, scores);
    return scores[0]!;
  };

  it('has the slopes of its finite differences', () => {
    for (const row of [Float64Array.of(0.3, 0.6, 1), Float64Array.of(0.85, 0.15, 2)]) {
      const gradient = new Float64Array(2);
      expect(term.slope(row, gradient)).toBeCloseTo(at(row), 12);
      for (const c of [0, 1]) {
        const h = 1e-5;
        const difference = (at(row.with(c, row[c]! + h)) - at(row.with(c, row[c]! - h))) / (2 * h);
        expect(gradient[c]).toBeCloseTo(difference, 4);
      }
    }
  });

  it('adds to the values in its output, row by row', () => {
    const rows = Float64Array.of(0.3, 0.6, 1, 0.85, 0.15, 2);
    const scores = Float64Array.of(1, 2);
    term.add(rows, 2, scores);
    expect([...scores]).toEqual([1 + at(rows.slice(0, 3)), 2 + at(rows.slice(3))]);
  });
});

describe('inverseBudget', () => {
  const row = Float64Array.of(0.3, 0.6, 1);
  const at = (limits: readonly [number, number]) => {
    const scores = new Float64Array(1);
    const [nine, full] = limits;
    const higher = [
      { budget: 8, limit: nine },
      { budget: 18, limit: full },
    ];
    inverseBudget(one, 1, higher).add(row, 1, scores);
    return scores[0]!;
  };

  it('is that of the full budget where a trial is certain to be good, and of the lowest rung where it is certain to be bad', () => {
    expect(at([100, 100])).toBeCloseTo(-Math.log(27), 12);
    expect(at([-100, -100])).toBeCloseTo(0, 12);
  });

  it('counts what lies before a rung by the probability of reaching it', () => {
    const { mean, variance } = predict(one, row);
    const reached = (limit: number) => ndtr((limit - mean) / Math.sqrt(variance));
    expect(at([0.5, -0.2])).toBeCloseTo(-Math.log(1 + 8 * reached(0.5) + 18 * reached(-0.2)), 12);
  });

  it('counts only the budgets at which trials are compared: another one may be 0', () => {
    const scored = (...budgets: number[]) => {
      const counted = budgets.map((budget) => ({ losses: new Map([[budget, 1]]) }));
      const scores = new Float64Array(1);
      const rungs = [100, 300, 900];
      for (const term of inverseBudgetTerm(one, rungs, { counted } as never, { target: (x: number) => x } as never))
        term.add(row, 1, scores);
      return scores[0]!;
    };
    expect(scored(0, 100, 300)).toBe(scored(100, 100, 300));
    expect(scored(0, 100, 300)).not.toBe(scored(0, 100, 100));
    expect(scored(0, 0)).toBe(0); // no trial was compared yet
  });
});
