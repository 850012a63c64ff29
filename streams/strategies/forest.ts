import { surrogateMachine } from '../../machines/surrogate.ts';
import { OptionError } from '../../src/errors.ts';
import { child } from '../../src/messages.ts';
import { forestSurrogate } from '../../src/samplers/forest.ts';
import { oneObjective } from '../oneObjective.ts';
import { drive, named, type Strategy } from '../strategy.ts';

export interface ForestOptions {
  /** How many results come before the first model. Default: 10. */
  readonly startup?: number;
  /** The share of proposals drawn from the priors whatever the model says. Default: 0.1. */
  readonly random?: number;
  /** How many draws from the priors compete for each proposal with what local search finds. Default: 1000. */
  readonly challengers?: number;
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
  const settings = { startup: 10, random: 0.1, challengers: 1000, ...options };
  const { startup, random, challengers } = settings;
  if (!(Number.isSafeInteger(startup) && startup >= 1)) throw new OptionError('forest.startup', 'a whole number from 1 on', startup);
  if (!(random >= 0 && random <= 1)) throw new OptionError('forest.random', 'a share from 0 to 1', random);
  if (!(Number.isSafeInteger(challengers) && challengers >= 0)) {
    throw new OptionError('forest.challengers', 'a whole number from 0 on', challengers);
  }
  return named(Object.keys(options).length ? { forest: options } : 'forest', (parent) => {
    oneObjective(parent, 'forest models');
    const env = child(parent, 'forest');
    return drive(surrogateMachine, env, { env, core: forestSurrogate(env, settings) });
  });
};
