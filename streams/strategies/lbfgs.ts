import { lbfgsMachine } from '../../machines/descent.ts';
import { StrategyError } from '../../src/errors.ts';
import { checkOptions, notNegative, oneOf, part, positive, wholeFrom } from '../../src/optionRules.ts';
import { type LbfgsSettings, quasiNewtonDescent } from '../../src/samplers/gradient/lbfgs.ts';
import { isSmooth, type Lane } from '../../src/samplers/gradient/movableAxes.ts';
import { lanes } from '../operators/multiStart.ts';
import { oneObjective } from '../operators/oneObjective.ts';
import { drive, type Strategy, stage } from '../strategy.ts';
import { beginningOf, type DescentOptions, descentRules, startsFor } from './descent.ts';

export interface LbfgsOptions extends DescentOptions {
  /** Where gradients come from: `told` by the trainer, who completes a trial with `gradient` (the default), or found by `differences`. */
  readonly gradient?: 'told' | 'differences' | undefined;
  /**
   * What to do about a result without the gradient that was to be told: find it by `differences` around that point (the default), or `refuse`
   * the result with a StrategyError. It is never taken as zero.
   */
  readonly missing?: 'differences' | 'refuse' | undefined;
  /** How many steps' curvature is kept, 1 or more. Default: 10. */
  readonly memory?: number | undefined;
  /** How far the first step goes along the parameter on which it goes farthest, as a part of its range. Default: 0.1. */
  readonly step?: number | undefined;
  /** How far from a point differences are taken, as a part of the range. Default: 0.001, or 0.05 where `noise` is given. */
  readonly probe?: number | undefined;
  /** Standard deviation of a loss at one point, where trainers do not tell it (`stderr`). A step may be worse by twice as much. Default: 0. */
  readonly noise?: number | undefined;
  /** A descent ends where no part of the projected gradient is larger than this part of the first. Default: 1e-5. */
  readonly gradientTolerance?: number | undefined;
  /** A descent ends with a step that gains less than this part of all that was gained. Default: 1e-8. */
  readonly lossTolerance?: number | undefined;
  /**
   * Where trainers solve a problem of their own, as for hypergradients by implicit differentiation: to which tolerance at first. It comes as
   * `tags.tolerance` of each suggestion, and tightens with the projected gradient (Pedregosa 2016). Default: trainers are asked for nothing.
   */
  readonly tolerance?: number | undefined;
}

/**
 * Gradient-based optimisation: projected L-BFGS in the unit cube (Byrd, Lu, Nocedal & Zhu 1995; two-loop recursion, Nocedal 1980), with damped
 * updates (Powell 1978) and a line search that allows for noise. Each evaluation is a trial.
 *
 * It moves floats without steps. All else is held: as the start has it, and from the second start on as the best trial in the log has it. To
 * tune that too, put a strategy before this one, or beside it.
 *
 * @throws OptionError; StrategyError at subscription where the study has several objectives or no float without steps, later where
 * `missing` is `refuse` and a gradient is missing.
 * @example
 * chain(ga({ generations: 5 }), lbfgs({ start: 'incumbent', restarts: 0 }), random())
 */
export function lbfgs(options: LbfgsOptions = {}): Strategy {
  check(options);
  return stage('lbfgs', options, (env) => {
    oneObjective(env, 'lbfgs follows the slope of');
    if (!env.axes.some(isSmooth)) throw new StrategyError('lbfgs moves floats without steps; this study has none');
    const { starts = startsFor(env.parallel) } = options;
    return lanes(env, starts, (laneEnv, lane) =>
      drive(lbfgsMachine, laneEnv, { env: laneEnv, core: quasiNewtonDescent(laneEnv, settingsFor(lane, options)) }),
    );
  });
}

const PROBE = 1e-3;
/** So far apart that a difference stands out from noise. */
const NOISY_PROBE = 0.05;

const settingsFor = (lane: Lane, options: LbfgsOptions): LbfgsSettings => ({
  ...beginningOf(lane, options),
  gradient: options.gradient ?? 'told',
  missing: options.missing ?? 'differences',
  memory: options.memory ?? 10,
  step: options.step ?? 0.1,
  probe: options.probe ?? (options.noise ? NOISY_PROBE : PROBE),
  noise: options.noise ?? 0,
  gradientTolerance: options.gradientTolerance ?? 1e-5,
  lossTolerance: options.lossTolerance ?? 1e-8,
  ...(options.tolerance !== undefined && { tolerance: options.tolerance }),
});

function check(options: LbfgsOptions): void {
  checkOptions('lbfgs', options, {
    gradient: oneOf('told', 'differences'),
    missing: oneOf('differences', 'refuse'),
    memory: wholeFrom(1),
    step: part,
    probe: part,
    noise: notNegative,
    gradientTolerance: notNegative,
    lossTolerance: notNegative,
    tolerance: positive,
    ...descentRules,
  });
}
