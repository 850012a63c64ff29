import { rngFor } from '../../numeric/random.ts';
import { notNegative, oneOf, wholeFrom } from '../../schema/optionRules.ts';
import { optional, type SettingsOf } from '../../schema/optionSet.ts';
import { type Axis, draw, type Point } from '../../space/axis.ts';
import type { Fold } from '../../strategy/core.ts';
import type { Env } from '../../strategy/env.ts';
import type { Answer, Ask, Tags } from '../../strategy/messages.ts';
import { propose, stateTag, wait } from '../../strategy/messages.ts';
import { estimatedGradient, probesAround } from './differences.ts';
import { type Incumbent, updateIncumbent } from './incumbent.ts';
import { evaluatedCoordinates, type Iterate, type IterateWithGradient, missingGradient, reportedGradient } from './iterate.ts';
import {
  coordinates,
  hop,
  keepImmovable,
  movableAxes,
  type StartSequence,
  shortened,
  startPoints,
  withCoordinates,
} from './movableAxes.ts';
import { assignTrial, isComplete, nextSlot, type Round, recordEnd, type Slot, slotLoss, slotState } from './round.ts';

/** Where descents begin, how often, and where their gradients come from. */
export const descentOptions = {
  /** Where the first descent begins: at a `sobol` point, or at the `incumbent`, the best trial in the log. Default: `sobol`. */
  start: optional(oneOf('sobol', 'incumbent'), 'sobol'),
  /** How often a converged descent restarts, from the best trial with some other values; after that, it hands asks on. Default: without limit. */
  restarts: optional(wholeFrom(0), Number.POSITIVE_INFINITY),
  /** Where gradients come from: `told` by the trainer, which completes a trial with `gradient`, or estimated by `differences`. Default: `told`. */
  gradient: optional(oneOf('told', 'differences'), 'told'),
  /**
   * What to do if a result lacks the gradient that the trainer should tell: estimate it by `differences` around the point, or `refuse` the result
   * with a StrategyError. A missing gradient never counts as zero. Default: `differences`.
   */
  missing: optional(oneOf('differences', 'refuse'), 'differences'),
  /** The standard deviation of the loss at one point, if trainers do not tell it (`stderr`). A step may be a few times that worse. Default: 0. */
  noise: optional(notNegative, 0),
};

/** What the results of a round mean to any method. `downhill`: the gradient is known. `overshot`: the step was too long, or its trial failed. */
export type DescentVerdict = 'failed' | 'noGradient' | 'downhill' | 'overshot' | 'converged' | 'finished';

/**
 * The state of every descent.
 *
 * @typeParam V further verdicts of a method
 */
export interface DescentState<V extends string = never> {
  /** The verdict on the round before this one, or on this one once it is complete; absent before the first. */
  readonly verdict?: DescentVerdict | V | undefined;
  readonly incumbent?: Incumbent | undefined;
  /** How many descents have started. */
  readonly started: number;
  readonly round: Round;
  /** The axes along which it moves; none before a start has a result. */
  readonly axes: readonly number[];
  /** The last accepted iterate whose gradient is known. */
  readonly iterate?: IterateWithGradient;
  /** The accepted iterate whose gradient is being estimated. */
  readonly probed?: Iterate | undefined;
  /** The coordinates to which the step leads that is being tried. */
  readonly aim?: Float64Array;
  /** How many steps in a row gained so little that the descent will hardly reach the incumbent. */
  readonly hopeless: number;
}

/** How a method chooses its steps. */
interface Method<S extends DescentState<V>, V extends string> {
  /** The state in which a descent begins, besides what all descents share. */
  readonly start: Omit<S, keyof DescentState>;
  /** At how many points a descent begins. It continues from the best of them. */
  readonly starts: number;
  /** The axes that it can move. */
  isSuitable(axis: Axis): boolean;
  /** How far from a point differences are taken. @param noise the standard deviation of the loss */
  probeDistance(axis: Axis, noise: number): number;
  /** Whether the loss after a step is low enough. */
  accepts(state: S, loss: number): boolean;
  /** The state after a step that was not accepted, with a verdict. @param loss infinite if the trial failed */
  reject(state: S, loss: number): S;
  /** The state after an accepted iterate, with a verdict. @param last the one before it, if it is not the first */
  follow(state: S, iterate: IterateWithGradient, last: IterateWithGradient | undefined): S;
  /** The round that each of its verdicts calls for. */
  readonly next: Readonly<Record<'downhill' | 'overshot' | V, (state: S) => S>>;
  /** Tags of its suggestions. */
  tags(state: S, ask: Ask): Tags;
}

export interface DescentSettings extends SettingsOf<typeof descentOptions> {
  readonly sequence: StartSequence;
}

/** A descent is given up after this many steps in a row with a gain of which even `STEPS_AHEAD` times as much would not reach the incumbent. */
const MAX_HOPELESS = 2;
const STEPS_AHEAD = 10;

/** The standard deviation of the loss at the point of the round. */
export const noiseOf = ({ round }: Pick<DescentState, 'round'>, { noise }: DescentSettings): number =>
  round.slots[0]?.ended?.stderr?.[0] ?? noise;

/** The state with a new round. */
const openRound = <S extends Pick<DescentState, 'round'>>(state: S, slots: readonly Slot[]): S => ({
  ...state,
  round: { number: state.round.number + 1, slots },
});

/** The state with a round of one trial, a step to `aim`. If that is not feasible, the retries of its ask shorten the step. */
export const openStep = <S extends DescentState<V>, V extends string>(state: S, role: string, aim: Float64Array): S =>
  openRound({ ...state, aim }, [{ role, point: withCoordinates(state.iterate!.point, state.axes, aim) }]);

/**
 * A descent in rounds. A round evaluates starts, a step, or the points around an accepted iterate whose gradient the trainer did not tell. An ask gets
 * the next trial of the round, or waits for its results.
 */
export function descentIn<S extends DescentState<V>, V extends string>(
  env: Env,
  settings: DescentSettings,
  method: Method<S, V>,
): { readonly start: S; readonly tell: Fold<S>['tell']; readonly answer: (state: S, ask: Ask) => Answer } {
  const startAt = startPoint(env, settings, method);

  function begin(state: S): S {
    const [best] = state.round.slots.filter((slot) => slotLoss(slot) !== undefined).sort((a, b) => slotLoss(a)! - slotLoss(b)!);
    if (!best) return { ...state, verdict: 'failed' };
    const axes = movableAxes(env.axes, best.point, method.isSuitable);
    if (axes.length === 0) return { ...state, verdict: 'converged' };
    return accept({ ...state, axes }, best, coordinates(best.point, axes));
  }

  function endStep(state: S): S {
    const [slot] = state.round.slots;
    const loss = slotLoss(slot!) ?? Number.POSITIVE_INFINITY;
    if (loss === Number.POSITIVE_INFINITY || !method.accepts(state, loss)) return method.reject(state, loss);
    return accept(state, slot!, evaluatedCoordinates(env, state.iterate!.point, state.axes, state.aim!, slot!.point));
  }

  function accept(state: S, slot: Slot, x: Float64Array): S {
    const iterate: Iterate = { point: slot.point, x, loss: slotLoss(slot)! };
    const gradient = settings.gradient === 'told' ? reportedGradient(slot.ended!, state.axes) : undefined;
    if (gradient) return continueFrom(state, { ...iterate, gradient });
    if (settings.gradient === 'told' && settings.missing === 'refuse') throw missingGradient(env, slot.ended!);
    return { ...state, probed: iterate, verdict: 'noGradient' };
  }

  function endProbes({ probed, ...state }: S): S {
    const gradient = estimatedGradient(probed!, state.axes, state.round.slots);
    return gradient.every(Number.isNaN) ? ({ ...state, verdict: 'failed' } as S) : continueFrom(state as S, { ...probed!, gradient });
  }

  function continueFrom(state: S, iterate: IterateWithGradient): S {
    const { iterate: last, incumbent } = state;
    const gain = last ? last.loss - iterate.loss : Number.POSITIVE_INFINITY;
    const lead = incumbent ? iterate.loss - incumbent.ranked.losses[0]! : 0;
    const isHopeless = noiseOf(state, settings) === 0 && lead > STEPS_AHEAD * gain; // with noise, neither is known well enough
    const hopeless = isHopeless ? state.hopeless + 1 : 0;
    const next = method.follow({ ...state, iterate, hopeless }, iterate, last);
    return hopeless >= MAX_HOPELESS ? { ...next, verdict: 'converged' } : next;
  }

  function judge(state: S): S {
    const judged = !state.iterate && !state.probed ? begin(state) : state.probed ? endProbes(state) : endStep(state);
    const ended = judged.verdict === 'converged' || judged.verdict === 'failed';
    return ended && judged.started > settings.restarts ? { ...judged, verdict: 'finished' } : judged;
  }

  const startRoles = (started: number): readonly string[] =>
    method.starts === 1 || (started === 1 && settings.start === 'incumbent')
      ? ['start']
      : Array.from({ length: method.starts }, (_, i) => `start${i + 1}`);

  function restart({ verdict, incumbent, started, round }: Pick<S, 'verdict' | 'incumbent' | 'started' | 'round'>): S {
    const state = { ...method.start, verdict, incumbent, started: started + 1, round, axes: [], hopeless: 0 } as unknown as S;
    return openRound(
      state,
      startRoles(started + 1).map((role) => ({ role, point: [] })),
    );
  }

  function probe(state: S): S {
    const distances = state.axes.map((axis) => method.probeDistance(env.axes[axis]!, noiseOf(state, settings)));
    return openRound(state, probesAround(state.probed!.point, state.axes, distances));
  }

  function next(state: S): S {
    const { verdict } = state;
    if (verdict === 'finished') return state;
    if (verdict === 'failed' || verdict === 'converged') return restart(state);
    return verdict === 'noGradient' ? probe(state) : method.next[verdict as 'downhill'](state);
  }

  return {
    start: restart({ verdict: undefined, incumbent: undefined, started: 0, round: { number: 0, slots: [] } }),
    tell(before, fact) {
      if (fact.type === 'reported') return before;
      const state = fact.type === 'ended' ? { ...before, incumbent: updateIncumbent(before.incumbent, fact) } : before;
      if (fact.by !== env.name) return state;
      const round = fact.type === 'suggested' ? assignTrial(state.round, fact) : recordEnd(state.round, fact);
      return state.verdict === 'finished' || !isComplete(round) ? { ...state, round } : next(judge({ ...state, round }));
    },
    answer(state, ask) {
      const slot = nextSlot(state.round);
      if (slot === undefined) return wait(ask, env.name);
      const { iterate, probed = iterate, round, started } = state;
      // Each retry moves the point closer to the iterate, which is feasible.
      const at = probed ? shortened(probed.point, slot.point, ask.retry ?? 0) : startAt(state, ask);
      const tags = { start: String(started), round: String(round.number), role: slot.role, ...method.tags(state, ask) };
      return propose(ask, env.name, env.snap(at), { ...tags, ...stateTag(env.name, slotState(round, slot.role)) });
    },
  };
}

/** The points of the first round of each descent. The first descent begins at points of the sequence, later ones hop from the best trial. */
function startPoint(
  env: Env,
  { sequence, start }: DescentSettings,
  { starts, isSuitable }: Pick<Method<DescentState, never>, 'starts' | 'isSuitable'>,
): (state: Pick<DescentState, 'incumbent' | 'started' | 'round'>, ask: Ask) => Point {
  const pointAt = startPoints(env, sequence);
  return ({ incumbent, started, round }, { id, retry = 0 }) => {
    if (retry > 0) return draw(env.axes, rngFor(env.seed, env.name, id, retry));
    if (started === 1 && sequence.index === 0 && start === 'incumbent' && incumbent) return incumbent.point;
    const n = (started - 1) * starts + 1 + round.slots.indexOf(nextSlot(round)!);
    const elsewhere = keepImmovable(env, incumbent, pointAt(n), isSuitable);
    return started > 1 && incumbent ? hop(env, incumbent, elsewhere, isSuitable, rngFor(env.seed, `${env.name}/hop`, n)) : elsewhere;
  };
}
