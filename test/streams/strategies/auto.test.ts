import { lastValueFrom, toArray } from 'rxjs';
import { expect, it } from 'vitest';
import type { SuggestedFact } from '../../../src/facts/facts.ts';
import { rngFor } from '../../../src/numeric/random.ts';
import { memoryLog } from '../../../streams/core.ts';
import { auto, choice, float, int, optimize, random, space } from '../../../streams/index.ts';
import { coded } from '../../support/coded.ts';
import { suggestions } from './bowl.ts';

it('is the default strategy, and tags every suggestion with its choice and the reason', async () => {
  const log = memoryLog();
  const found = await suggestions(2, 24, undefined, log);
  expect(found.map(({ by }) => by)).toEqual(new Array(24).fill('auto/bo'));
  expect(found.every(({ tags }) => tags?.why === '2 parameters, and a trial among the first 500')).toBe(true);
  expect(found.at(-1)!.tags).toMatchObject({ phase: 'modelling', mean: expect.any(String), sd: expect.any(String) });
  for await (const [entry] of log.read(1)) {
    expect(entry!.fact).toMatchObject({ type: 'created', strategy: 'auto' });
    break;
  }
});

it.each([
  [2, ['a', 'b', 'c'], 'auto/tpe', '3 objectives'],
  [80, ['a'], 'auto/bo', '80 parameters, and a trial among the first 500'],
  [120, ['a'], 'auto/tpe', '120 parameters'],
])('in %i dimensions with the objectives %j it is %s', async (dimension, objectives, by, why) => {
  const [found] = await suggestions(dimension, 1, undefined, memoryLog(), objectives);
  expect(found).toMatchObject({ by, tags: { why } });
});

it('uses the model alone in a space that can be enumerated', async () => {
  const textbook = space({ units: int(16, 64, { step: 2 }), activation: choice(['relu', 'tanh', 'sigmoid']) });
  const applied = await lastValueFrom(optimize(textbook, ({ units }) => Math.abs(units - 40)).pipe(toArray()));
  const found = applied.map(({ fact }) => fact as SuggestedFact).filter(({ type }) => type === 'suggested');
  expect(new Set(found.map(({ params }) => JSON.stringify(params))).size).toBe(75);
  expect(found[74]).toMatchObject({ by: 'auto/bo', tags: { why: '2 parameters, and a trial among the first 500' } });
});

it('does not replace the strategy of a log if none is named', async () => {
  const log = memoryLog();
  await suggestions(2, 3, random(), log);
  const found = await suggestions(2, 6, undefined, log);
  expect(found.map(({ by }) => by)).toEqual(Array(6).fill('random'));
  await expect(suggestions(2, 9, auto(), log)).rejects.toThrow(coded('other-study'));
});

it('asks tpe too while the model does not predict the order of the results, and says so', async () => {
  const rng = rngFor('values', 'random', 0);
  const study = optimize(space({ x: float(0, 1), y: float(0, 1) }), () => rng(), { trials: 60, seed: 3 });
  const applied = await lastValueFrom(study.pipe(toArray()));
  const found = applied.map(({ fact }) => fact as SuggestedFact).filter(({ type }) => type === 'suggested');
  const others = found.filter(({ by }) => by === 'auto/instead/tpe');
  expect(others.length).toBeGreaterThan(4);
  expect(others.length).toBeLessThan(20);
  expect(others[0]!.trial).toBeGreaterThan(20);
  expect(others.every(({ tags }) => tags?.why === 'the model of bo does not predict the order of the results')).toBe(true);
  const reasons = { 'auto/bo': '2 parameters, and a trial among the first 500', 'auto/confirm': DOUBT };
  expect(found.every(({ by, tags }) => by === 'auto/instead/tpe' || tags?.why === reasons[by as keyof typeof reasons])).toBe(true);
});

const DOUBT = 'noise may decide which configuration is the best';
type Objective = (params: { readonly x: number; readonly y: number }, trial: number) => number;
const rugged: Objective = ({ x, y }) => x + Math.sin(97 * x) + Math.sin(89 * y) + Math.sin(101 * x * y);
const noisy: Objective = ({ x, y }, trial) => (x - 0.3) ** 2 + y + rngFor('noise', '', trial)();

it.each([
  ['repeats the best configurations at the end if they differ', noisy, 60, 6],
  ['repeats two of them to find out whether there is noise', rugged, 60, 2],
  ['repeats none if the model predicts the results', ({ x, y }) => (x - 0.3) ** 2 + y, 60, 0],
  ['repeats none in a short study', noisy, 29, 0],
] satisfies [string, Objective, number, number][])('%s', async (_, objective, trials, repeated) => {
  let trial = 0;
  const study = optimize(space({ x: float(0, 1), y: float(0, 1) }), (params) => objective(params, trial++), {
    trials,
    seed: 5,
    parallel: 1,
  });
  const applied = await lastValueFrom(study.pipe(toArray()));
  const found = applied.map(({ fact }) => fact as SuggestedFact).filter(({ type }) => type === 'suggested');
  const again = found.filter(({ by }) => by === 'auto/confirm');
  expect(again).toHaveLength(repeated);
  expect(again.every(({ trial, tags }) => trial > 0.9 * trials && tags?.why === DOUBT)).toBe(true);
});
