import { expect, it } from 'vitest';
import { instance, solve } from '../../examples/instances/tours.ts';

const annealing = { heat: 0.1, cooling: 0.1, reversals: 0.5, reach: 0.5, start: 'given' } as const;
const means = (settings: Partial<Parameters<typeof solve>[0]>) => {
  const lengths = Array.from({ length: 8 }, (_, i) => solve({ ...annealing, ...settings }, instance(`${i}`), 'moves'));
  return lengths.reduce((a, b) => a + b, 0) / lengths.length;
};

it('a run has the same result for the same seed', () => {
  expect(solve(annealing, instance('a'), 'moves')).toBe(solve(annealing, instance('a'), 'moves'));
  expect(solve(annealing, instance('a'), 'moves')).not.toBe(solve(annealing, instance('a'), 'other moves'));
  expect(instance('a').cities).not.toEqual(instance('b').cities);
});

it('visits each city: the shortest tour of four corners is their square', () => {
  const corners = [
    [0, 0],
    [1, 1],
    [0, 1],
    [1, 0],
  ] as const;
  expect(solve({ ...annealing, reach: 1 }, { cities: corners, greedy: 4 }, 'moves')).toBeCloseTo(1, 12);
});

it('is better the less it is heated, from the greedy tour never worse, and needs moves that reach far', () => {
  expect(means({ heat: 0.1 })).toBeLessThan(means({ heat: 10, cooling: 1 }));
  expect(means({ heat: 10, cooling: 1, start: 'greedy' })).toBeLessThanOrEqual(1);
  expect(means({ reach: 0.5 })).toBeLessThan(means({ reach: 0.02 }));
});
