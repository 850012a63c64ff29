import { sgdChart } from '../../../machines/strategies.ts';
import { StrategyError } from '../../../src/errors.ts';
import { startsFor } from '../../../src/samplers/gradient/descent.ts';
import { isContinuousFloat, isOrdered, type StartSequence } from '../../../src/samplers/gradient/movableAxes.ts';
import { type SgdSettings, sgdOptions, stochasticDescent } from '../../../src/samplers/gradient/sgd.ts';
import type { OptionsOf, SettingsOf } from '../../../src/schema/optionSet.ts';
import type { Env } from '../../../src/strategy/env.ts';
import { drive } from '../../kernel/drive.ts';
import { type Strategy, stageOf } from '../../kernel/strategy.ts';
import { multiStart } from '../../operators/multiStart.ts';
import { oneObjective } from '../../operators/oneObjective.ts';

export type SgdOptions = OptionsOf<typeof sgdOptions>;

/**
 * Stochastic gradient descent on hyperparameters: plain, with momentum, or Adam, in the unit cube, so that logarithmic parameters move by factors.
 *
 * Use it with many parameters, if your trainer computes gradients or a loss is cheap enough to estimate them.
 *
 * A later descent begins at the best trial, with about a third of its parameters at other values (basin hopping, Wales & Doye 1997). With reported
 * gradients, a descent that cannot reach the best loss any more, or is slow and not the best, ends early.
 *
 * Steps are projected to the box. A noisy descent sometimes evaluates the average of its iterates (Polyak & Juditsky 1992).
 *
 * With reported gradients it moves floats without steps; with estimated ones it moves all ordered parameters, by at least one level. Parameters without
 * an order, and those that decide whether others exist, keep their values: those of the start, or from the second start on those of the best trial
 * in the log. To tune them too, combine it with another strategy.
 *
 * @throws OptionError; StrategyError at subscription if the study has several objectives or no parameter that can move, later if `missing` is
 * `refuse` and a gradient is missing
 * @example
 * chain(take(20, sobol()), sgd({ start: 'incumbent' }), random())
 */
export const sgd = (options: SgdOptions = {}): Strategy =>
  stageOf('sgd', sgdOptions, options, (env, settings) => {
    const { gradient, starts = gradient === 'told' ? startsFor(env.parallel) : 1 } = settings;
    oneObjective(env, 'sgd follows the slope of');
    const suits = gradient === 'told' ? isContinuousFloat : isOrdered;
    if (!env.axes.some(suits)) throw new StrategyError('sgd finds no parameter that it could move');
    return multiStart(env, starts, (descentEnv, sequence) =>
      drive(sgdChart, stochasticDescent(descentEnv, sgdSettings(descentEnv, sequence, settings)), descentEnv),
    );
  });

/** The number of steps that rates are planned for if the study has no known end. */
const STEPS = 100;
const ADAM_RATES = { told: 0.15, spsa: 0.07, differences: 0.1 };

/** Fills in the defaults that depend on the study. */
function sgdSettings(env: Env, sequence: StartSequence, settings: SettingsOf<typeof sgdOptions>): SgdSettings {
  const { gradient, rule } = settings;
  const { directions = gradient === 'spsa' ? Math.max(1, Math.floor((env.parallel - 1) / 2)) : 1 } = settings;
  const toldScouts = Math.max(1, Math.round(Math.sqrt(env.trials ?? STEPS) / (2 * sequence.count)));
  const { scouts = gradient === 'told' ? toldScouts : Math.max(4, Math.round(Math.sqrt(env.trials ?? 0))) } = settings;
  const { rate = rule === 'adam' ? ADAM_RATES[gradient] : 0.1 } = settings;
  const trialsPerStep = gradient === 'told' ? 1 : gradient === 'spsa' ? 1 + 2 * directions : 1 + 2 * env.axes.length;
  const steps = env.trials ? Math.max(10, env.trials / trialsPerStep) : STEPS;
  return { ...settings, sequence, directions, scouts, rate, steps };
}
