import { mean, variance } from '../../numeric/averages.ts';
import { rngFor } from '../../numeric/random.ts';
import { bool, fraction, notNegative, oneOf, wholeFrom } from '../../schema/optionRules.ts';
import { optional, type SettingsOf } from '../../schema/optionSet.ts';
import type { Point } from '../../space/axis.ts';
import type { Core } from '../../strategy/core.ts';
import type { Env } from '../../strategy/env.ts';
import type { Ask } from '../../strategy/messages.ts';
import type { ProposedPoint } from '../sequence.ts';
import { type DescentSettings, type DescentState, descentIn, descentOptions, openRound, proposeSlot, startPoint } from './descent.ts';
import { evaluatedCoordinates, type Iterate, missingGradient, reportedGradient, slotLosses } from './iterate.ts';
import { coordinates, farthestFeasible, isContinuousFloat, isOrdered, movableAxes, withCoordinates } from './movableAxes.ts';
import {
  type GradientSource,
  noiseLevel,
  type OptimizerState,
  probeDistances,
  startOptimizer,
  takeStep,
  updateCurvature,
} from './optimizerState.ts';
import { isWorthLeaving } from './outlook.ts';
import { finiteDifferences, type Prober, simultaneousPerturbations } from './probes.ts';
import { nextSlot, type Slot, slotLoss } from './round.ts';
import { updateSecants } from './secants.ts';

const sgdOwnOptions = {
  /**
   * Where gradients come from. `told`: the trainer completes a trial with `gradient`. `spsa`: simultaneous perturbation (Spall 1992), two trials
   * per step for each of `directions`. `differences`: central differences, two trials per step for each parameter. These trials run at the same
   * time and share `tags.seed`: differences are less noisy if the trainer uses it as its seed. Default: `told`.
   */
  gradient: optional(oneOf('told', 'spsa', 'differences'), 'told'),
  /**
   * What to do if a result lacks the gradient that the trainer should tell: estimate it by `spsa` or `differences`, or `refuse` the result with a
   * StrategyError. A missing gradient never counts as zero. If no trial has told a gradient, none is expected. Default: `spsa`.
   */
  missing: optional(oneOf('spsa', 'differences', 'refuse'), 'spsa'),
  /** How many random directions `spsa` averages per step. Default: as many as the slots of the study allow, at least 1. */
  directions: optional(wholeFrom(1)),
  /**
   * How many points each descent tries before it begins at the best of them. Default: if gradients are told, half of the square root of the number of
   * trials (5 if that is unknown), shared among descents that run at the same time; otherwise 4, or the square root if that is known and larger.
   */
  scouts: optional(wholeFrom(1)),
  /**
   * How a gradient becomes a step: `plain`, `momentum` (0.9; Polyak 1964) or `adam` (Kingma & Ba 2015). If gradients are told, a step of `adam` goes no
   * further along a parameter than to where the slope vanishes if it keeps changing as it did. Default: `adam`.
   */
  rule: optional(oneOf('plain', 'momentum', 'adam'), 'adam'),
  /** The longest first step along any parameter, as a fraction of its range. Default: 0.1; for `adam`, 0.15 if gradients are told and 0.07 with `spsa`. */
  rate: optional(fraction),
  /** The rate falls as (k + 1 + A)^-decay, where A is a tenth of the expected number of steps (Spall 1998). 0 keeps it constant. Default: 0.602. */
  decay: optional(notNegative, 0.602),
  /** Hypergradient descent (Baydin et al. 2018): the rate grows by at most this fraction with each step in the previous direction, and shrinks with each reversal. Default: 0. */
  hypergradient: optional(notNegative, 0),
  /** Whether a step whose loss is worse than noise explains is undone and the rate halved (Spall 2003, section 7.8). Default: true. */
  block: optional(bool, true),
  /** The standard deviation of the loss at one point. Default: as trainers tell it (`stderr`), or measured by repeating the start. */
  noise: optional(notNegative),
  /** A descent ends after three steps in a row that are shorter than this fraction of the range. Default: 0.001. */
  tolerance: optional(fraction, 1e-3),
};
export const sgdOptions: typeof descentOptions & typeof sgdOwnOptions = { ...descentOptions, ...sgdOwnOptions };

export interface SgdSettings extends SettingsOf<typeof sgdOptions>, DescentSettings {
  readonly scouts: number;
  readonly directions: number;
  readonly rate: number;
  /** How many steps the decay is planned for. */
  readonly steps: number;
}

/**
 * What the results of a round mean. `told`, `measured`: the gradient is known, from the trainer or from probes. `averageDue`: the average of the
 * iterates should be tried. `averaged`: it was tried.
 */
export type SgdVerdict = 'failed' | 'noGradient' | 'told' | 'measured' | 'averageDue' | 'averaged' | 'converged' | 'finished';

type SgdPhase = 'starting' | 'stepping' | 'probing' | 'averaging' | 'restarting';

export interface SgdState extends DescentState<SgdVerdict> {
  readonly source: GradientSource;
  /** Whether any trainer has told a gradient. */
  readonly told: boolean;
  /** The point of the last round and its results. */
  readonly iterate?: Iterate;
  readonly optimizer?: OptimizerState;
}

/** The roles of trials that measure noise: they repeat the point where probing begins. */
const REPEATS = ['again1', 'again2'];
const isRepeat = ({ role }: Slot) => REPEATS.includes(role);
const isProbe = (slot: Slot) => slot.role !== 'iterate' && !isRepeat(slot);
/** With noisy losses, the average of the iterates is tried each time after this many steps. */
const AVERAGE_EVERY = 10;
/** A descent ends after this many steps in a row that are shorter than the tolerance. */
const MAX_SHORT_STEPS = 3;

/** Stochastic gradient descent in which each evaluation is a trial. */
export function stochasticDescent(env: Env, settings: SgdSettings): Core<SgdState, SgdPhase, SgdVerdict> {
  const startAt = startPoint(env, settings, settings.scouts);
  const proberOf = (source: GradientSource): Prober =>
    source === 'differences' ? finiteDifferences : simultaneousPerturbations(settings.directions);
  const suitability = ({ source }: SgdState) => (source === 'told' ? isContinuousFloat : isOrdered);
  const rng = ({ round }: SgdState) => rngFor(env.seed, `${env.name}/direction`, round.number + 1);
  /** How to measure gradients that the trainer does not tell. With `refuse` this is never used. */
  const fallback: GradientSource = settings.missing === 'refuse' ? 'spsa' : settings.missing;
  const sourceOf = ({ source }: SgdState): GradientSource => (source === 'told' ? fallback : source);
  const probes = (state: SgdState, optimizer: OptimizerState, centre: Point): Slot[] =>
    proberOf(sourceOf(state)).plan(centre, optimizer.axes, probeDistances(env, optimizer, sourceOf(state)), rng(state));

  /** The descent begins at the best of several points, or at the incumbent, which is tried once more. */
  function startSlots(started: number): Slot[] {
    const count = started === 1 && settings.start === 'incumbent' ? 1 : settings.scouts;
    return Array.from({ length: count }, (_, i) => ({ role: `start${i + 1}`, point: [] }));
  }

  function propose(state: SgdState, ask: Ask): ProposedPoint {
    const { optimizer, round, source } = state;
    const at = optimizer ? nextSlot(round)!.point : startAt(state, ask, suitability(state));
    return proposeSlot(env, state, ask, at, optimizer?.centre, source === 'told' ? {} : { seed: seedOf(state, ask) });
  }

  /** Trials that are compared share a seed; those that measure noise do not. */
  const seedOf = ({ optimizer, round }: SgdState, { id }: Ask) => String(optimizer && !isRepeat(nextSlot(round)!) ? round.number : id);

  /** If the trainer should tell a gradient but does not: refuses the result, or falls back to measuring gradients. */
  function expectGradient(state: SgdState, { ended }: Slot): SgdState {
    const { source, told } = state;
    if (source !== 'told' || ended?.outcome !== 'completed') return state;
    if (ended.gradient) return told ? state : { ...state, told: true };
    if (settings.missing === 'refuse') throw missingGradient(env, ended);
    return told ? state : { ...state, source: fallback };
  }

  /** Begins a descent at the best of the starts. */
  function begin(state: SgdState): SgdState {
    const starts = state.round.slots.filter((slot) => slotLoss(slot) !== undefined).sort((a, b) => slotLoss(a)! - slotLoss(b)!);
    const [best] = starts;
    if (!best) return { ...state, verdict: 'failed' };
    const next = starts.reduce(expectGradient, state);
    const axes = movableAxes(env.axes, best.point, suitability(next));
    if (axes.length === 0) return { ...next, verdict: 'converged' };
    const gradient = next.source === 'told' ? reportedGradient(best.ended!, axes) : undefined;
    const iterate: Iterate = { point: best.point, x: coordinates(best.point, axes), loss: slotLoss(best)!, gradient };
    const optimizer = startOptimizer(iterate, axes, settings.noise ?? best.ended!.stderr?.[0]);
    return { ...next, iterate, optimizer, verdict: gradient ? 'told' : 'noGradient' };
  }

  function readIterate(state: SgdState, optimizer: OptimizerState): SgdState {
    const { slots } = state.round;
    const slot = slots.find(({ role }) => role === 'iterate');
    if (!slot) return readProbes(state, state.iterate!, optimizer);
    const next = expectGradient(state, slot);
    const { point } = slot;
    const x = evaluatedCoordinates(env, optimizer.centre, optimizer.axes, optimizer.x, point);
    const loss = slotLoss(slot) ?? Number.POSITIVE_INFINITY;
    if (slots.length > 1) return readProbes(next, { point, x, loss }, optimizer);
    const gradient = next.source === 'told' ? reportedGradient(slot.ended!, optimizer.axes) : undefined;
    const verdict = gradient || loss === Number.POSITIVE_INFINITY ? 'told' : 'noGradient';
    return { ...next, iterate: { point, x, loss, gradient }, verdict };
  }

  /** Adds what the trials around an iterate say about its gradient and noise. */
  function readProbes(state: SgdState, at: Iterate, before: OptimizerState): SgdState {
    const source = sourceOf(state);
    const repeats = slotLosses(state.round.slots.filter(isRepeat));
    const around = state.round.slots.filter(isProbe);
    const iterate = repeats.length > 0 ? { ...at, loss: mean(repeats) } : at;
    const loss = Number.isFinite(iterate.loss) ? iterate.loss : mean(slotLosses(around));
    const slopes = proberOf(source).read(iterate.point, loss, before.axes, around);
    if (slopes.gradient.every(Number.isNaN)) return { ...state, verdict: 'failed' };
    const updated = updateCurvature(before, slopes, probeDistances(env, before, source));
    const optimizer = repeats.length > 0 ? { ...updated, noise: Math.sqrt(variance([at.loss, ...repeats])) } : updated;
    const verdict = state.source === 'told' ? 'told' : 'measured';
    return { ...state, iterate: { ...iterate, gradient: slopes.gradient }, optimizer, verdict };
  }

  function readAverage(state: SgdState, { axes, accepted, shortSteps }: OptimizerState): SgdState {
    const slot = state.round.slots[0]!;
    const { point } = slot;
    const loss = slotLoss(slot);
    const better = loss !== undefined && loss < accepted.loss;
    const next = better ? { ...state, iterate: { ...state.iterate!, point, x: coordinates(point, axes), loss } } : state;
    return { ...next, verdict: shortSteps >= MAX_SHORT_STEPS ? 'converged' : 'averaged' };
  }

  function judge(state: SgdState): SgdState {
    const { optimizer, round } = state;
    if (!optimizer) return checkConvergence(begin(state));
    return checkConvergence(round.slots[0]!.role === 'average' ? readAverage(state, optimizer) : readIterate(state, optimizer));
  }

  const bestLoss = ({ incumbent }: SgdState): number => incumbent?.ranked.losses[0] ?? Number.POSITIVE_INFINITY;

  function checkConvergence(state: SgdState): SgdState {
    const { optimizer, verdict } = state;
    if (!optimizer || (verdict !== 'told' && verdict !== 'measured')) return state;
    const { shortSteps, steps, averagedAt } = optimizer;
    if (verdict === 'told' && state.started <= settings.restarts && isWorthLeaving(optimizer, state.iterate!, bestLoss(state)))
      return { ...state, verdict: 'converged' };
    const noisy = verdict === 'measured' && noiseLevel(optimizer) > 0;
    if (shortSteps >= MAX_SHORT_STEPS) return { ...state, verdict: noisy ? 'averageDue' : 'converged' };
    return noisy && steps > averagedAt && steps % AVERAGE_EVERY === 0 ? { ...state, verdict: 'averageDue' } : state;
  }

  const empty: SgdState = {
    started: 0,
    round: { number: 0, slots: [] },
    source: settings.gradient,
    told: false,
  };
  const restart = ({ optimizer: _, iterate: __, ...rest }: SgdState): SgdState =>
    openRound({ ...rest, started: rest.started + 1 }, startSlots(rest.started + 1));

  function probe(state: SgdState): SgdState {
    const { point, x } = state.iterate!;
    const optimizer = { ...state.optimizer!, centre: point, x };
    const repeats = optimizer.noise === undefined ? REPEATS.map((role) => ({ role, point })) : [];
    return openRound({ ...state, optimizer }, [...repeats, ...probes(state, optimizer, point)]);
  }

  function step(state: SgdState): SgdState {
    const limits = state.source === 'told' && settings.rule === 'adam';
    const secants = limits ? updateSecants(state.optimizer!.secants, state.iterate!) : undefined;
    const stepped = takeStep({ ...state.optimizer!, secants }, state.iterate!, settings);
    const { axes, accepted } = stepped;
    const centre = farthestFeasible(env, accepted.point, withCoordinates(accepted.point, axes, stepped.x));
    const optimizer = { ...stepped, centre, x: evaluatedCoordinates(env, centre, axes, stepped.x, env.snap(centre)) };
    const iterate: Slot = { role: 'iterate', point: centre };
    return openRound({ ...state, optimizer }, state.source === 'told' ? [iterate] : [iterate, ...probes(state, optimizer, centre)]);
  }

  function tryAverage(state: SgdState): SgdState {
    const optimizer = { ...state.optimizer!, averagedAt: state.optimizer!.steps };
    const { accepted, axes, average } = optimizer;
    const point = farthestFeasible(env, accepted.point, withCoordinates(accepted.point, axes, average));
    return openRound({ ...state, optimizer }, [{ role: 'average', point }]);
  }

  const next = {
    failed: restart,
    converged: restart,
    noGradient: probe,
    told: step,
    measured: step,
    averaged: step,
    averageDue: tryAverage,
  };
  const { tell, answer } = descentIn<SgdState>(env, settings, { judge, next, propose });
  return {
    start: restart(empty),
    tell,
    verdict: ({ verdict }) => verdict,
    answers: { starting: answer, stepping: answer, probing: answer, averaging: answer, restarting: answer },
  };
}
