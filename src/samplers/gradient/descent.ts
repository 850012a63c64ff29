import type { Ask, Ended, Env, Suggested, Tags } from '../../messages.ts';
import { rngFor } from '../../numeric/random.ts';
import { oneOf, wholeFrom } from '../../optionRules.ts';
import { optional, type SettingsOf } from '../../optionSet.ts';
import { type Axis, draw, type Point } from '../../space/axis.ts';
import { stateTag } from '../../tags.ts';
import type { ProposedPoint } from '../sequence.ts';
import { type Incumbent, updateIncumbent } from './incumbent.ts';
import { holding, type Lane, nearer, startsOf } from './movableAxes.ts';
import { issue, type Round, receive, type Slot, settled, slotName, wanted } from './round.ts';

/** Where descents begin, and how many there are. */
export const descentOptions = {
  /** Where the first descent begins: at a `sobol` point, or at the `incumbent`, the best trial in the log. Default: `sobol`. */
  start: optional(oneOf('sobol', 'incumbent'), 'sobol'),
  /**
   * How many descents run at the same time. The worse half of them is stopped from time to time. Default: one per slot of the study, at most 8;
   * but 1 if the trials around one point of `sgd` fill the slots.
   */
  starts: optional(wholeFrom(1)),
  /** How often a converged descent restarts elsewhere; after that, asks are passed on. Default: without limit. */
  restarts: optional(wholeFrom(0), Number.POSITIVE_INFINITY),
};

export interface DescentSettings extends SettingsOf<typeof descentOptions> {
  readonly lane: Lane;
}

/**
 * What every descent keeps, whatever its method.
 *
 * @typeParam V what the results of a round may mean. Some verdicts are of all methods. `lost`: nothing is known. `bare`: the loss is, its
 * gradient is not. `still`: the descent has converged. `over`: it was the last one.
 */
export interface DescentState<V extends string = string> {
  /** Of the round that runs; `open` until all its results are there. */
  readonly verdict: V | 'open';
  readonly incumbent?: Incumbent | undefined;
  /** How many descents were begun. */
  readonly start: number;
  /** The trials whose results come next. */
  readonly round: Round;
}

/** The numeric core of a descent: rounds of trials, each made from the results of the one before it. */
export interface Descent<S extends DescentState> {
  readonly start: S;
  /** The state after a fact about anybody's trial. */
  fold(state: S, fact: Suggested | Ended): S;
  /** The state with the round that its verdict asks for. */
  next(state: S): S;
  /** The answer to an ask while the round has a trial left. */
  propose(state: S, ask: Ask): ProposedPoint;
}

/** The state with a new round. */
export const opening = <S extends DescentState>(state: S, slots: readonly Slot[]): S => ({
  ...state,
  verdict: 'open',
  round: { number: state.round.number + 1, slots },
});

/**
 * The fold of a descent.
 *
 * @param read what the results of a whole round come to
 */
export const foldBy =
  <S extends DescentState>({ name }: Env, { restarts }: DescentSettings, read: (state: S) => S) =>
  (state: S, fact: Suggested | Ended): S => {
    const next = fact.type === 'ended' ? { ...state, incumbent: updateIncumbent(state.incumbent, fact) } : state;
    if (fact.by !== name) return next;
    const round = fact.type === 'suggested' ? issue(state.round, fact) : receive(state.round, fact);
    return next.verdict === 'open' && settled(round) ? last(read({ ...next, round }), restarts) : { ...next, round };
  };

/** A descent that has ended is the last one where no restart is left. */
const last = <S extends DescentState>(state: S, restarts: number): S =>
  (state.verdict === 'still' || state.verdict === 'lost') && state.start > restarts ? { ...state, verdict: 'over' } : state;

/**
 * Where a trial of a first round goes.
 *
 * @param count how many trials such a round has
 */
export function startPoint(
  env: Env,
  { lane, start: from }: DescentSettings,
  count: number,
): (state: DescentState, ask: Ask, suits: (axis: Axis) => boolean) => Point {
  const starts = startsOf(env, lane);
  return ({ incumbent, start, round }, { id, retry = 0 }, suits) => {
    if (retry > 0) return draw(env.axes, rngFor(env.seed, env.name, id, retry));
    if (start === 1 && lane.index === 0 && from === 'incumbent' && incumbent) return incumbent.point;
    return holding(env, incumbent, starts((start - 1) * count + 1 + round.slots.indexOf(wanted(round)!)), suits);
  };
}

/**
 * The next trial of the round; a retry pulls it to the centre, which is known to be feasible. Its tags say what it is for.
 *
 * @param centre absent at the start, whose trials lie nowhere but there
 */
export function handedOut(
  env: Env,
  { round, start }: DescentState,
  ask: Ask,
  at: Point,
  centre: Point | undefined,
  tags: Tags,
): ProposedPoint {
  const { role } = wanted(round)!;
  const point = env.snap(centre ? nearer(centre, at, ask.retry ?? 0) : at);
  return {
    point,
    tags: { start: String(start), round: String(round.number), role, ...tags, ...stateTag(env.name, slotName(round, role)) },
  };
}
