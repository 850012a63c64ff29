import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { surrogateChart } from '../../machines/strategies.ts';
import type { Fact } from '../../src/facts/facts.ts';
import { type FitTask, fitInOrder } from '../../src/numeric/gp/fit.ts';
import { boSurrogate } from '../../src/samplers/bo/bo.ts';
import { surrogateCore } from '../../src/samplers/surrogate.ts';
import { child } from '../../src/strategy/env.ts';
import { withSpec } from '../../streams/core.ts';
import { asha, bandit, chain, ga, random, type Strategy } from '../../streams/index.ts';
import { drive } from '../../streams/kernel/drive.ts';
import { equal, falling, run, suggested } from './falling.ts';

/** `bo` whose fits are all long, so that it waits until they are made elsewhere; or that makes them itself. */
function fittedElsewhere() {
  let fits = 0;
  const settings = { startup: 4, costAware: false, integrated: false } as const;
  const elsewhere = async (tasks: readonly FitTask[]) => {
    fits++;
    await sleep(fits % 3);
    return tasks.map(fitInOrder);
  };
  const model = (apart: boolean): Strategy =>
    withSpec('bo', (parent) => {
      const env = child(parent, 'bo');
      return drive(surrogateChart, surrogateCore(env, boSurrogate(env, settings, 0), apart ? elsewhere : undefined), env);
    });
  return { model, fits: () => fits };
}

const counted = <T>(values: readonly T[]) => {
  const by = new Map<T, number>();
  for (const value of values) by.set(value, (by.get(value) ?? 0) + 1);
  return by;
};
const counts = (entries: readonly { readonly fact: unknown }[]) =>
  Object.fromEntries(counted(entries.map(({ fact }) => (fact as Fact).type)));

describe('a simulated study', () => {
  it('takes the time that its trainers would take', async () => {
    const { seconds, cost, busy, reason, entries } = await run(random(), falling, { trials: 5, trainers: 2 });
    expect({ seconds, cost, reason }).toEqual({ seconds: 3 * 18, cost: 45, reason: 'trials' });
    expect(busy).toBeCloseTo(5 / 6, 12);
    expect(counts(entries)).toEqual({ created: 1, suggested: 5, started: 5, reported: 45, completed: 5, closed: 1 });
  });

  it('reports the time of each better trial, and its distance from the optimum', async () => {
    const { trace } = await run(random(), falling, { trials: 30, seed: 3 });
    expect(trace.length).toBeGreaterThan(2);
    expect(trace.map(({ seconds, trial }) => seconds - 18 * trial)).toEqual(trace.map(() => 0));
    expect(trace.map(({ cost, trial }) => cost - 9 * trial)).toEqual(trace.map(() => 0));
    for (const { value, regret, params } of trace) {
      expect(value).toBeCloseTo(params.x, 12);
      expect(regret).toBe(value);
    }
    expect([...trace].sort((a, b) => b.value - a.value)).toEqual(trace);
  });

  it('is the same for the same seed, and another for another', async () => {
    const options = { trials: 40, trainers: 4, crash: 0.1, lose: 0.1, spread: 0.5 };
    const one = await run(chain(asha({ min: 1, max: 9, pause: true }), ga()), falling, { ...options, seed: 1 });
    expect(await run(chain(asha({ min: 1, max: 9, pause: true }), ga()), falling, { ...options, seed: 1 })).toEqual(one);
    expect(await run(chain(asha({ min: 1, max: 9, pause: true }), ga()), falling, { ...options, seed: 2 })).not.toEqual(one);
  });

  it('resumes from checkpoints, so that no step is trained twice', async () => {
    const { cost, entries } = await run(chain(asha({ min: 1, max: 9, pause: true }), random()), falling, { trials: 30, trainers: 3 });
    const budgets = suggested(entries).map(({ budget, resumes }) => budget! - (resumes === undefined ? 0 : budget! / 3));
    expect(suggested(entries).filter(({ resumes }) => resumes !== undefined).length).toBeGreaterThan(9);
    expect(cost).toBe(budgets.reduce((sum, steps) => sum + steps, 0));
  });

  it('obeys stops', async () => {
    const { entries, cost } = await run(chain(asha({ min: 1, max: 9 }), random()), falling, { trials: 30, trainers: 3 });
    expect(counts(entries).stopped).toBeGreaterThan(9);
    expect(cost).toBeLessThan(30 * 9 - 50);
  });

  it('ends when its virtual time is up, or its cost or plateau is reached', async () => {
    expect(await run(random(), falling, { seconds: 100, trainers: 2 })).toMatchObject({ reason: 'time', seconds: 100 });
    expect(await run(random(), falling, { cost: 90, trainers: 2 })).toMatchObject({ reason: 'cost', cost: 99 });
    expect((await run(random(), falling, { plateau: 10 })).reason).toBe('plateau');
  });

  it('reports crashes and losses', async () => {
    const { entries } = await run(random(), falling, { trials: 200, trainers: 10, crash: 0.2, lose: 0.2 });
    const failed = entries.map(({ fact }) => fact as { type: string; reason?: string }).filter(({ type }) => type === 'failed');
    expect(failed.filter(({ reason }) => reason === 'lost').length).toBeGreaterThan(20);
    expect(failed.filter(({ reason }) => reason === 'error').length).toBeGreaterThan(20);
  });

  it.each(['chain', 'bandit'] as const)('takes no virtual time while a model is fitted elsewhere, in a %s', async (way) => {
    const { model, fits } = fittedElsewhere();
    const within = (inner: Strategy) => (way === 'chain' ? chain(inner) : bandit({ model: inner, wild: random() }));
    const options = { trials: 25, trainers: 3, spread: 0.5, seed: 2 };
    const apart = await run(within(model(true)), falling, options);
    expect(fits()).toBeGreaterThan(5);
    const { entries } = await run(within(model(false)), falling, options);
    expect(apart.entries).toEqual(entries);
  });

  it.each([
    [{ crash: 2 }, 'crash: expected a probability, got 2'],
    [{ crash: 0.6, lose: 0.6 }, 'lose: expected a probability of at most 1 with that of a crash, got 0.6'],
    [{ spread: -1 }, 'spread: expected a number of at least 0, got -1'],
    [{ trainers: 0 }, 'parallel: expected a whole number of at least 1, got 0'],
  ])('refuses %j', (options, message) => expect(run(random(), falling, { trials: 1, ...options })).rejects.toThrow(message));
});

describe('many trainers', () => {
  it('lose an attempt with the same probability, whatever was lost before', async () => {
    const { entries } = await run(random(), equal, { trials: 5000, trainers: 100, lose: 0.3 });
    const made = counted(suggested(entries).map(({ attempt }) => attempt));
    for (const attempt of [2, 3, 4, 5]) {
      const [before, again] = [made.get(attempt - 1)!, made.get(attempt)!];
      const expected = 0.3 * before;
      expect(Math.abs(again - expected), `attempt ${attempt}`).toBeLessThan(3.5 * Math.sqrt(expected * 0.7));
    }
  });

  it('sixteen are never idle while an arm of a bandit can propose', async () => {
    const waits = ga({ mode: 'generational', population: 5 });
    const { busy, entries } = await run(bandit({ waits, free: random() }), falling, { seconds: 1800, trainers: 16, spread: 0.3 });
    expect(busy).toBeCloseTo(1, 9);
    const by = suggested(entries).map((s) => s.by);
    expect(by.filter((name) => name.includes('waits')).length).toBeGreaterThan(100);
    expect(by.filter((name) => name.includes('free')).length).toBeGreaterThan(100);
    expect((await run(waits, falling, { seconds: 1800, trainers: 16, spread: 0.3 })).busy).toBeLessThan(0.9);
  });
});
