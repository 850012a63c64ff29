import type { Ask, Env } from '../../messages.ts';
import { rngFor } from '../../numeric/random.ts';
import { bool, fraction, notNegative, oneOf, wholeFrom } from '../../optionRules.ts';
import { optional, type SettingsOf } from '../../optionSet.ts';
import type { Point } from '../../space/axis.ts';
import type { ProposedPoint } from '../sequence.ts';
import {
  type Descent,
  type DescentSettings,
  type DescentState,
  descentOptions,
  foldBy,
  handedOut,
  opening,
  startPoint,
} from './descent.ts';
import { type Course, courseFrom, lookingAt, noiseOf, type Source, stepped, stepsAround } from './descentState.ts';
import { coordinatesRun, deviation, lossesOf, mean, type Place, toldGradient, unkept } from './iterate.ts';
import { coordinates, isOrdered, isSmooth, movable, moved, reachable } from './movableAxes.ts';
import { differences, type Prober, perturbations } from './probes.ts';
import { lossOf, type Slot, wanted } from './round.ts';

/** Stochastic gradient descent, in numbers. */
export const sgdOptions = {
  ...descentOptions,
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
   * How many Sobol points each descent tries before it begins at the best of them. Default: 1 if gradients are told; otherwise 4, or the square
   * root of the number of trials if that is known and larger.
   */
  scouts: optional(wholeFrom(1)),
  /** How a gradient becomes a step: `plain`, `momentum` (0.9; Polyak 1964) or `adam` (Kingma & Ba 2015). Default: `adam`. */
  rule: optional(oneOf('plain', 'momentum', 'adam'), 'adam'),
  /** The longest first step along any parameter, as a fraction of its range. Default: 0.1; for `adam` with `spsa`, 0.07. */
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

export interface SgdSettings extends SettingsOf<typeof sgdOptions>, DescentSettings {
  readonly scouts: number;
  readonly directions: number;
  readonly rate: number;
  /** How many steps the decay is planned for. */
  readonly steps: number;
}

/**
 * What the results of a round mean. `told`, `measured`: the gradient is known, by the trainer or by probes. `due`: it is time to try the
 * average. `averaged`: that was done.
 */
export type SgdVerdict = 'lost' | 'bare' | 'told' | 'measured' | 'due' | 'averaged' | 'still' | 'over';

export interface SgdState extends DescentState<SgdVerdict> {
  readonly source: Source;
  /** Whether any trainer has told a gradient. */
  readonly told: boolean;
  /** What the results of the last round say of the point that it was about. */
  readonly place?: Place;
  readonly course?: Course;
}

/** Where noise is to be measured, the point where probing begins is tried again. */
const AGAIN = ['again1', 'again2'];
const isAgain = ({ role }: Slot) => AGAIN.includes(role);
const isProbe = (slot: Slot) => slot.role !== 'iterate' && !isAgain(slot);
/** After how many steps the average of a noisy descent is tried. */
const AVERAGE_EVERY = 10;
/** After how many steps in a row that are shorter than the tolerance a descent is over. */
const PATIENCE = 3;

export function stochasticDescent(env: Env, settings: SgdSettings): Descent<SgdState> {
  const startAt = startPoint(env, settings, settings.scouts);
  const proberOf = (source: Source): Prober => (source === 'differences' ? differences : perturbations(settings.directions));
  const suits = ({ source }: SgdState) => (source === 'told' ? isSmooth : isOrdered);
  const rng = ({ round }: SgdState) => rngFor(env.seed, `${env.name}/direction`, round.number + 1);
  /** Where slopes come from when they must be measured; where results without one are refused, they never must. */
  const fallback: Source = settings.missing === 'refuse' ? 'spsa' : settings.missing;
  const sourceOf = ({ source }: SgdState): Source => (source === 'told' ? fallback : source);
  const probes = (state: SgdState, course: Course, centre: Point): Slot[] =>
    proberOf(sourceOf(state)).plan(centre, course.moving, stepsAround(env, course, sourceOf(state)), rng(state));

  /** Several points are looked at, and the best is where the descent begins; the incumbent has been looked at. */
  function startSlots(start: number): Slot[] {
    const count = start === 1 && settings.start === 'incumbent' ? 1 : settings.scouts;
    return Array.from({ length: count }, (_, i) => ({ role: `start${i + 1}`, point: [] }));
  }

  function propose(state: SgdState, ask: Ask): ProposedPoint {
    const { course, round, source } = state;
    const at = course ? wanted(round)!.point : startAt(state, ask, suits(state));
    return handedOut(env, state, ask, at, course?.centre, source === 'told' ? {} : { seed: seedOf(state, ask) });
  }

  /** Trials that are compared share it; those that measure noise do not. */
  const seedOf = ({ course, round }: SgdState, { id }: Ask) => String(course && !isAgain(wanted(round)!) ? round.number : id);

  /** Holds a trainer to its promise of gradients, or goes on without. */
  function promised(state: SgdState, { ended }: Slot): SgdState {
    const { source, told } = state;
    if (source !== 'told' || ended?.outcome !== 'completed') return state;
    if (ended.gradient) return told ? state : { ...state, told: true };
    if (settings.missing === 'refuse') throw unkept(env, ended);
    return told ? state : { ...state, source: fallback };
  }

  /** The best start is known: a descent begins, unless nothing can move. */
  function begun(state: SgdState): SgdState {
    const [best] = state.round.slots.filter((slot) => lossOf(slot) !== undefined).sort((a, b) => lossOf(a)! - lossOf(b)!);
    if (!best) return { ...state, verdict: 'lost' };
    const next = promised(state, best);
    const moving = movable(env.axes, best.point, suits(next));
    if (moving.length === 0) return { ...next, verdict: 'still' };
    const gradient = next.source === 'told' ? toldGradient(best.ended!, moving) : undefined;
    const place: Place = { point: best.point, x: coordinates(best.point, moving), loss: lossOf(best)!, ...(gradient && { gradient }) };
    const course = courseFrom(place, moving, settings.noise ?? best.ended!.stderr?.[0]);
    return { ...next, place, course, verdict: gradient ? 'told' : 'bare' };
  }

  /** What the trial of an iterate says. */
  function read(state: SgdState, course: Course): SgdState {
    const { slots } = state.round;
    const iterate = slots.find(({ role }) => role === 'iterate');
    if (!iterate) return surveyed(state, state.place!, course);
    const next = promised(state, iterate);
    const { point } = iterate;
    const x = coordinatesRun(env, course.centre, course.moving, course.x, point);
    const loss = lossOf(iterate) ?? Number.POSITIVE_INFINITY;
    if (slots.length > 1) return surveyed(next, { point, x, loss }, course);
    const gradient = next.source === 'told' ? toldGradient(iterate.ended!, course.moving) : undefined;
    const verdict = gradient || loss === Number.POSITIVE_INFINITY ? 'told' : 'bare';
    return { ...next, place: { point, x, loss, ...(gradient && { gradient }) }, verdict };
  }

  /** What the trials around a place say of it. */
  function surveyed(state: SgdState, at: Place, before: Course): SgdState {
    const source = sourceOf(state);
    const [again, around] = [isAgain, isProbe].map((is) => state.round.slots.filter(is)) as [Slot[], Slot[]];
    const losses = lossesOf(again);
    const place = losses.length > 0 ? { ...at, loss: mean(losses) } : at;
    const here = Number.isFinite(place.loss) ? place.loss : mean(lossesOf(around));
    const slopes = proberOf(source).read(place.point, here, before.moving, around);
    if (slopes.gradient.every(Number.isNaN)) return { ...state, verdict: 'lost' };
    const seen = lookingAt(before, slopes, stepsAround(env, before, source));
    const course = losses.length > 0 ? { ...seen, noise: deviation([at.loss, ...losses]) } : seen;
    return { ...state, place: { ...place, gradient: slopes.gradient }, course, verdict: state.source === 'told' ? 'told' : 'measured' };
  }

  function judged(state: SgdState): SgdState {
    const { course, round } = state;
    return finished(course ? (round.slots[0]!.role === 'average' ? averaged(state, course) : read(state, course)) : begun(state));
  }

  function averaged(state: SgdState, course: Course): SgdState {
    const [slot] = state.round.slots;
    const [loss] = lossesOf([slot!]);
    const better = loss !== undefined && loss < course.accepted.loss;
    const place = { ...state.place!, point: slot!.point, x: coordinates(slot!.point, course.moving), loss: loss! };
    return { ...state, verdict: course.still >= PATIENCE ? 'still' : 'averaged', ...(better && { place }) };
  }

  function finished(state: SgdState): SgdState {
    const { course, verdict } = state;
    if (!course || (verdict !== 'told' && verdict !== 'measured')) return state;
    const noisy = verdict === 'measured' && noiseOf(course) > 0;
    if (course.still >= PATIENCE) return { ...state, verdict: noisy ? 'due' : 'still' };
    return noisy && course.steps > course.averagedAt && course.steps % AVERAGE_EVERY === 0 ? { ...state, verdict: 'due' } : state;
  }

  const empty: SgdState = {
    verdict: 'open',
    start: 0,
    round: { number: 0, slots: [] },
    source: settings.gradient,
    told: false,
  };
  const restart = (state: SgdState): SgdState => {
    const { course: _, place: __, ...rest } = state;
    return opening({ ...rest, start: state.start + 1 }, startSlots(state.start + 1));
  };

  function probe(state: SgdState): SgdState {
    const { point, x } = state.place!;
    const course = { ...state.course!, centre: point, x };
    const again = course.noise === undefined ? AGAIN.map((role) => ({ role, point })) : [];
    return opening({ ...state, course }, [...again, ...probes(state, course, point)]);
  }

  function step(state: SgdState): SgdState {
    const course = stepped(state.course!, state.place!, settings);
    const goal = moved(course.accepted.point, course.moving, course.x);
    const centre = reachable(env, course.accepted.point, goal);
    const next = { ...course, centre, x: coordinatesRun(env, centre, course.moving, course.x, env.snap(centre)) };
    const iterate: Slot = { role: 'iterate', point: centre };
    return opening({ ...state, course: next }, state.source === 'told' ? [iterate] : [iterate, ...probes(state, next, centre)]);
  }

  function average(state: SgdState): SgdState {
    const course = { ...state.course!, averagedAt: state.course!.steps };
    const goal = moved(course.accepted.point, course.moving, course.average);
    return opening({ ...state, course }, [{ role: 'average', point: reachable(env, course.accepted.point, goal) }]);
  }

  const asIs = (state: SgdState): SgdState => state;
  const next = {
    lost: restart,
    still: restart,
    bare: probe,
    told: step,
    measured: step,
    averaged: step,
    due: average,
    open: asIs,
    over: asIs,
  };
  return {
    start: restart(empty),
    fold: foldBy(env, settings, judged),
    next: (state) => next[state.verdict](state),
    propose,
  };
}
