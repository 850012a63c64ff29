import { lastValueFrom, toArray } from 'rxjs';
import { expect, it } from 'vitest';
import type { SuggestedFact } from '../../../src/facts/facts.ts';
import type { Propose } from '../../../src/messages.ts';
import {
  auto,
  chain,
  choice,
  float,
  int,
  type Log,
  memoryLog,
  optimize,
  random,
  type Strategy,
  space,
  take,
} from '../../../streams/index.ts';
import { completed, interview, rootEnv, suggestedFrom } from '../../support/interview.ts';

const names = (n: number) => Array.from({ length: n }, (_, i) => `x${i}`);
const cube = (n: number) => space(Object.fromEntries(names(n).map((name) => [name, float(0, 1)])));

/** What a study of a bowl suggested; all its objectives are the same. */
async function suggestions(
  dimension: number,
  trials: number,
  strategy: Strategy | undefined,
  log: Log = memoryLog(),
  objectives = ['value'],
) {
  const loss = (params: object) => Object.values(params).reduce((sum: number, x: number) => sum + (x - 0.3) ** 2, 0);
  const study = optimize(cube(dimension), (params) => ({ values: Object.fromEntries(objectives.map((name) => [name, loss(params)])) }), {
    trials,
    log,
    objectives: Object.fromEntries(objectives.map((name) => [name, 'minimize' as const])),
    ...(strategy && { strategy }),
  });
  const noted = await lastValueFrom(study.pipe(toArray()));
  return noted.map(({ fact }) => fact as SuggestedFact).filter(({ type }) => type === 'suggested');
}

it('is the default strategy, and tags every suggestion with its choice and the reason', async () => {
  const log = memoryLog();
  const found = await suggestions(2, 24, undefined, log);
  expect(found.map(({ by }) => by)).toEqual(new Array(24).fill('auto/bo'));
  expect(found.every(({ tags }) => tags?.why === '2 parameters, up to 500 trials')).toBe(true);
  expect(found.at(-1)!.tags).toMatchObject({ phase: 'modelling', mean: expect.any(String), sd: expect.any(String) });
  for await (const [entry] of log.read(1)) {
    expect(entry!.fact).toMatchObject({ type: 'created', strategy: 'auto' });
    break;
  }
});

it('counts the trials of others as well, and hands over to the Parzen estimator when there are too many', async () => {
  const found = await suggestions(1, 502, chain(take(498, random()), auto()));
  expect(found.slice(498).map(({ by }) => by)).toEqual(['auto/bo', 'auto/bo', 'auto/tpe', 'auto/tpe']);
  expect(found.at(-1)).toMatchObject({ by: 'auto/tpe', tags: { phase: 'modelling', why: 'more than 500 trials' } });
});

it.each([
  [2, ['a', 'b', 'c'], 'auto/tpe', '3 objectives'],
  [80, ['a'], 'auto/tpe', '80 parameters'],
])('in %i dimensions with the objectives %j it is %s', async (dimension, objectives, by, why) => {
  const [found] = await suggestions(dimension, 1, undefined, memoryLog(), objectives);
  expect(found).toMatchObject({ by, tags: { why } });
});

it('uses the model alone in a space that can be enumerated', async () => {
  const textbook = space({ units: int(16, 64, { step: 2 }), activation: choice(['relu', 'tanh', 'sigmoid']) });
  const noted = await lastValueFrom(optimize(textbook, ({ units }) => Math.abs(units - 40)).pipe(toArray()));
  const found = noted.map(({ fact }) => fact as SuggestedFact).filter(({ type }) => type === 'suggested');
  expect(new Set(found.map(({ params }) => JSON.stringify(params))).size).toBe(75);
  expect(found[74]).toMatchObject({ by: 'auto/bo', tags: { why: '2 parameters, up to 500 trials' } });
});

it('does not replace the strategy of a log if none is named', async () => {
  const log = memoryLog();
  await suggestions(2, 3, random(), log);
  const found = await suggestions(2, 6, undefined, log);
  expect(found.map(({ by }) => by)).toEqual(Array(6).fill('random'));
  await expect(suggestions(2, 9, auto(), log)).rejects.toThrow('strategy is "random" in the log, but "auto" here');
});

it('prefers cheap trials if only time limits the study', () => {
  const square = cube(2);
  const dear = (limits: { trials?: number; cost?: number }) => {
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
});
