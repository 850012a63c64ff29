import { evolutionMachine } from '../../machines/evolution.ts';
import { OptionError, StrategyError } from '../../src/errors.ts';
import { child, type Env } from '../../src/messages.ts';
import { type DeSettings, differentialEvolution } from '../../src/samplers/de.ts';
import { drive, named, type Strategy } from '../strategy.ts';

export interface DeOptions {
  /** How many live at once. Default: 8, with `rand` 20; or 0.4 times the square root of the number of trials, where that is known and gives more. */
  readonly population?: number;
  /** After this many times `population` trials of its own, asks are handed on. Default: never. */
  readonly generations?: number;
  /**
   * Where a mutant starts: `current-to-pbest` (the default) moves a member towards one of the best, with differences from those who had to go as
   * well; `rand` starts at anybody, which is slower and less easily misled.
   */
  readonly start?: 'current-to-pbest' | 'rand';
  /** F: how far a difference carries. Default: learned from what has worked. */
  readonly scale?: number;
  /** CR: the part of the parameters that changes. Default: learned from what has worked. */
  readonly crossover?: number;
}

/**
 * Differential evolution (Storn & Price 1997) with the adaptation of SHADE (Tanabe & Fukunaga 2013): a member moves towards one of the best, and by the
 * difference of two others; a child takes its place where it does no worse. Each result counts at once, and no trainer waits. A choice
 * comes from one of the parents, or now and then from its prior; of conditional branches a child takes one of its parents'. Founders
 * are a Latin hypercube. Results of others stand in for founders, and later for the worst member.
 *
 * Feasible comes before infeasible and completed before stopped, then a higher budget before a lower, then the smaller loss. Failed trials
 * have no children.
 *
 * @throws OptionError; StrategyError at subscription where the study has several objectives.
 * @example
 * de({ start: 'rand', scale: 0.5, crossover: 0.9 }) // the classic one
 */
export function de(options: DeOptions = {}): Strategy {
  check(options);
  return named(Object.keys(options).length ? { de: options } : 'de', (parent) => {
    if (parent.objectives.length > 1) throw new StrategyError('de compares trials by one objective; this study has several');
    const env = child(parent, 'de');
    return drive(evolutionMachine, env, { env, core: differentialEvolution(env, settingsFor(env, options)) });
  });
}

const SMALLEST = { 'current-to-pbest': 8, rand: 20 };

function settingsFor({ trials = 0 }: Env, { start = 'current-to-pbest', scale, crossover, ...rest }: DeOptions): DeSettings {
  const { population = Math.max(SMALLEST[start], Math.round(0.4 * Math.sqrt(trials))), generations = Number.POSITIVE_INFINITY } = rest;
  return { population, generations, start, ...(scale !== undefined && { scale }), ...(crossover !== undefined && { crossover }) };
}

function check({ population, generations, start, scale, crossover }: DeOptions): void {
  const expect = (name: string, value: unknown, holds: boolean, expected: string) => {
    if (value !== undefined && !holds) throw new OptionError(`de.${name}`, expected, value);
  };
  expect('population', population, Number.isSafeInteger(population) && population! >= 4, 'a whole number of at least 4');
  expect('generations', generations, Number.isSafeInteger(generations) && generations! >= 1, 'a whole number of at least 1');
  expect('start', start, start === 'current-to-pbest' || start === 'rand', 'current-to-pbest or rand');
  expect('scale', scale, scale! > 0 && scale! <= 2, 'a number above 0 and at most 2');
  expect('crossover', crossover, crossover! >= 0 && crossover! <= 1, 'a probability');
}
