import { surrogateMachine } from '../../machines/surrogate.ts';
import { checkOptions, probability, wholeFrom } from '../../src/optionRules.ts';
import { forestSurrogate } from '../../src/samplers/forest/forest.ts';
import { oneObjective } from '../operators/oneObjective.ts';
import { drive, type Strategy, stage } from '../strategy.ts';

export interface ForestOptions {
  /** How many results come before the first model. Default: 10. */
  readonly startup?: number | undefined;
  /** The share of proposals drawn from the priors whatever the model says. Default: 0.1. */
  readonly random?: number | undefined;
  /** How many draws from the priors compete for each proposal with what local search finds. Default: 1000. */
  readonly challengers?: number | undefined;
}

/**
 * Bayesian optimisation with a random forest (SMAC; Hutter, Hoos & Leyton-Brown, LION 2011): at home where many parameters are choices or exist
 * only under conditions, and where losses jump. For one objective.
 *
 * @throws OptionError; StrategyError at subscription where the study has several objectives
 * @example
 * forest({ random: 0.2 })
 */
export const forest = (options: ForestOptions = {}): Strategy => {
  checkOptions('forest', options, { startup: wholeFrom(1), random: probability, challengers: wholeFrom(0) });
  const { startup = 10, random = 0.1, challengers = 1000 } = options;
  return stage('forest', options, (env) => {
    oneObjective(env, 'forest models');
    return drive(surrogateMachine, env, { env, core: forestSurrogate(env, { startup, random, challengers }) });
  });
};
