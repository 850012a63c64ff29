import { evolutionChart } from '../../../machines/strategies.ts';
import { defaultPopulation } from '../../../src/numeric/cma/parameters.ts';
import { covarianceAdaptation } from '../../../src/samplers/evolution/cmaes/cmaes.ts';
import { cmaesOptions } from '../../../src/samplers/evolution/cmaes/cmaesRun.ts';
import { evolutionCore } from '../../../src/samplers/evolution/evolution.ts';
import type { OptionsOf } from '../../../src/schema/optionSet.ts';
import { drive } from '../../kernel/drive.ts';
import { type Strategy, stageOf } from '../../kernel/strategy.ts';
import { oneObjective } from '../../operators/oneObjective.ts';

export type CmaesOptions = OptionsOf<typeof cmaesOptions>;

/**
 * CMA-ES, the covariance matrix adaptation evolution strategy (Hansen, arXiv:1604.00772). It learns the scale of each parameter and how
 * parameters depend on each other.
 *
 * Use it for many cheap trials of mostly continuous parameters.
 *
 * Parameters with few ordered values keep a margin of probability for neighbouring values (CMAwM, Hamano et al. 2022); choices and booleans have
 * probabilities of their own (CatCMA, Hamano et al. 2024).
 *
 * No trainer waits: the search distribution answers any number of asks, and is updated after every `population` results. A late result counts in a
 * later generation, with its step shortened to one that the distribution might have drawn. The search starts from the results before its first trial,
 * whichever strategy suggested them (WS-CMA-ES, Nomura et al. 2021); later results of other strategies count if they are better than all of its own.
 *
 * Inactive parameters are sampled but ignored; they change only through correlation with active ones. The probabilities of a choice are learned
 * only from trials that have it.
 *
 * Feasible ranks before infeasible and completed before stopped, then a higher budget before a lower one, then the lower loss. Failed trials are
 * ignored.
 *
 * @throws OptionError; StrategyError at subscription if the study has several objectives
 * @example
 * chain(take(20, sobol()), cmaes())
 */
export const cmaes = (options: CmaesOptions = {}): Strategy =>
  stageOf('cmaes', cmaesOptions, options, (env, settings) => {
    oneObjective(env, 'cmaes ranks trials by');
    const { population = Math.max(defaultPopulation(env.axes.length), env.parallel) } = settings;
    return drive(evolutionChart, evolutionCore(env, covarianceAdaptation(env, { ...settings, population })), env);
  });
