import { describe, expect, it } from 'vitest';
import type { Entry } from '../../src/facts/entry.ts';
import { isRefusal, parseFact } from '../../src/facts/parse.ts';
import { rngFor } from '../../src/numeric/random.ts';
import { simulate } from '../../src/testing/index.ts';
import * as h from '../../streams/index.ts';
import { type Model, models, type Shape, shapes } from './shapes.ts';

/** What a study may spend, in full trainings. */
const TRAININGS = 10;

type Strategies = Readonly<Record<string, (max: number) => h.Strategy>>;

/**
 * Early stopping as people set it, for trainings of so many steps. With a Gaussian process it takes up to a hundred times as long, so that those have
 * files of their own.
 */
export const strategies = {
  'asha, random': (max: number) => h.chain(h.asha({ min: 1, max }), h.random()),
  'asha that pauses, random': (max: number) => h.chain(h.asha({ min: 1, max, pause: true }), h.random()),
  'hyperband, random': (max: number) => h.chain(h.hyperband({ min: 1, max }), h.random()),
  'hyperband that pauses, random': (max: number) => h.chain(h.hyperband({ min: 1, max, pause: true }), h.random()),
  'percentileStop, random': () => h.chain(h.percentileStop(), h.random()),
  'percentileStop of 25, random': () => h.chain(h.percentileStop({ percentile: 25 }), h.random()),
  pbt: (max: number) => h.chain(h.pbt({ max, population: TRAININGS }), h.random()),
  'asha, tpe': (max: number) => h.chain(h.asha({ min: 1, max }), h.tpe()),
  'hyperband, tpe': (max: number) => h.chain(h.hyperband({ min: 1, max }), h.tpe()),
} satisfies Strategies;

const randomSearch = (max: number): h.Strategy => h.chain(h.budget(max), h.random());

interface Played {
  /** The result of the best configuration, as a loss; that of the worst one if no trial has completed. */
  readonly result: number;
  /** How many trials have trained to the end. */
  readonly completed: number;
}

/** A study in virtual time with two trainers. */
async function play({ workload, objective, result }: Shape, strategy: h.Strategy, seed: string, range: Range): Promise<Played> {
  const { steps } = workload;
  const { trace, entries } = await simulate(models, workload, {
    strategy,
    seed,
    trainers: 2,
    objectives: { value: objective },
    resumes: true,
    cost: TRAININGS * steps,
  });
  const best = trace.at(-1)?.params;
  return { result: best ? result(best) : range.worst, completed: completedIn(entries, steps) };
}

function completedIn(entries: readonly Entry[], steps: number): number {
  const whole = new Set<number>();
  let completed = 0;
  for (const { fact: data } of entries) {
    const fact = parseFact(data);
    if (isRefusal(fact)) continue;
    if (fact.type === 'suggested' && (fact.budget ?? steps) >= steps) whole.add(fact.trial);
    if (fact.type === 'completed' && whole.has(fact.trial)) completed++;
  }
  return completed;
}

interface Range {
  /** The best one in a hundred. */
  readonly best: number;
  readonly worst: number;
  /** Without the best and the worst twentieth. */
  readonly width: number;
}

/** The results of 1000 random configurations. */
function rangeOf({ result }: Shape): Range {
  const results = Array.from({ length: 1000 }, (_, i) => result(models.complete({}, rngFor('pool', 'ordinary', i)) as Model)).sort(
    (a, b) => a - b,
  );
  return { best: results[9]!, worst: results.at(-1)!, width: results[950]! - results[50]! };
}

export interface Comparison {
  /** By how much the results are worse than those of random search, as a share of the range: the mean and its standard error. */
  readonly worse: number;
  readonly error: number;
  /** The share of studies in which too few trials have completed, although none of the best configurations was found. */
  readonly starved: number;
  readonly seeds: number;
}

/** A difference that does not matter. */
const SAME = 0.01;

/** Whether early stopping is worse than random search by more than chance explains. */
export const isWorse = ({ worse, error }: Comparison, { allowed = 0 }: Shape): boolean => worse > Math.max(2 * error, 0.05) + allowed;

/** Whether most studies end with hardly a result. */
export const isStarved = ({ starved }: Comparison): boolean => starved > 0.5;

/** Random search, by seed. */
const searches = new Map<string, Promise<Played>>();
function searched(shape: Shape, seed: string, range: Range): Promise<Played> {
  const search = searches.get(seed) ?? play(shape, randomSearch(shape.workload.steps), seed, range);
  searches.set(seed, search);
  return search;
}

/**
 * Compares studies with random search of the same seed and the same number of steps. Two seeds are enough if neither is worse or starved, and few if
 * they are not worse on average; otherwise it takes many. Each shape has seeds of its own: what is worse may be lucky with two seeds, but then not on
 * all shapes.
 */
export async function compare(shape: Shape, strategyOf: (max: number) => h.Strategy, few: number, many: number): Promise<Comparison> {
  const range = rangeOf(shape);
  const { steps } = shape.workload;
  const differences: number[] = [];
  let starved = 0;
  for (let n = 1; n <= many; n++) {
    const seed = `${n} ${shape.name}`;
    const own = await play(shape, strategyOf(steps), seed, range);
    differences.push((own.result - (await searched(shape, seed, range)).result) / range.width);
    if (own.completed < TRAININGS / 5 && own.result > range.best) starved++;
    if (n === 2 && starved === 0 && differences.every((d) => d < SAME)) break;
    if (n === few && mean(differences) < SAME) break;
  }
  const seeds = differences.length;
  const worse = mean(differences);
  const variance = differences.reduce((sum, d) => sum + (d - worse) ** 2, 0) / (seeds - 1);
  return { worse, error: Math.sqrt(variance / seeds), starved: starved / seeds, seeds };
}

const mean = (all: readonly number[]): number => all.reduce((sum, x) => sum + x, 0) / all.length;

/** Tests that strategies are no worse than random search, by `compare`. */
export function noWorse(all: Strategies, on = shapes, few = 6, many = 20): void {
  describe.each(Object.entries(all))('%s', (_, strategyOf) => {
    it.each(on)('is no worse than random search with $name', async (shape) => {
      const comparison = await compare(shape, strategyOf, few, many);
      expect([isStarved(comparison), isWorse(comparison, shape)], JSON.stringify(comparison)).toEqual([false, false]);
    });
  });
}
