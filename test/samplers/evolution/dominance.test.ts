import { describe, expect, it } from 'vitest';
import { byCrowding, fittest, frontsOf } from '../../../src/samplers/evolution/dominance.ts';
import { type Individual, individual } from '../../../src/samplers/evolution/population.ts';
import { rankTrial } from '../../../src/samplers/rankedTrial.ts';
import type { Ended } from '../../../src/strategy/messages.ts';

function trial(id: number, losses: number[], rest: Partial<Ended> = {}): Individual {
  const ended: Ended = { type: 'ended', outcome: 'completed', id, by: 'x', point: [0.5], losses, ...rest };
  return individual(ended, rankTrial(id, ended))!;
}
const ids = (members: readonly Individual[]) => members.map(({ id }) => id);

describe('frontsOf', () => {
  it('puts feasible before infeasible, orders these by their violation, and feasible ones by domination', () => {
    const trials = [
      trial(1, [0, 0], { constraints: [2, -9] }),
      trial(2, [5, 5]),
      trial(3, [1, 9]),
      trial(4, [6, 6]),
      trial(5, [9, 9], { constraints: [0.5, 0.5] }),
      trial(6, [0, 0], { outcome: 'stopped', step: 3 }),
    ];
    expect([...frontsOf(trials)].map((front) => ids(front).sort())).toEqual([[2, 3], [4], [6], [5], [1]]);
  });
  it('puts a higher budget before a lower', () => {
    expect([...frontsOf([trial(1, [0, 0], { budget: 1 }), trial(2, [9, 9], { budget: 3 })])].map(ids)).toEqual([[2], [1]]);
  });
});

describe('fittest', () => {
  it('takes whole fronts, and the least crowded of the last one', () => {
    const trials = [trial(1, [0, 10]), trial(2, [1, 9]), trial(3, [4, 4]), trial(4, [10, 0]), trial(5, [11, 11])];
    expect(ids(fittest(trials, 3, byCrowding))).toEqual([1, 4, 3]);
    expect(ids(fittest(trials, 9, byCrowding))).toEqual([1, 4, 3, 2, 5]);
  });
  it('with one objective, takes the best', () => {
    expect(ids(fittest([trial(1, [3]), trial(2, [1]), trial(3, [2])], 2, byCrowding))).toEqual([2, 3]);
  });
});
