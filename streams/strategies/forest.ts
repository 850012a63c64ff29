import { surrogateMachine } from '../../machines/surrogate.ts';
import { type OptionsOf, settle } from '../../src/optionSet.ts';
import { forestOptions, forestSurrogate } from '../../src/samplers/forest/forest.ts';
import { oneObjective } from '../operators/oneObjective.ts';
import { drive, type Strategy, stage } from '../strategy.ts';

export type ForestOptions = OptionsOf<typeof forestOptions>;

/**
 * Bayesian optimisation with a random forest (SMAC; Hutter, Hoos & Leyton-Brown, LION 2011): at home where many parameters are choices or exist
 * only under conditions, and where losses jump. For one objective.
 *
 * @throws OptionError; StrategyError at subscription where the study has several objectives
 * @example
 * forest({ random: 0.2 })
 */
export const forest = (options: ForestOptions = {}): Strategy => {
  const settings = settle('forest', forestOptions, options);
  return stage('forest', options, (env) => {
    oneObjective(env, 'forest models');
    return drive(surrogateMachine, env, { env, core: forestSurrogate(env, settings) });
  });
};
