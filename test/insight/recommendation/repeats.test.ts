import { describe, expect, it } from 'vitest';
import { repeatsIn, repetitionText } from '../../../src/insight/recommendation/repeats.ts';
import { drawNormal, rngFor } from '../../../src/numeric/random.ts';
import type { CompletedRow } from '../../../src/study/trials.ts';
import { trialRow } from '../figures/support.ts';

/** Results of configurations, in the order of trials. */
const rows = (...results: readonly (readonly [x: number, value: number])[]) =>
  results.map(([x, loss], i) => trialRow(i + 1, loss, { params: { x } }) as CompletedRow);

describe('repetitions of configurations', () => {
  it('tell nothing before one has run three times: the first result does not count', () => {
    expect(repeatsIn(rows([1, 5], [1, 6], [2, 7]), 'loss')).toBeUndefined();
    const found = repeatsIn(rows([1, -100], [1, 6], [1, 8]), 'loss')!;
    expect(found.sd).toBeCloseTo(Math.SQRT2, 12);
    const { mean, half, most } = found.of({ x: 1 })!;
    expect(mean).toBe(7);
    // Student's t with one degree of freedom: 1 and 6.3138
    expect(half).toEqual([7 - Math.sqrt(3), 7 + Math.sqrt(3)].map((end) => expect.closeTo(end, 9)));
    expect(most[1]).toBeCloseTo(7 + 6.313751514675 * Math.sqrt(3), 6);
    expect(found.of({ x: 2 })).toBeUndefined();
  });

  it('that are equal give a point', () => {
    const found = repeatsIn(rows([1, 3], [1, 3], [1, 3]), 'loss')!;
    expect([found.sd, found.of({ x: 1 })]).toEqual([0, { mean: 3, half: [3, 3], most: [3, 3] }]);
  });

  it('share their noise, and shrink the lucky ones', () => {
    const equal = rows(
      ...[1, 2, 3, 4, 5].flatMap(
        (x) =>
          [
            [x, 0],
            [x, x / 100 - 1],
            [x, x / 100 + 1],
            [x, x / 100],
          ] as const,
      ),
    );
    const { sd, of } = repeatsIn(equal, 'loss')!;
    expect(sd).toBeCloseTo(1, 12);
    expect(of({ x: 1 })!.mean).toBeCloseTo(0.03, 6); // the mean of all: they hardly differ
  });

  it('keep the smaller noise of better configurations', () => {
    const differ = rows(
      ...[0.01, 0.1, 1, 10, 100].flatMap(
        (x) =>
          [
            [x, x],
            [x, 0.9 * x],
            [x, 1.1 * x],
            [x, x],
            [x, 0.95 * x],
            [x, 1.05 * x],
          ] as const,
      ),
    );
    const [low, high] = repeatsIn(differ, 'loss')!.of({ x: 0.01 })!.most;
    expect(high - low).toBeLessThan(0.1);
  });

  it('hold as often as they say', () => {
    let [half, most, count] = [0, 0, 0];
    for (let study = 0; study < 300; study++) {
      const rng = rngFor('repeats', 'test', study);
      const truth = Array.from({ length: 5 }, () => drawNormal(rng));
      const results = truth.flatMap((mean, x) => [0, 1, 2, 3].map(() => [x, mean + 0.5 * drawNormal(rng)] as const));
      const { of } = repeatsIn(rows(...results), 'loss')!;
      const x = truth.indexOf(Math.min(...truth));
      const next = truth[x]! + 0.5 * drawNormal(rng);
      const found = of({ x })!;
      half += Number(next > found.half[0] && next < found.half[1]);
      most += Number(next > found.most[0] && next < found.most[1]);
      count++;
    }
    expect(half / count).toBeGreaterThan(0.42);
    expect(half / count).toBeLessThan(0.58);
    expect(most / count).toBeGreaterThan(0.85);
    expect(most / count).toBeLessThan(0.95);
  });

  it('are told as one value where they are equal', () => {
    const { of } = repeatsIn(rows([0, 1], [0, 2], [0, 2]), 'loss')!;
    expect(repetitionText(of({ x: 0 })!)).toMatch(/ 2$/);
  });
});
