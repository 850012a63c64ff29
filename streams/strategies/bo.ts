import { surrogateMachine } from '../../machines/surrogate.ts';
import { OptionError } from '../../src/errors.ts';
import { child } from '../../src/messages.ts';
import { type BoSettings, boSurrogate } from '../../src/samplers/bo.ts';
import { drive, named, type Strategy } from '../strategy.ts';

export type BoOptions = Partial<BoSettings>;

const DEFAULTS: BoSettings = { startup: 10 };

/**
 * Bayesian optimisation by a Gaussian process: the strategy for evaluations that are dear, up to some hundreds of them. It models all
 * parameters together, choices and conditional ones included, learns where trials fail and where outcome constraints hold, weighs
 * noise, and follows the priors of the space at first, less with every result.
 *
 * @throws OptionError; at subscription, where the study has several objectives
 * @example
 * optimize(space({ lr: float(1e-5, 1e-1, { log: true, prior: logNormal(1e-3, 10) }) }), train, { strategy: bo(), trials: 50 });
 */
export const bo = (options: BoOptions = {}): Strategy => {
  const settings = { ...DEFAULTS, ...options };
  if (!(Number.isSafeInteger(settings.startup) && settings.startup > 0)) {
    throw new OptionError('bo.startup', 'a whole number from 1 on', settings.startup);
  }
  return named(Object.keys(options).length ? { bo: options } : 'bo', (parent) => {
    const env = child(parent, 'bo');
    if (env.objectives.length > 1) throw new OptionError('bo', 'a study of one objective', env.objectives.join(', '));
    return drive(surrogateMachine, env, { env, core: boSurrogate(env, settings) });
  });
};
