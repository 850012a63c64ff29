import { evolutionMachine } from '../../machines/evolution.ts';
import { type OptionsOf, settle } from '../../src/optionSet.ts';
import { deOptions, differentialEvolution } from '../../src/samplers/evolution/de/de.ts';
import { oneObjective } from '../operators/oneObjective.ts';
import { drive, type Strategy, stage } from '../strategy.ts';

export type DeOptions = OptionsOf<typeof deOptions>;

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
  const settings = settle('de', deOptions, options);
  return stage('de', options, (env) => {
    oneObjective(env, 'de compares trials by');
    const { population = Math.max(SMALLEST[settings.start], Math.round(0.4 * Math.sqrt(env.trials ?? 0))) } = settings;
    return drive(evolutionMachine, env, { env, core: differentialEvolution(env, { ...settings, population }) });
  });
}

const SMALLEST = { 'current-to-pbest': 8, rand: 20 };
