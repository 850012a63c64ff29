import { surrogateChart } from '../../machines/strategies.ts';
import { OptionError } from '../../src/errors.ts';
import { boOptions, boSurrogate } from '../../src/samplers/bo/bo.ts';
import { surrogateCore } from '../../src/samplers/surrogate.ts';
import type { OptionsOf } from '../../src/schema/optionSet.ts';
import { drive } from '../kernel/drive.ts';
import { type Strategy, stageOf } from '../kernel/strategy.ts';
import { fitInWorker } from './fitWorker.ts';

export type BoOptions = OptionsOf<typeof boOptions>;

/**
 * Bayesian optimisation with a Gaussian process. It models all parameters together, including choices and conditional ones. It learns where
 * trials fail and where outcome constraints hold, accounts for noise and for losses that span orders of magnitude, follows the priors of the space,
 * less with every result, and uses gradients if trainers report them. Behind early stopping, it maximises the improvement per expected epoch.
 *
 * Use it if evaluations are expensive, for up to a few hundred trials and one or two objectives.
 *
 * Fits with more than 200 results run in a thread; asks wait for them. The tags of a suggestion say how it was chosen: `phase` (`exploring` until
 * there are enough results, `modelling`, `diversifying` if the model repeats itself, or `falling back` if none could be fitted); then the `mean` and the `sd` that the model predicts for
 * the loss (the negated value if it is maximised), and the log of the `acquisition`.
 *
 * @throws OptionError; at subscription if the study has more than two objectives
 * @example
 * optimize(space({ lr: float(1e-5, 1e-1, { log: true, prior: logNormal(1e-3, 10) }) }), train, { strategy: bo(), trials: 50 });
 */
export const bo = (options: BoOptions = {}): Strategy => boStage(options, false);

/** `bo` in front of a stage that answers a share of the asks while the model says nothing about the results. */
export const boFollowed = (options: BoOptions): Strategy => boStage(options, true);

const boStage = (options: BoOptions, isFollowed: boolean): Strategy =>
  stageOf('bo', boOptions, options, (env, settings) => {
    if (env.objectives.length > 2) throw new OptionError('bo', 'a study of one or two objectives', env.objectives.join(', '));
    return drive(surrogateChart, surrogateCore(env, boSurrogate(env, settings, undefined, isFollowed), fitInWorker), env);
  });
