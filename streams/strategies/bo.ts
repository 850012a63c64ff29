import { surrogateMachine } from '../../machines/surrogate.ts';
import { OptionError } from '../../src/errors.ts';
import { type OptionsOf, settle } from '../../src/optionSet.ts';
import { boOptions, boSurrogate } from '../../src/samplers/bo/bo.ts';
import { fitInWorker } from '../engine/fitWorker.ts';
import { drive, type Strategy, stage } from '../strategy.ts';

export type BoOptions = OptionsOf<typeof boOptions>;

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
  const settings = settle('bo', boOptions, options);
  return stage('bo', options, (env) => {
    if (env.objectives.length > 2) throw new OptionError('bo', 'a study of one or two objectives', env.objectives.join(', '));
    return drive(surrogateMachine, env, { env, core: boSurrogate(env, settings), elsewhere: fitInWorker });
  });
};
