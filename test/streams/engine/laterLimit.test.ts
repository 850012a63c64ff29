import { expect, it } from 'vitest';
import type { Entry } from '../../../src/facts/entry.ts';
import { createTestStudy } from '../../../src/testing/testStudy.ts';
import { float, random, type Strategy, space } from '../../../streams/index.ts';

const line = space({ x: float(0, 1) });

it.each([
  [
    'is known to the strategy if it is set before the first suggestion',
    3,
    [
      [undefined, undefined],
      [5, 50],
    ],
  ],
  ['is not known in studies of earlier decisions', 2, [[undefined, undefined]]],
])('a limit %s', (_, decisions, expected) => {
  const limits: (number | undefined)[][] = [];
  const strategy: Strategy = (env) => {
    limits.push([env.trials, env.cost]);
    return random()(env);
  };
  const [first] = createTestStudy(line, random(), { seed: 1 }).entries;
  const created = { ...first!, fact: { ...(first!.fact as object), decisions } } as Entry;
  const changed = (position: number, trials: number): Entry => ({
    position,
    at: position,
    fact: { type: 'changed', limits: { trials, cost: 10 * trials } },
  });
  const { engine, say } = createTestStudy(line, strategy, { seed: 1 }, [created, changed(2, 5)]);
  say({ type: 'changed', limits: { trials: 7 } });
  expect(engine.ledger.nextTrial).toBe(2);
  expect(limits).toEqual(expected);
});
