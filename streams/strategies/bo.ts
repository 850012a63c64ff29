import { surrogateMachine } from '../../machines/surrogate.ts';
import { OptionError } from '../../src/errors.ts';
import { child } from '../../src/messages.ts';
import { type BoSettings, boSurrogate } from '../../src/samplers/bo.ts';
import { fitElsewhere } from '../fitting.ts';
import { drive, named, type Strategy } from '../strategy.ts';

export type BoOptions = Partial<BoSettings>;

const DEFAULTS: BoSettings = { startup: 10, acquisition: 'ei', costAware: false, integrated: false, warp: false };
const SWITCHES = ['costAware', 'integrated', 'warp'] as const;
const ACQUISITIONS: readonly string[] = ['ei', 'pi', 'lcb'] satisfies BoSettings['acquisition'][];

/**
 * Bayesian optimisation by a Gaussian process: the strategy for evaluations that are dear, up to some hundreds of them. It models all
 * parameters together, choices and conditional ones included, learns where trials fail and where outcome constraints hold, weighs
 * noise, and follows the priors of the space at first, less with every result.
 *
 * @throws OptionError; at subscription, where the study has more than two objectives
 * @example
 * optimize(space({ lr: float(1e-5, 1e-1, { log: true, prior: logNormal(1e-3, 10) }) }), train, { strategy: bo(), trials: 50 });
 */
export const bo = (options: BoOptions = {}): Strategy => {
  const settings = { ...DEFAULTS, ...options };
  if (!(Number.isSafeInteger(settings.startup) && settings.startup > 0)) {
    throw new OptionError('bo.startup', 'a whole number from 1 on', settings.startup);
  }
  if (!ACQUISITIONS.includes(settings.acquisition))
    throw new OptionError('bo.acquisition', ACQUISITIONS.join(' or '), settings.acquisition);
  for (const name of SWITCHES)
    if (typeof settings[name] !== 'boolean') throw new OptionError(`bo.${name}`, 'true or false', settings[name]);
  return named(Object.keys(options).length ? { bo: options } : 'bo', (parent) => {
    const env = child(parent, 'bo');
    if (env.objectives.length > 2) throw new OptionError('bo', 'a study of one or two objectives', env.objectives.join(', '));
    return drive(surrogateMachine, env, { env, core: boSurrogate(env, settings), elsewhere: fitElsewhere });
  });
};
