import { evolutionChart } from '../../../machines/strategies.ts';
import { deOptions, differentialEvolution } from '../../../src/samplers/evolution/de/de.ts';
import { evolutionCore } from '../../../src/samplers/evolution/evolution.ts';
import type { OptionsOf } from '../../../src/schema/optionSet.ts';
import { drive } from '../../kernel/drive.ts';
import { type Strategy, stageOf } from '../../kernel/strategy.ts';
import { oneObjective } from '../../operators/oneObjective.ts';

export type DeOptions = OptionsOf<typeof deOptions>;

/**
 * Differential evolution (Storn & Price 1997) with the adaptation of SHADE (Tanabe & Fukunaga 2013). Each child mixes its parent, one of the best
 * members and a scaled difference of two others; it replaces the parent if it is at least as good.
 *
 * Use it for hundreds of cheap trials, or where losses are rugged.
 *
 * Each result counts at once, and no trainer waits. A choice comes from one of the parents, or sometimes from its prior; a child takes conditional
 * branches from one of its parents. The first members are a Latin hypercube. Results of other strategies replace some of them, and later the
 * worst member.
 *
 * Feasible ranks before infeasible, then the lower loss. If trials end at different budgets, all configurations are put in one order, by what each
 * reported at the budgets that it shares with others. Failed trials have no children.
 *
 * @throws OptionError; StrategyError at subscription if the study has several objectives
 * @example
 * de({ start: 'rand', scale: 0.5, crossover: 0.9 }) // the classic variant
 */
export const de = (options: DeOptions = {}): Strategy =>
  stageOf('de', deOptions, options, (env, settings) => {
    oneObjective(env, 'de compares trials by');
    const { population = Math.max(SMALLEST[settings.start], Math.round(0.4 * Math.sqrt(env.trials ?? 0))) } = settings;
    return drive(evolutionChart, evolutionCore(env, differentialEvolution(env, { ...settings, population })), env);
  });

const SMALLEST = { 'current-to-pbest': 8, rand: 20 };
