import type { Ask, Ended, Env, Suggested, Tags } from '../../messages.ts';
import { stateTag } from '../../messages.ts';
import { rngFor } from '../../numeric/random.ts';
import { oneOf, wholeFrom } from '../../schema/optionRules.ts';
import { optional, type SettingsOf } from '../../schema/optionSet.ts';
import { type Axis, draw, type Point } from '../../space/axis.ts';
import type { ProposedPoint } from '../sequence.ts';
import { type Incumbent, updateIncumbent } from './incumbent.ts';
import { hop, keepImmovable, type StartSequence, shortened, startPoints } from './movableAxes.ts';
import { assignTrial, isComplete, nextSlot, type Round, recordEnd, type Slot, slotState } from './round.ts';

/** Where descents begin, and how many there are. */
export const descentOptions = {
  /** Where the first descent begins: at a `sobol` point, or at the `incumbent`, the best trial in the log. Default: `sobol`. */
  start: optional(oneOf('sobol', 'incumbent'), 'sobol'),
  /**
   * How many descents run at the same time. The worse half of them is stopped from time to time. Default: one per slot of the study, at most 8;
   * but 1 if the trials around one point of `sgd` fill the slots.
   */
  starts: optional(wholeFrom(1)),
  /** How often a converged descent restarts, from the best trial with some other values; after that, it hands asks on. Default: without limit. */
  restarts: optional(wholeFrom(0), Number.POSITIVE_INFINITY),
};

/** The most descents that run at the same time by default. */
const MOST_STARTS = 8;

/** The default of `starts`: one descent for each parallel trial. */
export const startsFor = (parallel: number): number => Math.min(MOST_STARTS, parallel);

export interface DescentSettings extends SettingsOf<typeof descentOptions> {
  readonly sequence: StartSequence;
}

/**
 * The state of every descent, for any method.
 *
 * @typeParam V what the results of a round mean. All methods use `failed` (no result), `noGradient` (a loss without a gradient), `converged`, and
 * `finished` (the last descent has converged).
 */
export interface DescentState<V extends string = string> {
  /** The verdict on the current round; `open` while results are missing. */
  readonly verdict: V | 'open';
  readonly incumbent?: Incumbent | undefined;
  /** How many descents have started. */
  readonly started: number;
  readonly round: Round;
}

/** A descent without its phases: rounds of trials, each planned from the results of the one before. */
export interface Descent<S extends DescentState> {
  readonly start: S;
  /** The state after a fact about a trial of any strategy. */
  fold(state: S, fact: Suggested | Ended): S;
  /** The state with the round that the verdict calls for. */
  next(state: S): S;
  /** The answer to an ask, if the round has an open slot. */
  propose(state: S, ask: Ask): ProposedPoint;
}

/** The state with a new round. */
export const openRound = <S extends DescentState>(state: S, slots: readonly Slot[]): S => ({
  ...state,
  verdict: 'open',
  round: { number: state.round.number + 1, slots },
});

/**
 * The fold of a descent.
 *
 * @param judge adds the verdict on a complete round
 */
export const descentFold =
  <S extends DescentState>({ name }: Env, { restarts }: DescentSettings, judge: (state: S) => S) =>
  (state: S, fact: Suggested | Ended): S => {
    const next = fact.type === 'ended' ? { ...state, incumbent: updateIncumbent(state.incumbent, fact) } : state;
    if (fact.by !== name) return next;
    const round = fact.type === 'suggested' ? assignTrial(state.round, fact) : recordEnd(state.round, fact);
    return next.verdict === 'open' && isComplete(round) ? finishIfLast(judge({ ...next, round }), restarts) : { ...next, round };
  };

const finishIfLast = <S extends DescentState>(state: S, restarts: number): S =>
  (state.verdict === 'converged' || state.verdict === 'failed') && state.started > restarts ? { ...state, verdict: 'finished' } : state;

/**
 * The points of the first round of each descent. The first descent begins at points of the sequence, later ones hop from the best trial.
 *
 * @param count how many trials such a round has
 */
export function startPoint(
  env: Env,
  { sequence, start }: DescentSettings,
  count: number,
): (state: DescentState, ask: Ask, isSuitable: (axis: Axis) => boolean) => Point {
  const pointAt = startPoints(env, sequence);
  return ({ incumbent, started, round }, { id, retry = 0 }, isSuitable) => {
    if (retry > 0) return draw(env.axes, rngFor(env.seed, env.name, id, retry));
    if (started === 1 && sequence.index === 0 && start === 'incumbent' && incumbent) return incumbent.point;
    const n = (started - 1) * count + 1 + round.slots.indexOf(nextSlot(round)!);
    const elsewhere = keepImmovable(env, incumbent, pointAt(n), isSuitable);
    return started > 1 && incumbent ? hop(env, incumbent, elsewhere, isSuitable, rngFor(env.seed, `${env.name}/hop`, n)) : elsewhere;
  };
}

/**
 * Proposes the next slot of the round. Each retry moves the point closer to the centre, which is feasible.
 *
 * @param centre undefined in the first round of a descent
 */
export function proposeSlot(
  env: Env,
  { round, started }: DescentState,
  ask: Ask,
  at: Point,
  centre: Point | undefined,
  tags: Tags,
): ProposedPoint {
  const { role } = nextSlot(round)!;
  const point = env.snap(centre ? shortened(centre, at, ask.retry ?? 0) : at);
  const state = stateTag(env.name, slotState(round, role));
  return { point, tags: { start: String(started), round: String(round.number), role, ...tags, ...state } };
}
