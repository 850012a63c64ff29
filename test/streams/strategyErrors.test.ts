import { filter } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Message } from '../../src/strategy/messages.ts';
import { defineStrategy, memoryLog } from '../../streams/core.ts';
import {
  bandit,
  chain,
  createStudy,
  type Fact,
  fill,
  float,
  mix,
  optimize,
  random,
  reject,
  type Strategy,
  space,
  take,
  until,
} from '../../streams/index.ts';
import { readUpTo } from '../../streams/log/past.ts';

const line = space({ x: float(0, 1) });
const run = (strategy: Strategy) => optimize(line, ({ x }) => x, { trials: 3, strategy }).result();
/** A strategy without types, as in JavaScript. */
const answering = (decision: unknown) => defineStrategy({ name: 'odd', init: () => 0, tell: (s) => s, ask: () => decision as never });
const fails = () => {
  throw new Error('of its own');
};
const mute: Strategy = () => filter((m: Message) => m.type !== 'ask');

// An unhandled error next to the one that ends the study fails these tests too: Vitest reports it.
describe('a study ends with the error of a strategy', () => {
  it.each([
    [[0.1, 0.2], 'odd proposed [0.1, 0.2], expected 1 finite numbers'],
    [[], 'odd proposed [], expected 1 finite numbers'],
    ['soon', `odd answered "soon", expected a point, 'wait', a proposal or the ask`],
    [null, `odd answered null, expected a point, 'wait', a proposal or the ask`],
    [{ x: 0.5 }, `odd answered {"x":0.5}, expected a point, 'wait', a proposal or the ask`],
    [0.5, `odd answered 0.5, expected a point, 'wait', a proposal or the ask`],
  ])('which answers %j', async (decision, message) => {
    for (const strategy of [answering(decision), take(2, answering(decision))])
      await expect(run(strategy)).rejects.toMatchObject({ name: 'StrategyError', message: expect.stringContaining(message) });
  });

  it('but not if it repeats a point, which a random one replaces', async () => {
    for (const strategy of [answering([0.5]), chain(answering([0.5]), random())]) {
      const { reason, completed } = await run(strategy);
      expect({ reason, completed }).toEqual({ reason: 'trials', completed: 3 });
    }
  });

  it('nor if it always repeats: the study ends as exhausted after a hundred draws', async () => {
    const log = memoryLog();
    await using study = createStudy(line, { strategy: answering([0.5]), log });
    let trials = 0;
    for (let next = await study.ask(); next; next = await study.ask()) await study.tell(next.trial, ++trials);
    expect(trials).toBe(101);
    const last: Fact[] = [];
    for await (const entries of readUpTo(log.read(), await log.head())) last.push(...entries.slice(-1).map(({ fact }) => fact as Fact));
    expect(last.at(-1)).toMatchObject({ type: 'closed', reason: 'exhausted' });
  });

  it.each([
    [
      'a proposal of too few coordinates',
      answering({ type: 'propose', id: 1, by: 'odd', point: [] }),
      'odd proposed [], expected 1 finite numbers',
    ],
    ['mix', mix({ mute }), 'mix/mute did not answer the ask for trial 1'],
    ['bandit', bandit({ mute }), 'bandit/mute did not answer the ask for trial 1'],
    ['fill', chain(answering('wait'), fill(mute)), 'fill did not answer the ask for trial 1'],
    ['a predicate on points', reject(fails, random()), 'of its own'],
    ['a condition', chain(until({ init: () => false, tell: fails, holds: () => false }, random()), random()), 'of its own'],
  ])('%s', async (_, strategy, message) => {
    await expect(run(strategy)).rejects.toThrow(message);
  });
});
