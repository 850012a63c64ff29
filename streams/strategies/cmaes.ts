import { evolutionMachine } from '../../machines/evolution.ts';
import { defaultPopulation } from '../../src/numeric/cma/parameters.ts';
import { type OptionsOf, settle } from '../../src/optionSet.ts';
import { covarianceAdaptation } from '../../src/samplers/evolution/cmaes/cmaes.ts';
import { cmaesOptions } from '../../src/samplers/evolution/cmaes/run.ts';
import { oneObjective } from '../operators/oneObjective.ts';
import { drive, type Strategy, stage } from '../strategy.ts';

export type CmaesOptions = OptionsOf<typeof cmaesOptions>;

/**
 * CMA-ES, the covariance matrix adaptation evolution strategy (Hansen, arXiv:1604.00772): it learns the scale of each parameter, and how they depend on
 * each other. Parameters of few ordered values keep a margin of probability for their neighbours (CMAwM, Hamano et al. 2022); choices and
 * booleans have odds of their own (CatCMA, Hamano et al. 2024).
 *
 * No trainer waits: there are as many draws from a generation's law as are asked for, and the law learns whenever `population` results are
 * there. Those that come late count in a later generation, shortened to a step that its law might have taken. Results from before its first
 * trial, whoever suggested them, are where it starts (WS-CMA-ES, Nomura et al. 2021); later ones of others count where they are better
 * than all of its own.
 *
 * Conditional parameters are part of the law also where they do not exist: such a coordinate is drawn, but not run, so that selection is
 * blind to it, and what the law says of it moves only with what it has in common with others. The odds of a choice are taught by the trials
 * alone that have it.
 *
 * Feasible comes before infeasible and completed before stopped, then a higher budget before a lower, then the smaller loss. Failed trials
 * teach nothing.
 *
 * @throws OptionError; StrategyError at subscription where the study has several objectives.
 * @example
 * chain(take(20, sobol()), cmaes())
 */
export function cmaes(options: CmaesOptions = {}): Strategy {
  const settings = settle('cmaes', cmaesOptions, options);
  return stage('cmaes', options, (env) => {
    oneObjective(env, 'cmaes ranks trials by');
    const { population = Math.max(defaultPopulation(env.axes.length), env.parallel) } = settings;
    return drive(evolutionMachine, env, { env, core: covarianceAdaptation(env, { ...settings, population }) });
  });
}
