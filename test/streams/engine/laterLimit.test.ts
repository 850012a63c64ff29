import { expect, it } from 'vitest';
import { createTestStudy } from '../../../src/testing/testStudy.ts';
import { float, random, type Strategy, space } from '../../../streams/index.ts';

it('a limit is known to the strategy if it is set before the first suggestion', () => {
  const line = space({ x: float(0, 1) });
  const limits: (number | undefined)[][] = [];
  const strategy: Strategy = (env) => {
    limits.push([env.trials, env.cost]);
    return random()(env);
  };
  const [created] = createTestStudy(line, random(), { seed: 1 }).entries;
  const changed = { position: 2, at: 2, fact: { type: 'changed', limits: { trials: 5, cost: 50 } } };
  const { engine, say } = createTestStudy(line, strategy, { seed: 1 }, [created!, changed]);
  say({ type: 'changed', limits: { trials: 7 } });
  expect(engine.ledger.nextTrial).toBe(2);
  expect(limits).toEqual([
    [undefined, undefined],
    [5, 50],
  ]);
});
