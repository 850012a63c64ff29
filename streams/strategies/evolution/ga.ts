import { evolutionChart } from '../../../machines/strategies.ts';
import { evolutionCore } from '../../../src/samplers/evolution/evolution.ts';
import { gaOptions, geneticAlgorithm } from '../../../src/samplers/evolution/ga.ts';
import type { OptionsOf } from '../../../src/schema/optionSet.ts';
import type { Env } from '../../../src/strategy/env.ts';
import { drive } from '../../kernel/drive.ts';
import { type Strategy, stageOf } from '../../kernel/strategy.ts';
import { oneObjective } from '../../operators/oneObjective.ts';

export type GaOptions = OptionsOf<typeof gaOptions>;

/**
 * A genetic algorithm: tournaments, simulated binary crossover (Deb & Agrawal 1995), polynomial mutation (Deb & Goyal 1996), and survival of the
 * fittest parents and children.
 *
 * Use it for hundreds of cheap trials, or before a local search.
 *
 * Unordered parameters are inherited whole and mutate to a draw from their prior; a child takes conditional branches from one of its parents. The
 * first members are a Latin hypercube. Results of other strategies join the population. A child that has been tried before is bred again.
 *
 * Feasible ranks before infeasible and completed before stopped, then a higher budget before a lower one, then the lower loss. Failed trials have
 * no children.
 *
 * @throws OptionError; StrategyError at subscription if the study has several objectives
 * @example
 * chain(ga({ population: 16, generations: 3 }), random())
 */
export const ga = (options: GaOptions = {}): Strategy =>
  stageOf('ga', gaOptions, options, (env, settings) => {
    oneObjective(env, 'ga compares trials by');
    const { population = defaultPopulation(env, settings.mode) } = settings;
    return drive(evolutionChart, evolutionCore(env, geneticAlgorithm(env, { ...settings, population })), env);
  });

const SMALLEST = 12;

const defaultPopulation = ({ trials = 0, parallel }: Env, mode: GaOptions['mode']): number =>
  Math.max(SMALLEST, Math.round(0.8 * Math.sqrt(trials)), mode === 'generational' ? parallel : 0);
