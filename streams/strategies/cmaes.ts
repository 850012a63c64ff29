import { evolutionMachine } from '../../machines/evolution.ts';
import type { Env } from '../../src/messages.ts';
import { defaultPopulation } from '../../src/numeric/cma/parameters.ts';
import { bool, checkOptions, oneOf, part, wholeFrom } from '../../src/optionRules.ts';
import { covarianceAdaptation } from '../../src/samplers/evolution/cmaes/cmaes.ts';
import type { CmaesSettings } from '../../src/samplers/evolution/cmaes/run.ts';
import { oneObjective } from '../operators/oneObjective.ts';
import { drive, type Strategy, stage } from '../strategy.ts';

export interface CmaesOptions {
  /** lambda: how many results make a generation. Default: 4 + 3 ln(number of parameters), rounded down; at least as many as may be open at once. */
  readonly population?: number | undefined;
  /** The standard deviation of the first draws, as a part of each parameter's range (or of its prior's spread). Default: 1/6. */
  readonly sigma?: number | undefined;
  /**
   * What follows when the search has converged: a new one from a random start with twice the population (`ipop`, the default; Auger & Hansen
   * 2005), large and small ones in turn (`bipop`; Hansen 2009), or nothing (`none`): asks are handed on.
   */
  readonly restarts?: 'ipop' | 'bipop' | 'none' | undefined;
  /** Whether to slow down where results are noisy or the landscape has many valleys (Nomura et al. 2023). Default: false. */
  readonly adaptRates?: boolean | undefined;
}

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
  check(options);
  return stage('cmaes', options, (env) => {
    oneObjective(env, 'cmaes ranks trials by');
    return drive(evolutionMachine, env, { env, core: covarianceAdaptation(env, settingsFor(env, options)) });
  });
}

function settingsFor({ axes, parallel }: Env, options: CmaesOptions): CmaesSettings {
  const { population = Math.max(defaultPopulation(axes.length), parallel), sigma = 1 / 6, restarts = 'ipop', adaptRates = false } = options;
  return { population, sigma, restarts, adaptRates };
}

function check(options: CmaesOptions): void {
  checkOptions('cmaes', options, {
    population: wholeFrom(2),
    sigma: part,
    restarts: oneOf('ipop', 'bipop', 'none'),
    adaptRates: bool,
  });
}
