import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { Created } from '../../src/facts/facts.ts';
import { memoryLog } from '../../streams/core.ts';
import { chain, type Objective, type OptimizeOptions, optimize, race, random, tpe } from '../../streams/index.ts';
import { line } from '../support/line.ts';

/** A training of `epochs`, with the number of trained epochs by trial. */
function training(epochs: number) {
  const trained = new Map<number, number>();
  const objective: Objective<{ readonly x: number }> = async ({ x }, { trial, budget, signal, report }) => {
    for (let epoch = 1; epoch <= (budget ?? epochs) && !signal.aborted; epoch++) {
      trained.set(trial, epoch);
      report(Math.abs(x) + 1 / epoch, epoch);
      await setImmediate();
    }
    return Math.abs(x);
  };
  return { objective, trained };
}

const recordedStrategy = async (options: OptimizeOptions): Promise<unknown> => {
  const log = memoryLog();
  await optimize(line, training(9).objective, { trials: 1, ...options, log }).result();
  for await (const [entry] of log.read(1)) return (entry!.fact as Created).strategy;
  return undefined;
};

it('epochs is early stopping around the strategy, auto by default', async () => {
  expect(await recordedStrategy({ epochs: 9 })).toMatchObject({ chain: [{ asha: { min: 1, max: 9, pause: false } }, 'auto'] });
  expect(await recordedStrategy({ epochs: 9, strategy: tpe() })).toMatchObject({ chain: [{ asha: { max: 9 } }, 'tpe'] });
  expect(await recordedStrategy({ epochs: 9, resumes: true })).toMatchObject({ chain: [{ asha: { pause: true } }, 'auto'] });
  expect(await recordedStrategy({ epochs: 9, early: false })).toMatchObject({ chain: [{ budget: 9 }, 'auto'] });
});

it('epochs stops trials that fall behind, and with early: false none', async () => {
  const early = training(27);
  const result = await optimize(line, early.objective, { epochs: 27, strategy: random(), trials: 40 }).result();
  expect(result.stopped).toBeGreaterThan(15);
  expect([...early.trained.values()].reduce((sum, epochs) => sum + epochs)).toBeLessThan(0.6 * 40 * 27);
  expect(result.best?.step).toBe(27);

  const whole = training(99); // it trains up to its budget
  expect(await optimize(line, whole.objective, { epochs: 27, early: false, strategy: random(), trials: 5 }).result()).toMatchObject({
    completed: 5,
  });
  expect([...whole.trained.values()]).toEqual([27, 27, 27, 27, 27]);
});

it('examples is a race before the strategy, with early: false none', async () => {
  expect(await recordedStrategy({ examples: 9 })).toMatchObject({ chain: ['race', 'auto'] });
  expect(await recordedStrategy({ examples: 9, strategy: tpe() })).toMatchObject({ chain: ['race', 'tpe'] });
  expect(await recordedStrategy({ examples: 9, strategy: chain(race({ delta: 0.1 }), tpe()) })).toMatchObject({
    chain: [{ race: { delta: 0.1 } }, 'tpe'],
  });
  expect(await recordedStrategy({ examples: 9, early: false, strategy: tpe() })).toBe('tpe');
});

it.each<[OptimizeOptions, string]>([
  [{ early: false }, 'early: expected epochs or examples as well, the most that a trial may take, got false'],
  [{ epochs: 9, examples: 9 }, 'examples: expected no epochs besides'],
  [{ epochs: 0 }, 'epochs: expected a whole number of at least 1, got 0'],
])('refuses %j', (options, message) => expect(optimize(line, training(9).objective, options).result()).rejects.toThrow(message));
