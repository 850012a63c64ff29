import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rngFor } from '../../../src/numeric/random.ts';
import { enter, type Individual, individual, type Population, tournament } from '../../../src/samplers/evolution/population.ts';
import { rankTrial } from '../../../src/samplers/rankedTrial.ts';
import type { Ended } from '../../../src/strategy/messages.ts';

const ended = (id: number, rest: Partial<Ended> = {}): Ended => ({
  type: 'ended',
  id,
  by: 'ga',
  point: [id / 100],
  outcome: 'completed',
  losses: [id],
  ...rest,
});
const member = (id: number, rest: Partial<Ended> = {}): Individual => individual(ended(id, rest), rankTrial(id, ended(id, rest)))!;
const settle = (members: readonly Individual[], size: number): Population =>
  members.reduce((population, newcomer) => enter(population, newcomer, size), [] as Population);
const ids = (population: Population) => population.map(({ id }) => id);

describe('individual', () => {
  it('is undefined for a failed trial', () => {
    const { losses: _, ...rest } = ended(1);
    for (const reason of ['error', 'infeasible']) {
      const failed: Ended = { ...rest, outcome: 'failed', reason };
      expect(individual(failed, rankTrial(1, failed))).toBeUndefined();
    }
  });
});

describe('enter', () => {
  it('puts feasible before infeasible, completed before stopped, higher budgets before lower, then smaller losses', () => {
    const members = [
      member(1, { constraints: [0.5, -1], losses: [0] }),
      member(2, { outcome: 'stopped', step: 3, losses: [0] }),
      member(3, { budget: 3, losses: [1] }),
      member(4, { budget: 9, losses: [7] }),
      member(5, { budget: 9, losses: [6] }),
      member(6, { constraints: [0.1, 0.1], losses: [9] }),
      member(7, { outcome: 'stopped', step: 5, losses: [4] }),
    ];
    expect(ids(settle(members, 9))).toEqual([5, 4, 3, 7, 2, 6, 1]);
  });

  it('keeps the best of all that ever came, whatever their order', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer(), { minLength: 1, maxLength: 60 }), fc.integer({ min: 1, max: 12 }), (losses, size) => {
        const population = settle(
          losses.map((loss, i) => member(i + 1, { losses: [loss] })),
          size,
        );
        const best = [...losses].sort((a, b) => a - b).slice(0, size);
        expect(population.map(({ standing }) => standing.losses[0])).toEqual(best);
      }),
      { seed: 1 },
    );
  });

  it('replaces a member with exactly equal losses first, so that others stay', () => {
    const full = settle([member(1), member(2), member(3)], 3);
    expect(ids(enter(full, member(9, { losses: [2] }), 3))).toEqual([1, 9, 3]);
    expect(ids(enter(full, member(9, { losses: [2.5] }), 3))).toEqual([1, 2, 9]);
    const late = settle([member(5, { losses: [2] }), member(8), member(9)], 3);
    expect(ids(enter(late, member(4, { losses: [2] }), 3))).toEqual([4, 8, 9]);
  });

  it('returns the same population for a trial that is not fit enough', () => {
    const full = settle([member(1), member(2)], 2);
    expect(enter(full, member(3), 2)).toBe(full);
  });

  it('puts a trial in the place of the one that it resumes', () => {
    const population = settle([member(1, { budget: 3 }), member(2, { budget: 3 })], 2);
    expect(ids(enter(population, member(3, { budget: 9 }), 2, 2))).toEqual([3, 1]);
  });
});

describe('tournament', () => {
  const population = settle(
    Array.from({ length: 10 }, (_, i) => member(i + 1)),
    10,
  );
  const wins = (contestants: number) => {
    const rng = rngFor('tournament', '', contestants);
    const won = Array.from({ length: 20_000 }, () => tournament(population, contestants, rng).id);
    return (id: number) => won.filter((winner) => winner === id).length / won.length;
  };

  it('of one is a uniform draw', () => {
    const share = wins(1);
    for (let id = 1; id <= 10; id++) expect(Math.abs(share(id) - 0.1)).toBeLessThan(0.01);
  });

  it('of k selects the i-th of n with probability ((n - i + 1)^k - (n - i)^k) / n^k', () => {
    const share = wins(3);
    for (let id = 1; id <= 10; id++) expect(Math.abs(share(id) - ((11 - id) ** 3 - (10 - id) ** 3) / 1000)).toBeLessThan(0.01);
  });
});
