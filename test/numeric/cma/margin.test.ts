import { describe, expect, it } from 'vitest';
import {
  categoricalDistribution,
  leastOdds,
  updateCategorical,
  valuesAt,
  withProbabilityMargin as withLeastOdds,
} from '../../../src/numeric/cma/categorical.ts';
import { withNormalMargin } from '../../../src/numeric/cma/margin.ts';
import { ndtr } from '../../../src/numeric/distributions/normal.ts';

const edges = [0.25, 0.5, 0.75];
const margin = 0.05;
/** Probabilities of the four values. */
function masses({ mean, deviation }: { mean: number; deviation: number }): number[] {
  const below = [...edges.map((edge) => ndtr((edge - mean) / deviation)), 1];
  return below.map((p, k) => p - (below[k - 1] ?? 0));
}

describe('withMargin', () => {
  it('leaves a wide distribution as it is', () => {
    expect(withNormalMargin({ mean: 0.6, deviation: 0.3 }, edges, margin)).toEqual({ mean: 0.6, deviation: 0.3 });
    expect(withNormalMargin({ mean: 0.6, deviation: 1e-9 }, [], margin)).toEqual({ mean: 0.6, deviation: 1e-9 });
  });
  it('keeps half a margin on either side of an inner value', () => {
    const kept = withNormalMargin({ mean: 0.6, deviation: 1e-3 }, edges, margin);
    const [, , within] = masses(kept);
    expect(kept.mean).toBeCloseTo(0.625, 10);
    expect(within).toBeCloseTo(1 - margin, 10);
  });
  it('keeps a margin beyond the one edge of an outermost value, by moving', () => {
    const kept = withNormalMargin({ mean: 3, deviation: 0.01 }, edges, margin);
    expect(kept.deviation).toBe(0.01);
    expect(masses(kept)[3]).toBeCloseTo(1 - margin, 10);
    expect(masses(withNormalMargin({ mean: -3, deviation: 0.01 }, edges, margin))[0]).toBeCloseTo(1 - margin, 10);
  });
});

describe('categorical', () => {
  const even = categoricalDistribution([
    [0.25, 0.25, 0.25, 0.25],
    [0.5, 0.5],
  ]);
  it('draws by its probabilities', () => {
    const law = categoricalDistribution([[0.2, 0.5, 0.3]]);
    expect([0, 0.19, 0.2, 0.69, 0.7, 0.999].map((u) => valuesAt(law, [u])[0])).toEqual([0, 0, 1, 1, 2, 2]);
  });
  it('moves towards the values of selected points, and keeps a margin for the others', () => {
    let law = even;
    for (let generation = 0; generation < 40; generation++) law = updateCategorical(law, [[2, 0]], [1]);
    const least = leastOdds(2, 4);
    expect(law.odds[0]![2]).toBeCloseTo(1 - 3 * least, 6);
    for (const k of [0, 1, 3]) expect(law.odds[0]![k]).toBeCloseTo(least, 6);
    for (const row of law.odds) expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
  });
  it('learns nothing of an axis that selected points do not have', () => {
    const law = updateCategorical(even, [[undefined, 1]], [1]);
    expect(law.odds[0]).toEqual([0.25, 0.25, 0.25, 0.25]);
    expect(law.odds[1]![1]).toBeGreaterThan(0.5);
    expect(updateCategorical(even, [[undefined, undefined]], [1])).toBe(even);
  });
  it('takes smaller steps if selected points contradict each other', () => {
    let law = even;
    for (let generation = 0; generation < 60; generation++) law = updateCategorical(law, [[generation % 4, generation % 2]], [1]);
    expect(law.caution).toBeGreaterThan(1.5);
  });
  it('raises what is below the margin at the cost of what is above', () => {
    expect(withLeastOdds([0, 0.2, 0.8], 0.1)).toEqual([
      0.1,
      expect.closeTo(0.2 - 0.1 * (0.1 / 0.8)),
      expect.closeTo(0.8 - 0.1 * (0.7 / 0.8)),
    ]);
    expect(withLeastOdds([1], 1)).toEqual([1]);
  });
});
