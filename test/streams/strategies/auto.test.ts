import { lastValueFrom, toArray } from 'rxjs';
import { expect, it } from 'vitest';
import type { SuggestedFact } from '../../../src/facts/facts.ts';
import { auto, chain, float, type Log, memoryLog, optimize, random, type Strategy, space, take } from '../../../streams/index.ts';

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

it('is what a study gets that names nothing, and says in every suggestion what it chose and why', async () => {
  const log = memoryLog();
  const found = await suggestions(2, 12, undefined, log);
  expect(found.map(({ by }) => by)).toEqual(Array(12).fill('auto/bo'));
  expect(found.every(({ tags }) => tags?.why === '2 parameters, at most 250 trials so far')).toBe(true);
  expect(found.at(-1)!.tags).toMatchObject({ phase: 'modelling', mean: expect.any(String), sd: expect.any(String) });
  for await (const [entry] of log.read(1)) {
    expect(entry!.fact).toMatchObject({ type: 'created', strategy: 'auto' });
    break;
  }
});

it('counts the trials of others as well, and hands over to the Parzen estimator when there are too many', async () => {
  const found = await suggestions(1, 253, chain(take(248, random()), auto()));
  expect(found.slice(248).map(({ by }) => by)).toEqual(['auto/bo', 'auto/bo', 'auto/tpe', 'auto/tpe', 'auto/tpe']);
  expect(found.at(-1)!.tags).toMatchObject({ phase: 'modelling', why: 'more than 250 trials' });
});

it.each([
  [2, ['a', 'b'], 'auto/bo', '2 parameters, at most 250 trials so far'],
  [2, ['a', 'b', 'c'], 'auto/tpe', '3 objectives'],
  [80, ['a'], 'auto/tpe', '80 parameters'],
])('in %i dimensions with the objectives %j it is %s', async (dimension, objectives, by, why) => {
  const found = await suggestions(dimension, 2, undefined, memoryLog(), objectives);
  expect(found.map((suggestion) => [suggestion.by, suggestion.tags!.why])).toEqual([
    [by, why],
    [by, why],
  ]);
});

it('does not take the place of the strategy that a log began with, where nothing is named', async () => {
  const log = memoryLog();
  await suggestions(2, 3, random(), log);
  const found = await suggestions(2, 6, undefined, log);
  expect(found.map(({ by }) => by)).toEqual(Array(6).fill('random'));
  await expect(suggestions(2, 9, auto(), log)).rejects.toThrow('strategy is "random" in the log, but "auto" here');
});
