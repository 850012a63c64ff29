import { firstValueFrom, from, lastValueFrom, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Fact } from '../../../src/facts/facts.ts';
import { applyEntries } from '../../../streams/core.ts';
import * as h from '../../../streams/index.ts';

const space = h.space({ x: h.float(0, 1) });

/** The fronts of a log of trials, one after the other, with values of loss and gain. The gain is maximised. */
const applied = (
  trials: readonly Partial<Extract<Fact, { type: 'completed' }>>[],
  more: readonly Fact[] = [],
  budgets: readonly number[] = [],
  examples?: { readonly count: number },
) => {
  const created: Fact = {
    type: 'created',
    format: 1,
    rules: 1,
    decisions: 1,
    study: 's',
    space: space.toJSON(),
    objectives: [
      { name: 'loss', direction: 'minimize' },
      { name: 'gain', direction: 'maximize' },
    ],
    strategy: 'random',
    seed: '1',
    limits: {},
    parallel: 1,
    duplicates: 'allow',
    ...(examples && { examples }),
  } as never;
  const facts = trials.flatMap((trial, i): Fact[] => [
    {
      type: 'suggested',
      trial: i + 1,
      attempt: 1,
      by: 'random',
      params: { x: i / 100 },
      after: 0,
      ...(budgets[i] !== undefined && { budget: budgets[i] }),
    } as Fact,
    { type: 'started', trial: i + 1, attempt: 1, run: `r${i}`, trainer: 't' } as Fact,
    { type: 'completed', trial: i + 1, run: `r${i}`, ...trial } as Fact,
  ]);
  const entries = [created, ...facts, ...more].map((fact, i) => ({ position: i + 1, at: 0, fact }));
  return from(entries as h.Entry[]).pipe(applyEntries());
};
const of = (loss: number, gain: number) => ({ values: { loss, gain } });
const trialsIn = ({ rows }: h.Front<unknown>) => rows.map(({ trial }) => trial);

describe('pareto', () => {
  it('emits the front whenever it changes', async () => {
    const fronts = await lastValueFrom(applied([of(3, 1), of(4, 0), of(5, 3), of(1, 1), of(5, 3), of(0, 9)]).pipe(h.pareto(), toArray()));
    expect(fronts.map(trialsIn)).toEqual([[1], [1, 3], [4, 3], [4, 3, 5], [6]]);
  });

  it('leaves out a configuration that violates a constraint on more examples', async () => {
    const result = (trial: number, resumes: number | undefined, places: readonly number[], ...numbers: readonly number[]): Fact[] => [
      {
        type: 'suggested',
        trial,
        attempt: 1,
        by: 'random',
        params: { x: trial / 100 },
        after: 0,
        examples: places,
        ...(resumes && { resumes }),
      },
      { type: 'started', trial, attempt: 1, run: `r${trial}`, trainer: 't' },
      {
        ...{ type: 'reported', trial, run: `r${trial}`, step: places.length, values: { loss: numbers[0]!, gain: numbers[1]! } },
        results: places.map((place) => [place, ...numbers]),
      },
      { type: 'completed', trial, run: `r${trial}`, values: { loss: numbers[0]!, gain: numbers[1]! } },
    ];
    const facts = [...result(1, undefined, [0, 1], 1, 9, -1), ...result(2, undefined, [0, 1], 2, 8, -1), ...result(3, 1, [2, 3], 1, 9, 5)];
    const entries = await lastValueFrom(applied([], facts, [], { count: 4 }).pipe(toArray()));
    expect(entries.filter(({ refusal }) => refusal)).toEqual([]);
    const fronts = await lastValueFrom(from(entries).pipe(h.pareto(), toArray()));
    expect(fronts.map(trialsIn)).toEqual([[1], [2]]);
  });

  it('measures from the worst so far, or from a given reference', async () => {
    const trials = [of(3, 1), of(4, 0), of(2, 0.5)];
    const front = await lastValueFrom(applied(trials).pipe(h.pareto()));
    expect(front.reference).toEqual({ loss: 4, gain: 0 });
    expect(front.hypervolume).toBeCloseTo(1 * 1 + 1 * 0.5, 12);
    const given = await lastValueFrom(applied(trials).pipe(h.pareto({ reference: { loss: 5, gain: -1 } })));
    expect(given.reference).toEqual({ loss: 5, gain: -1 });
    expect(given.hypervolume).toBeCloseTo(2 * 2 + 1 * 1.5, 12);
    expect(JSON.parse(JSON.stringify(given)).hypervolume).toBe(given.hypervolume);
  });

  it('compares feasible trials at the highest budget', async () => {
    const trials = [of(3, 1), { ...of(0, 9), constraints: [0.1] }, { ...of(4, 2), constraints: [-1, 0] }];
    expect(trialsIn(await lastValueFrom(applied(trials).pipe(h.pareto())))).toEqual([1, 3]);
    const budgets = await lastValueFrom(applied([of(0, 9), of(5, 5), of(0, 9)], [], [1, 3, 1]).pipe(h.pareto(), toArray()));
    expect(budgets.map(trialsIn)).toEqual([[1], [2]]);
  });

  it('drops retracted trials', async () => {
    const trials = [of(3, 1), of(4, 0), of(0, 9)];
    const retracted = await lastValueFrom(applied(trials, [{ type: 'retracted', trial: 3 }]).pipe(h.pareto(), toArray()));
    expect(retracted.map(trialsIn)).toEqual([[1], [3], [1]]);
    const other = await lastValueFrom(applied(trials, [{ type: 'retracted', trial: 2 }]).pipe(h.pareto(), toArray()));
    expect(other.map(trialsIn)).toEqual([[1], [3]]);
  });

  it('shares nothing between subscriptions', async () => {
    const front$ = applied([of(3, 1), of(4, 0)]).pipe(h.pareto());
    const once = await lastValueFrom(front$.pipe(toArray()));
    expect(await lastValueFrom(front$.pipe(toArray()))).toEqual(once);
  });

  it('refuses a reference that leaves an objective out', async () => {
    const front$ = applied([of(3, 1)]).pipe(h.pareto({ reference: { loss: 3 } }));
    await expect(firstValueFrom(front$)).rejects.toThrow(/pareto\.reference\.gain: .*, got nothing/);
  });
});
