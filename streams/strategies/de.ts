import { evolutionMachine } from '../../machines/evolution.ts';
import type { Env } from '../../src/messages.ts';
import { checkOptions, oneOf, probability, upTo, wholeFrom } from '../../src/optionRules.ts';
import { type DeSettings, differentialEvolution } from '../../src/samplers/evolution/de/de.ts';
import { oneObjective } from '../operators/oneObjective.ts';
import { drive, type Strategy, stage } from '../strategy.ts';

export interface DeOptions {
  /** How many live at once. Default: 8, with `rand` 20; or 0.4 times the square root of the number of trials, where that is known and gives more. */
  readonly population?: number | undefined;
  /** After this many times `population` trials of its own, asks are handed on. Default: never. */
  readonly generations?: number | undefined;
  /**
   * Where a mutant starts: `current-to-pbest` (the default) moves a member towards one of the best, with differences from those who had to go as
   * well; `rand` starts at anybody, which is slower and less easily misled.
   */
  readonly start?: 'current-to-pbest' | 'rand' | undefined;
  /** F: how far a difference carries. Default: learned from what has worked. */
  readonly scale?: number | undefined;
  /** CR: the part of the parameters that changes. Default: learned from what has worked. */
  readonly crossover?: number | undefined;
}

/**
 * Differential evolution (Storn & Price 1997) with the adaptation of SHADE (Tanabe & Fukunaga 2013): a member moves towards one of the best, and by the
 * difference of two others; a child takes its place where it does no worse. Each result counts at once, and no trainer waits. A choice
 * comes from one of the parents, or now and then from its prior; of conditional branches a child takes one of its parents'. Founders
 * are a Latin hypercube. Results of others stand in for founders, and later for the worst member.
 *
 * Feasible comes before infeasible, then the smaller loss. Where trials end at different budgets, one order of all configurations decides, by
 * what each reported at the budgets that it has in common with others. Failed trials have no children.
 *
 * @throws OptionError; StrategyError at subscription where the study has several objectives.
 * @example
 * de({ start: 'rand', scale: 0.5, crossover: 0.9 }) // the classic one
 */
export function de(options: DeOptions = {}): Strategy {
  check(options);
  return stage('de', options, (env) => {
    oneObjective(env, 'de compares trials by');
    return drive(evolutionMachine, env, { env, core: differentialEvolution(env, settingsFor(env, options)) });
  });
}

const SMALLEST = { 'current-to-pbest': 8, rand: 20 };

function settingsFor({ trials = 0 }: Env, { start = 'current-to-pbest', scale, crossover, ...rest }: DeOptions): DeSettings {
  const { population = Math.max(SMALLEST[start], Math.round(0.4 * Math.sqrt(trials))), generations = Number.POSITIVE_INFINITY } = rest;
  return { population, generations, start, ...(scale !== undefined && { scale }), ...(crossover !== undefined && { crossover }) };
}

function check(options: DeOptions): void {
  checkOptions('de', options, {
    population: wholeFrom(4),
    generations: wholeFrom(1),
    start: oneOf('current-to-pbest', 'rand'),
    scale: upTo(2),
    crossover: probability,
  });
}
