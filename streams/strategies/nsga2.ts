import { evolutionMachine } from '../../machines/evolution.ts';
import type { Env } from '../../src/messages.ts';
import { checkOptions, notNegative, probability, wholeFrom } from '../../src/optionRules.ts';
import { type Nsga2Settings, nonDominatedSorting } from '../../src/samplers/evolution/nsga2.ts';
import { drive, type Strategy, stage } from '../strategy.ts';

export interface Nsga2Options {
  /** How many live at once, and after how many results is selected. Default: 2 times the square root of the number of trials where that is known, between 20 and 100; otherwise 50. */
  readonly population?: number | undefined;
  /** After this many times `population` trials of its own, asks are handed on. Default: never. */
  readonly generations?: number | undefined;
  /** Probability that a child has two parents, not one. Default: 0.9. */
  readonly crossover?: number | undefined;
  /** Probability that a parameter mutates. Default: 1 / (number of active parameters), so that on average one does. */
  readonly mutation?: number | undefined;
  /** Distribution index of simulated binary crossover: the larger, the closer children stay to their parents. Default: 20. */
  readonly crossoverEta?: number | undefined;
  /** Distribution index of polynomial mutation: the mean step is about 1 / (index + 2) of the range. Default: 20. */
  readonly mutationEta?: number | undefined;
}

/**
 * NSGA-II (Deb, Pratap, Agarwal & Meyarivan 2002), for two objectives or more; it works with one. Parents and children are sorted by domination, and
 * within a front the loneliest are preferred; binary tournaments, simulated binary crossover and polynomial mutation make children. Unordered
 * and conditional parameters are inherited as in `ga`. Founders are a Latin hypercube. Results of others count like its own, and stand in
 * for founders. `pareto()` shows the front.
 *
 * Constrained domination: feasible comes before infeasible, and less infeasible before more. With one objective, trials that end at different
 * budgets are compared as in `de`. Failed trials have no children. No trainer waits: as soon as `population` results have come, whichever they
 * are, the next parents are selected.
 *
 * @throws OptionError
 * @example
 * chain(nsga2({ population: 40 }), random())
 */
export function nsga2(options: Nsga2Options = {}): Strategy {
  check(options);
  return stage('nsga2', options, (env) => {
    return drive(evolutionMachine, env, { env, core: nonDominatedSorting(env, settingsFor(env, options)) });
  });
}

function settingsFor(env: Env, options: Nsga2Options): Nsga2Settings {
  const { population = defaultPopulation(env), generations = Number.POSITIVE_INFINITY } = options;
  const { crossover = 0.9, mutation, crossoverEta = 20, mutationEta = 20 } = options;
  return { population, generations, tournament: 2, crossover, crossoverEta, mutationEta, ...(mutation !== undefined && { mutation }) };
}

const defaultPopulation = ({ trials }: Env): number =>
  trials === undefined ? 50 : Math.min(100, Math.max(20, Math.round(2 * Math.sqrt(trials))));

function check(options: Nsga2Options): void {
  checkOptions('nsga2', options, {
    population: wholeFrom(2),
    generations: wholeFrom(1),
    crossover: probability,
    mutation: probability,
    crossoverEta: notNegative,
    mutationEta: notNegative,
  });
}
