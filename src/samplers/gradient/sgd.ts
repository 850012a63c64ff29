import { averagingWeight, type Means, rateDecay, updateDirection, zeroMoments } from '../../numeric/descent/firstOrder.ts';
import { maxNorm } from '../../numeric/descent/projected.ts';
import { clampUnit } from '../../numeric/vectors.ts';
import { fraction, oneOf } from '../../schema/optionRules.ts';
import { optional, type SettingsOf } from '../../schema/optionSet.ts';
import type { Core } from '../../strategy/core.ts';
import type { Env } from '../../strategy/env.ts';
import { type DescentSettings, type DescentState, type DescentVerdict, descentIn, descentOptions, noiseOf, openStep } from './descent.ts';
import { isContinuousFloat, isOrdered } from './movableAxes.ts';

const sgdOwnOptions = {
  /** How a gradient becomes a step: `momentum` (0.9; Polyak 1964) or `adam` (Kingma & Ba 2015). Default: `adam`. */
  rule: optional(oneOf('momentum', 'adam'), 'adam'),
  /**
   * The longest first step along any parameter, as a fraction of its range. It falls as (k + 1 + A)^-0.602, where A is a tenth of the expected number of
   * steps (Spall 1998). Default: 0.1.
   */
  rate: optional(fraction, 0.1),
};
export const sgdOptions: typeof descentOptions & typeof sgdOwnOptions = { ...descentOptions, ...sgdOwnOptions };

export interface SgdSettings extends SettingsOf<typeof sgdOptions>, DescentSettings {
  /** How many steps the decay of the rate is planned for. */
  readonly steps: number;
}

/** `averageDue`: the average of the iterates should be tried. */
export type SgdVerdict = DescentVerdict | 'averageDue';

type SgdPhase = 'starting' | 'stepping' | 'probing' | 'averaging' | 'restarting';

export interface SgdState extends DescentState<'averageDue'> {
  readonly steps: number;
  /** Absent where a momentum begins: at first, and after a step that was undone. */
  readonly moments?: Means | undefined;
  /** The size of the first gradient. */
  readonly gradientScale: number;
  /** The factor by which steps that were too long have changed the rate. */
  readonly rateFactor: number;
  /** The running average of the iterates. */
  readonly average?: Float64Array;
  /** How many steps in a row were short. */
  readonly shortSteps: number;
  /** Whether the average was tried after the last step. */
  readonly averaged: boolean;
}

/** A descent ends after this many steps in a row that are shorter than this fraction of the range. */
const [MAX_SHORT_STEPS, SHORT] = [3, 1e-3];
/** The average of the iterates is tried each time after this many steps. */
const AVERAGE_EVERY = 10;
/** The factor by which a halved rate recovers with each accepted step, up to the original rate. */
const RECOVERY = 1.1;
/** How far from a point differences are taken, as a fraction of the range: without known noise, far enough for some; and with it. */
const [PROBE, NOISY_PROBE] = [0.05, 0.1];
/** A gradient by differences costs many trials, so such a descent first tries a few points, and begins at the best. */
const STARTS = { told: 1, differences: 8 };

/** Stochastic gradient descent in which each evaluation is a trial. */
export function stochasticDescent(env: Env, settings: SgdSettings): Core<SgdState, SgdPhase, SgdVerdict> {
  const { gradient: source, rule, rate, steps: plannedSteps } = settings;

  function follow(state: SgdState): SgdState {
    if (state.shortSteps >= MAX_SHORT_STEPS) return { ...state, verdict: 'converged' };
    const isNoisy = source === 'differences' || noiseOf(state, settings) > 0;
    const due = isNoisy && !state.averaged && state.steps > 0 && state.steps % AVERAGE_EVERY === 0;
    return { ...state, rateFactor: Math.min(1, state.rateFactor * RECOVERY), verdict: due ? 'averageDue' : 'downhill' };
  }

  /** Goes back, and halves the rate (blocking, Spall 2003, section 7.8.2). */
  function reject(state: SgdState): SgdState {
    if (state.round.slots[0]!.role === 'average') return { ...state, verdict: 'downhill' };
    if (state.shortSteps >= MAX_SHORT_STEPS) return { ...state, verdict: 'converged' };
    const { iterate, rateFactor } = state;
    const lucky = { ...iterate!, loss: iterate!.loss + noiseOf(state, settings) }; // the accepted loss may have been lucky
    return { ...state, iterate: lucky, rateFactor: rateFactor / 2, moments: undefined, verdict: 'overshot' };
  }

  function step(state: SgdState): SgdState {
    const { iterate, axes, steps, average } = state;
    const { x: from, gradient } = iterate!;
    const gradientScale = state.gradientScale || maxNorm(gradient) || 1;
    const { direction, moments } = updateDirection(rule, state.moments ?? zeroMoments(axes.length), gradient, gradientScale);
    const length = rate * state.rateFactor * rateDecay(steps, plannedSteps);
    const x = from.map((u, k) => clampUnit(u - length * direction[k]!));
    const weight = averagingWeight(steps + 1);
    const next: SgdState = {
      ...state,
      steps: steps + 1,
      moments,
      gradientScale,
      average: (average ?? from).map((a, k) => a + weight * (from[k]! - a)),
      shortSteps: maxNorm(x.map((u, k) => u - from[k]!)) < SHORT ? state.shortSteps + 1 : 0,
      averaged: false,
    };
    return openStep(next, 'iterate', x);
  }

  const tryAverage = (state: SgdState): SgdState => openStep({ ...state, averaged: true }, 'average', state.average!);

  const { start, tell, answer } = descentIn<SgdState, 'averageDue'>(env, settings, {
    start: { steps: 0, gradientScale: 0, rateFactor: 1, shortSteps: 0, averaged: false },
    starts: STARTS[source],
    isSuitable: source === 'told' ? isContinuousFloat : isOrdered,
    probeDistance: ({ levels }, noise) => Math.max(noise > 0 ? NOISY_PROBE : PROBE, levels ? 1 / levels.count : 0),
    accepts: (state, loss) => loss <= state.iterate!.loss + 2 * Math.SQRT2 * noiseOf(state, settings),
    reject,
    follow,
    next: { downhill: step, overshot: step, averageDue: tryAverage },
    /** Trials that are compared share a seed. */
    tags: ({ probed, round }, { id }) => (source === 'told' ? {} : { seed: String(probed ? round.number : id) }),
  });
  return {
    start,
    tell,
    verdict: ({ verdict }) => verdict,
    answers: { starting: answer, stepping: answer, probing: answer, averaging: answer, restarting: answer },
  };
}
