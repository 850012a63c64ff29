import { describe, expect, it } from 'vitest';
import { compare, createTestStudy, recordedWorkload, simulate } from '../../src/testing/index.ts';
import { asha, chain, choice, float, ga, type Infer, random, sobol, space } from '../../streams/index.ts';

const plane = space({ x: float(0, 10), kind: choice(['a', 'b']) });
type Plane = Infer<typeof plane>;

/** A log of trials that were finished elsewhere, each with its curve. */
function log(
  trials: readonly { readonly params: Plane; readonly curve: readonly number[]; readonly seconds?: number; readonly broken?: true }[],
) {
  const world = createTestStudy(plane, random(), { trials: 0, objectives: { score: 'maximize' } });
  for (const { params, curve, seconds, broken } of trials) {
    const trial = world.engine.ledger.nextTrial;
    world.say({ type: 'suggested', trial, attempt: 1, by: 'import', params });
    for (const [k, score] of curve.entries()) world.say({ type: 'reported', trial, step: k + 1, values: { score } });
    if (broken) world.say({ type: 'stopped', trial });
    else world.say({ type: 'completed', trial, values: { score: curve.at(-1)! }, ...(seconds !== undefined && { seconds }) });
  }
  return world.entries;
}

describe('a recorded study', () => {
  const entries = log([
    { params: { x: 1, kind: 'a' }, curve: [1, 2, 3, 4], seconds: 8 },
    { params: { x: 9, kind: 'a' }, curve: [5, 6, 7, 6], seconds: 16 },
    { params: { x: 9, kind: 'b' }, curve: [3, 3.5], broken: true },
  ]);
  const known = recordedWorkload(plane, entries);

  it('shows the curve of the nearest configuration, where a choice weighs as much as a whole range', () => {
    const curve = (x: number, kind: 'a' | 'b') => [1, 2, 3, 4].map((step) => known.curve({ x, kind }).value(step));
    expect(curve(2, 'a')).toEqual([1, 2, 3, 4].map((score) => ({ score })));
    expect(curve(8, 'a')).toEqual([5, 6, 7, 6].map((score) => ({ score })));
    expect(curve(1, 'b')).toEqual([3, 3.5, 3.5, 3.5].map((score) => ({ score }))); // stopped early, and 0.8 away instead of 1
    expect(known.distance({ x: 9, kind: 'a' })).toBe(0);
    expect(known.distance({ x: 2, kind: 'a' })).toBeCloseTo(0.1, 12);
  });

  it('has the length of trainings, the best value, and the time of a step', () => {
    expect(known).toMatchObject({ size: 3, steps: 4, optimum: 6 });
    expect(known.curve({ x: 1, kind: 'a' }).seconds).toBe(2);
    expect(known.curve({ x: 9, kind: 'a' }).seconds).toBe(4);
    expect(known.curve({ x: 9, kind: 'b' }).seconds).toBe(3); // not reported: the mean
  });

  it('reads promotions as one curve, and leaves out what was retracted', async () => {
    const { entries: past } = await simulate(
      plane,
      { steps: 9, curve: ({ x }) => ({ value: (step) => x - step, seconds: 5 }) },
      { strategy: chain(asha({ min: 1, max: 9, pause: true }), sobol()), trials: 30 },
    );
    const { size, steps, optimum, curve } = recordedWorkload(plane, past);
    expect({ size, steps }).toEqual({ size: 30, steps: 9 });
    const best = past.map(({ fact }) => fact as { type: string; trial: number; params: Plane }).filter(({ type }) => type === 'suggested');
    const [{ params }] = best.toSorted((a, b) => a.params.x - b.params.x) as [(typeof best)[number]];
    expect([1, 3, 9].map((step) => curve(params).value(step))).toEqual([1, 3, 9].map((step) => ({ value: params.x - step })));
    expect(curve(params).seconds).toBeCloseTo(5, 12);
    expect(optimum).toBe(params.x - 9);
    const retracted = [...past, { position: past.length + 1, at: 0, fact: { type: 'retracted', trial: 1 } }];
    expect(recordedWorkload(plane, retracted).size).toBe(29);
  });

  it('is an error without recorded trials', () => expect(() => recordedWorkload(plane, log([]))).toThrow('nothing was recorded'));

  it('compares strategies by their best value at the same time', async () => {
    const { entries: past } = await simulate(
      plane,
      { steps: 9, curve: ({ x, kind }) => ({ value: (step) => (x - 4) ** 2 + (kind === 'a' ? 0 : 5) + 9 - step }) },
      { strategy: sobol(), trials: 200 },
    );
    const strategies = {
      random: random(),
      ga: ga({ population: 8 }),
      'asha, ga': chain(asha({ min: 1, max: 9, pause: true }), ga({ population: 8 })),
    };
    const { moments, rows } = await compare(plane, strategies, recordedWorkload(plane, past), { trials: 60, trainers: 4, seeds: 5 });
    const byName = Object.fromEntries(rows.map((row) => [row.strategy, row]));
    expect(moments).toEqual([1 / 8, 1 / 4, 1 / 2, 1].map((part) => part * 9 * 15));
    for (const { values, regrets } of rows) {
      expect(values.toSorted((a, b) => b! - a!)).toEqual(values);
      expect(regrets.at(-1)).toBeGreaterThanOrEqual(0);
    }
    expect(byName.random).toMatchObject({ seconds: 9 * 15, cost: 540, busy: 1 });
    expect(byName.ga!.regrets.at(-1)).toBeLessThan(byName.random!.regrets.at(-1)!);
    expect(byName['asha, ga']!.cost).toBeLessThan(540 / 2);
  });
});
