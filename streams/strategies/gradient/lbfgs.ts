import { lbfgsChart } from '../../../machines/strategies.ts';
import { StrategyError } from '../../../src/errors.ts';
import { lbfgsOptions, quasiNewtonDescent } from '../../../src/samplers/gradient/lbfgs.ts';
import { isContinuousFloat } from '../../../src/samplers/gradient/movableAxes.ts';
import type { OptionsOf } from '../../../src/schema/optionSet.ts';
import { drive } from '../../kernel/drive.ts';
import { type Strategy, stageOf } from '../../kernel/strategy.ts';
import { multiStart } from '../../operators/multiStart.ts';
import { oneObjective } from '../../operators/oneObjective.ts';

export type LbfgsOptions = OptionsOf<typeof lbfgsOptions>;

const PROBE = 1e-3;
/** Large enough that a difference stands out from noise. */
const NOISY_PROBE = 0.05;

/**
 * Gradient-based optimisation by projected L-BFGS in the unit cube (Byrd, Lu, Nocedal & Zhu 1995; two-loop recursion, Nocedal 1980), with damped
 * updates (Powell 1978) and a line search that allows for noise. Each evaluation is a trial. A later descent begins at the best trial, with about a third
 * of its parameters at other values (basin hopping, Wales & Doye 1997).
 *
 * Use it if your trainer computes gradients of the loss with respect to hyperparameters.
 *
 * It moves floats without steps. Other parameters keep their values: those of the start, or from the second start on those of the best trial in the
 * log. To tune them too, combine it with another strategy.
 *
 * @throws OptionError; StrategyError at subscription if the study has several objectives or no float without steps, later if `missing` is `refuse`
 * and a gradient is missing
 * @example
 * chain(ga({ generations: 5 }), lbfgs({ start: 'incumbent', restarts: 0 }), random())
 */
export const lbfgs = (options: LbfgsOptions = {}): Strategy =>
  stageOf('lbfgs', lbfgsOptions, options, (env, settings) => {
    const { probe = settings.noise > 0 ? NOISY_PROBE : PROBE } = settings;
    oneObjective(env, 'lbfgs follows the slope of');
    if (!env.axes.some(isContinuousFloat)) throw new StrategyError('lbfgs moves floats without steps; this study has none');
    return multiStart(env, (descentEnv, sequence) =>
      drive(lbfgsChart, quasiNewtonDescent(descentEnv, { ...settings, probe, sequence }), descentEnv),
    );
  });
