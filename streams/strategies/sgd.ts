import { sgdMachine } from '../../machines/descent.ts';
import { StrategyError } from '../../src/errors.ts';
import type { Env } from '../../src/messages.ts';
import { bool, checkOptions, notNegative, oneOf, part, wholeFrom } from '../../src/optionRules.ts';
import { isOrdered, isSmooth, type Lane } from '../../src/samplers/gradient/movableAxes.ts';
import { type SgdSettings, stochasticDescent } from '../../src/samplers/gradient/sgd.ts';
import { lanes } from '../operators/multiStart.ts';
import { oneObjective } from '../operators/oneObjective.ts';
import { drive, type Strategy, stage } from '../strategy.ts';
import { beginningOf, type DescentOptions, descentRules, startsFor } from './descent.ts';

export interface SgdOptions extends DescentOptions {
  /**
   * Where gradients come from. `told` (the default): the trainer completes a trial with `gradient`. `spsa`: simultaneous perturbation (Spall
   * 1992), two trials a step for each of `directions`. `differences`: central differences, two trials a step for each parameter. Their
   * trials go out together, and carry `tags.seed`: a trainer that seeds itself by it makes differences less noisy.
   */
  readonly gradient?: 'told' | 'spsa' | 'differences' | undefined;
  /**
   * What to do about a result without the gradient that was to be told: find it by `spsa` (the default) or by `differences`, or `refuse` the
   * result with a StrategyError. It is never taken as zero. Where no trial has ever told a gradient, none is expected any more.
   */
  readonly missing?: 'spsa' | 'differences' | 'refuse' | undefined;
  /** How many random directions `spsa` averages in a step. Default: as many as the study's slots have room for, at least 1. */
  readonly directions?: number | undefined;
  /**
   * How gradients become steps: `plain`, `momentum` (0.9; Polyak 1964), or `adam` (Kingma & Ba 2015), the default.
   */
  readonly rule?: 'plain' | 'momentum' | 'adam' | undefined;
  /**
   * The longest way that the first step goes along any parameter, as a part of its range. Default: 0.1; 0.07 for Adam by `spsa`.
   */
  readonly rate?: number | undefined;
  /** The rate falls as (k + 1 + A)^-decay, A a tenth of the steps that the study has room for (Spall 1998). 0 keeps it. Default: 0.602. */
  readonly decay?: number | undefined;
  /** Hypergradient descent (Baydin et al. 2018): the rate grows by up to this part with each step that goes on as the last, and shrinks with each that turns back. Default: 0, off. */
  readonly hypergradient?: number | undefined;
  /** Whether a step to where the loss is worse than noise explains is taken back, and the rate halved (Spall 2003, 7.8). Default: true. */
  readonly block?: boolean | undefined;
  /** Standard deviation of a loss at one point. Default: measured by repeating the start, or as trainers tell it (`stderr`). */
  readonly noise?: number | undefined;
  /** Steps that are shorter than this part of the range, three in a row, end a descent. Default: 0.001. */
  readonly tolerance?: number | undefined;
  /**
   * How many Sobol points are looked at before each descent, which begins at the best of them. Default: 1 where gradients are told; else 4, or
   * the square root of the number of trials, where that is known and gives more.
   */
  readonly scouts?: number | undefined;
}

/**
 * Stochastic gradient descent on hyperparameters: plain, with momentum, or Adam, in the unit cube, so that logarithmic parameters move by
 * factors. Steps are projected to the box; a noisy descent tries the average of its iterates from time to time (Polyak & Juditsky 1992).
 *
 * StrategyEvent gradients move floats without steps; probes move everything that is ordered, by a level at least. What has no order, and what decides
 * whether other parameters exist, is held: as the start has it, and from the second start on as the best trial in the log has it. To tune that
 * too, put a strategy before this one, or beside it.
 *
 * @throws OptionError; StrategyError at subscription where the study has several objectives or nothing that can move, later where
 * `missing` is `refuse` and a gradient is missing.
 * @example
 * chain(take(20, sobol()), sgd({ start: 'incumbent' }), random())
 */
export function sgd(options: SgdOptions = {}): Strategy {
  check(options);
  return stage('sgd', options, (env) => {
    const { gradient = 'told', starts = gradient === 'told' ? startsFor(env.parallel) : 1 } = options;
    oneObjective(env, 'sgd follows the slope of');
    const suits = gradient === 'told' ? isSmooth : isOrdered;
    if (!env.axes.some(suits)) throw new StrategyError('sgd finds no parameter that it could move');
    return lanes(env, starts, (laneEnv, lane) =>
      drive(sgdMachine, laneEnv, { env: laneEnv, core: stochasticDescent(laneEnv, settingsFor(laneEnv, lane, options)) }),
    );
  });
}

/** Where a study has no known end, its rates fall as if it had so many steps. */
const STEPS = 100;

function settingsFor(env: Env, lane: Lane, options: SgdOptions): SgdSettings {
  const { gradient = 'told', missing = 'spsa', rule = 'adam', noise } = options;
  const { directions = gradient === 'spsa' ? Math.max(1, Math.floor((env.parallel - 1) / 2)) : 1 } = options;
  const trialsAStep = gradient === 'told' ? 1 : gradient === 'spsa' ? 1 + 2 * directions : 1 + 2 * env.axes.length;
  return {
    ...beginningOf(lane, options),
    gradient,
    missing,
    directions,
    scouts: options.scouts ?? (gradient === 'told' ? 1 : Math.max(4, Math.round(Math.sqrt(env.trials ?? 0)))),
    rule,
    rate: options.rate ?? (rule === 'adam' && gradient === 'spsa' ? 0.07 : 0.1),
    decay: options.decay ?? 0.602,
    steps: env.trials ? Math.max(10, env.trials / trialsAStep) : STEPS,
    hypergradient: options.hypergradient ?? 0,
    tolerance: options.tolerance ?? 1e-3,
    block: options.block ?? true,
    ...(noise !== undefined && { noise }),
  };
}

function check(options: SgdOptions): void {
  checkOptions('sgd', options, {
    gradient: oneOf('told', 'spsa', 'differences'),
    missing: oneOf('spsa', 'differences', 'refuse'),
    directions: wholeFrom(1),
    scouts: wholeFrom(1),
    rule: oneOf('plain', 'momentum', 'adam'),
    rate: part,
    decay: notNegative,
    hypergradient: notNegative,
    block: bool,
    noise: notNegative,
    tolerance: part,
    ...descentRules,
  });
}
