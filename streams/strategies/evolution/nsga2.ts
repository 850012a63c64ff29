import { evolutionChart } from '../../../machines/strategies.ts';
import { evolutionCore } from '../../../src/samplers/evolution/evolution.ts';
import { nonDominatedSorting, nsga2Options } from '../../../src/samplers/evolution/nsga2.ts';
import type { OptionsOf } from '../../../src/schema/optionSet.ts';
import type { Env } from '../../../src/strategy/env.ts';
import { drive } from '../../kernel/drive.ts';
import { type Strategy, stageOf } from '../../kernel/strategy.ts';

export type Nsga2Options = OptionsOf<typeof nsga2Options>;

/**
 * NSGA-II (Deb, Pratap, Agarwal & Meyarivan 2002), for two objectives or more; it also works with one. Parents and children are sorted by
 * domination, and within a front those with the most distant neighbours are preferred.
 *
 * Use it for several objectives with hundreds of trials. `pareto()` shows the front.
 *
 * Children are made by binary tournaments, simulated binary crossover and polynomial mutation; unordered and conditional parameters are inherited
 * as in `ga`. The first members are a Latin hypercube. Results of other strategies count like its own and can replace first members.
 *
 * Constrained domination: feasible ranks before infeasible, and less infeasible before more. With one objective, if trials end at different budgets,
 * all configurations are put in one order, by what each reported at the budgets that it shares with others. Failed trials have no children. No trainer
 * waits: after any `population` results, the next parents are selected.
 *
 * @throws OptionError
 * @example
 * chain(nsga2({ population: 40 }), random())
 */
export const nsga2 = (options: Nsga2Options = {}): Strategy =>
  stageOf('nsga2', nsga2Options, options, (env, settings) => {
    const { population = paretoPopulation(env) } = settings;
    return drive(evolutionChart, evolutionCore(env, nonDominatedSorting(env, { ...settings, population })), env);
  });

/** How many members a population has if the options don't say. */
export const paretoPopulation = ({ trials }: Env): number =>
  trials === undefined ? 50 : Math.min(100, Math.max(20, Math.round(2 * Math.sqrt(trials))));
