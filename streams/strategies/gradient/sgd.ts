import { sgdChart } from '../../../machines/strategies.ts';
import { StrategyError } from '../../../src/errors.ts';
import { isContinuousFloat, isOrdered } from '../../../src/samplers/gradient/movableAxes.ts';
import { sgdOptions, stochasticDescent } from '../../../src/samplers/gradient/sgd.ts';
import type { OptionsOf } from '../../../src/schema/optionSet.ts';
import { drive } from '../../kernel/drive.ts';
import { type Strategy, stageOf } from '../../kernel/strategy.ts';
import { multiStart } from '../../operators/multiStart.ts';
import { oneObjective } from '../../operators/oneObjective.ts';

export type SgdOptions = OptionsOf<typeof sgdOptions>;

/** The number of steps that rates are planned for if the study has no known end. */
const STEPS = 100;

/**
 * Stochastic gradient descent on hyperparameters, with Adam or momentum, in the unit cube, so that logarithmic parameters move by factors.
 *
 * Use it if your trainer computes gradients of the loss with respect to hyperparameters and they are noisy. If they are exact, `lbfgs` needs fewer trials.
 *
 * A later descent begins at the best trial, with about a third of its parameters at other values (basin hopping, Wales & Doye 1997).
 *
 * Steps are projected to the box. A step whose loss is worse than noise explains is undone, and the rate halved. A noisy descent sometimes evaluates the
 * average of its iterates (Polyak & Juditsky 1992).
 *
 * With reported gradients it moves floats without steps; with differences it moves all ordered parameters, by at least one level. Trials around one point
 * share `tags.seed`: differences are less noisy if the trainer uses it as its seed. Parameters without an order, and those that decide whether others
 * exist, keep their values: those of the start, or from the second start on those of the best trial in the log. To tune them too, combine it with
 * another strategy.
 *
 * @throws OptionError; StrategyError at subscription if the study has several objectives or no parameter that can move, later if `missing` is
 * `refuse` and a gradient is missing
 * @example
 * chain(take(20, sobol()), sgd({ start: 'incumbent' }), random())
 */
export const sgd = (options: SgdOptions = {}): Strategy =>
  stageOf('sgd', sgdOptions, options, (env, settings) => {
    oneObjective(env, 'sgd follows the slope of');
    const told = settings.gradient === 'told';
    if (!env.axes.some(told ? isContinuousFloat : isOrdered)) throw new StrategyError('sgd finds no parameter that it could move');
    const trialsPerStep = told ? 1 : 1 + 2 * env.axes.length;
    const steps = env.trials ? Math.max(10, env.trials / trialsPerStep) : STEPS;
    return multiStart(env, (descentEnv, sequence) =>
      drive(sgdChart, stochasticDescent(descentEnv, { ...settings, sequence, steps }), descentEnv),
    );
  });
