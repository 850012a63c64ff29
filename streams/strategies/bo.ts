import { surrogateMachine } from '../../machines/surrogate.ts';
import { OptionError } from '../../src/errors.ts';
import { child } from '../../src/messages.ts';
import { type BoSettings, boSurrogate } from '../../src/samplers/bo.ts';
import { fitElsewhere } from '../fitting.ts';
import { drive, named, type Strategy } from '../strategy.ts';

export type BoOptions = Partial<BoSettings>;

const DEFAULTS: BoSettings = { acquisition: 'ei', costAware: false, integrated: false, warp: false };
const SWITCHES = ['costAware', 'integrated', 'warp'] as const;
const ACQUISITIONS: readonly string[] = ['ei', 'pi', 'lcb'] satisfies BoSettings['acquisition'][];

/**
 * Bayesian optimisation by a Gaussian process: the strategy for evaluations that are dear, up to some hundreds of them. It models all
 * parameters together, choices and conditional ones included, learns where trials fail and where outcome constraints hold, weighs
 * noise, and follows the priors of the space at first, less with every result. Gradients that trainers tell are learnt from as well.
 *
 * Fits to more than 300 results are made in a thread; asks wait for them. Each suggestion's tags say why it was made: `phase` (`exploring` before
 * there are results enough, `modelling`, `falling back` where no model could be fitted); then, of the model, the `mean` it expects of the loss (of a
 * value that is maximised: with the other sign), its `sd`, and the log of the `acquisition`.
 *
 * @throws OptionError; at subscription, where the study has more than two objectives
 * @example
 * optimize(space({ lr: float(1e-5, 1e-1, { log: true, prior: logNormal(1e-3, 10) }) }), train, { strategy: bo(), trials: 50 });
 */
export const bo = (options: BoOptions = {}): Strategy => {
  const settings = { ...DEFAULTS, ...options };
  const { startup } = settings;
  if (startup !== undefined && !(Number.isSafeInteger(startup) && startup > 0)) {
    throw new OptionError('bo.startup', 'a whole number from 1 on', startup);
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
