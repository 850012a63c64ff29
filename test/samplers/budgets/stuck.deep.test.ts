import { expect, it } from 'vitest';
import type { SuggestedFact } from '../../../src/facts/facts.ts';
import { simulate, type Workload } from '../../../src/testing/index.ts';
import { asha, bo, chain, float, type Strategy, space } from '../../../streams/index.ts';

const square = space({ x: float(0, 1), y: float(0, 1) });
interface Square {
  readonly x: number;
  readonly y: number;
}

const trap = ({ x, y }: Square) => Math.hypot(x - 0.2, y - 0.3);
const goal = ({ x, y }: Square) => Math.hypot(x - 0.75, y - 0.7);
/** Good around the trap until 9 epochs and bad there at the end. */
const misleading: Workload<Square> = {
  steps: 27,
  optimum: 0,
  curve: (point) => ({ value: (step) => (step < 9 ? 1 + trap(point) : goal(point)) + 1 / (step + 1), seconds: 1 }),
};

const pointsOf = (entries: readonly { readonly fact: unknown }[]): Square[] =>
  entries
    .map(({ fact }) => fact as SuggestedFact<Square>)
    .filter(({ type, resumes }) => type === 'suggested' && resumes === undefined)
    .map(({ params }) => params);

// Where bo could suggest near copies, the share was .87 with trials that pause.
const cases: readonly (readonly [string, Strategy, number])[] = [
  ['stops', chain(asha({ min: 1, max: 27 }), bo()), 0.1],
  ['pauses', chain(asha({ min: 1, max: 27, pause: true }), bo()), 0.6],
];

it.each(cases)(
  'where low budgets mislead, bo behind asha that %s leaves the neighbourhood of what looked good',
  async (_, strategy, most) => {
    const shares = await Promise.all(
      [1, 2, 3, 4].map(async (seed) => {
        const points = pointsOf((await simulate(square, misleading, { strategy, seed, cost: 18 * 27 })).entries);
        const late = points.slice(points.length / 2);
        return late.filter((point) => trap(point) < 0.1).length / late.length;
      }),
    );
    expect(shares.reduce((sum, share) => sum + share / 4, 0)).toBeLessThan(most);
  },
);
