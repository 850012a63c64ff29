import { evolutionMachine } from '../../machines/evolution.ts';
import { OptionError } from '../../src/errors.ts';
import type { Env } from '../../src/messages.ts';
import { checkOptions, notNegative, oneOf, probability, wholeFrom } from '../../src/optionRules.ts';
import { type GaSettings, geneticAlgorithm } from '../../src/samplers/evolution/ga.ts';
import { oneObjective } from '../operators/oneObjective.ts';
import { drive, type Strategy, stage } from '../strategy.ts';

export interface GaOptions {
  /**
   * How many live at once, and how many trials are a generation. Default: 12; or 0.8 times the square root of the number of trials, where that
   * is known and gives more; in mode `generational` at least as many as may be open at once.
   */
  readonly population?: number | undefined;
  /** After this many times `population` trials of its own, asks are handed on. Default: never. */
  readonly generations?: number | undefined;
  /**
   * `steady` (the default): each result enters the population at once, and no trainer waits. `generational`: a generation is handed out,
   * ends in full, and is selected from.
   */
  readonly mode?: 'steady' | 'generational' | undefined;
  /** In mode `generational`: how many of the parents compete with their children for survival. They are not evaluated again. Default: all. */
  readonly elite?: number | undefined;
  /** How many members are drawn for each parent; the fittest of them is chosen. Default: 4. */
  readonly tournament?: number | undefined;
  /** Probability that a child has two parents, not one. Default: 0.9. */
  readonly crossover?: number | undefined;
  /** Probability that a parameter mutates. Default: 1 / (number of active parameters), so that on average one does. */
  readonly mutation?: number | undefined;
  /** Distribution index of simulated binary crossover: the larger, the closer children stay to their parents. Default: 1. */
  readonly crossoverEta?: number | undefined;
  /** Distribution index of polynomial mutation: the mean step is about 1 / (index + 2) of the range. Default: 8. */
  readonly mutationEta?: number | undefined;
}

/**
 * A genetic algorithm: tournaments, simulated binary crossover (Deb & Agrawal 1995), polynomial mutation (Deb & Goyal 1996), and survival of
 * the fittest of parents and children. Unordered parameters are exchanged whole and mutate to a draw from their prior; of conditional
 * branches a child takes one of its parents'. Founders are a Latin hypercube. Results of others join the population; a child that anybody has
 * tried is bred again.
 *
 * Feasible comes before infeasible and completed before stopped, then a higher budget before a lower, then the smaller loss. Failed trials have
 * no children.
 *
 * @throws OptionError; StrategyError at subscription where the study has several objectives.
 * @example
 * chain(ga({ population: 16, generations: 3 }), random())
 */
export function ga(options: GaOptions = {}): Strategy {
  check(options);
  return stage('ga', options, (env) => {
    oneObjective(env, 'ga compares trials by');
    return drive(evolutionMachine, env, { env, core: geneticAlgorithm(env, settingsFor(env, options)) });
  });
}

const SMALLEST = 12;

function settingsFor(env: Env, options: GaOptions): GaSettings {
  const { mode = 'steady', tournament = 4, crossover = 0.9, mutation, crossoverEta = 1, mutationEta = 8 } = options;
  const steady = mode === 'steady';
  const { population = defaultPopulation(env, steady), generations = Number.POSITIVE_INFINITY, elite = population } = options;
  const rates = { crossover, crossoverEta, mutationEta, ...(mutation !== undefined && { mutation }) };
  return { steady, population, generations, elite: Math.min(elite, population), tournament, ...rates };
}

const defaultPopulation = ({ trials = 0, parallel }: Env, steady: boolean): number =>
  Math.max(SMALLEST, Math.round(0.8 * Math.sqrt(trials)), steady ? 0 : parallel);

function check(options: GaOptions): void {
  checkOptions('ga', options, {
    mode: oneOf('steady', 'generational'),
    population: wholeFrom(2),
    generations: wholeFrom(1),
    elite: wholeFrom(0),
    tournament: wholeFrom(1),
    crossover: probability,
    mutation: probability,
    crossoverEta: notNegative,
    mutationEta: notNegative,
  });
  const { mode = 'steady', elite } = options;
  if (elite !== undefined && mode !== 'generational') throw new OptionError('ga.elite', 'mode generational beside it', mode);
}
