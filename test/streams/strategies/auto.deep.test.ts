import { expect, it } from 'vitest';
import type { Propose } from '../../../src/strategy/messages.ts';
import { auto, chain, random, take } from '../../../streams/index.ts';
import { completed, interview, rootEnv, suggestedFrom } from '../../support/interview.ts';
import { cube, suggestions } from './bowl.ts';

it('counts the trials of others as well, and hands over to the Parzen estimator when there are too many', async () => {
  const found = await suggestions(1, 502, chain(take(498, random()), auto()));
  expect(found.slice(498).map(({ by }) => by)).toEqual(['auto/bo', 'auto/bo', 'auto/tpe', 'auto/tpe']);
  expect(found.at(-1)).toMatchObject({ by: 'auto/tpe', tags: { phase: 'modelling', why: 'more than 500 trials' } });
});

it('prefers cheap trials if only time limits the study', () => {
  const square = cube(2);
  const dear = (limits: { trials?: number; cost?: number; spend?: { usd: number } }) => {
    const { ask, tell } = interview(auto(), rootEnv(square, limits));
    // Two equal minima, one of them a hundred times as dear.
    const points = Array.from({ length: 30 }, (_, i) => {
      const suggested = suggestedFrom(ask(i + 1) as Propose);
      const [x] = suggested.point as [number];
      tell(suggested);
      tell({ ...completed(suggested, Math.min((x - 0.2) ** 2, (x - 0.8) ** 2)), seconds: x > 0.5 ? 100 : 1 });
      return x;
    });
    return points.filter((x) => x > 0.5).length;
  };
  expect(dear({})).toBeLessThan(9);
  expect(dear({ trials: 30 })).toBeGreaterThan(10);
  expect(dear({ cost: 30 })).toBeGreaterThan(10);
  expect(dear({ spend: { usd: 30 } })).toBeGreaterThan(10);
});
