import { rngFor } from '../../numeric/random.ts';
import { oneOf, wholeFrom } from '../../schema/optionRules.ts';
import { optional, type SettingsOf } from '../../schema/optionSet.ts';
import { type Axis, draw, type Point } from '../../space/axis.ts';
import type { Fold } from '../../strategy/core.ts';
import type { Env } from '../../strategy/env.ts';
import type { Answer, Ask, Tags } from '../../strategy/messages.ts';
import { propose, stateTag, wait } from '../../strategy/messages.ts';
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
  /** The verdict on the round before this one, or on this one once it is complete; absent before the first. */
  readonly verdict?: V | undefined;
  readonly incumbent?: Incumbent | undefined;
  /** How many descents have started. */
  readonly started: number;
  readonly round: Round;
}

/** The state with a new round. */
export const openRound = <S extends DescentState>(state: S, slots: readonly Slot[]): S => ({
  ...state,
  round: { number: state.round.number + 1, slots },
});

/** How a descent decides, besides where it begins. */
interface Rounds<S extends DescentState> {
  /** Adds the verdict on a complete round. */
  judge(state: S): S;
  /** The state with the round that each verdict calls for. */
  readonly next: Readonly<Record<Exclude<NonNullable<S['verdict']>, 'finished'>, (state: S) => S>>;
  /** The answer to an ask for the next trial of the round. */
  propose(state: S, ask: Ask): ProposedPoint;
}

/** The parts of a descent that all methods share: in each phase, an ask gets the next trial of the round, or waits for its results. */
export function descentIn<S extends DescentState>(
  { name }: Env,
  { restarts }: DescentSettings,
  { judge, next, propose: choose }: Rounds<S>,
): { readonly tell: Fold<S>['tell']; readonly answer: (state: S, ask: Ask) => Answer } {
  const begin = (state: S): S => (state.verdict === 'finished' ? state : next[state.verdict as keyof typeof next](state));
  return {
    tell(before, fact) {
      if (fact.type === 'reported') return before;
      const state = fact.type === 'ended' ? { ...before, incumbent: updateIncumbent(before.incumbent, fact) } : before;
      if (fact.by !== name) return state;
      const round = fact.type === 'suggested' ? assignTrial(state.round, fact) : recordEnd(state.round, fact);
      if (state.verdict === 'finished' || !isComplete(round)) return { ...state, round };
      return begin(finishIfLast(judge({ ...state, round }), restarts));
    },
    answer(state, ask) {
      if (nextSlot(state.round) === undefined) return wait(ask, name);
      const { point, tags } = choose(state, ask);
      return propose(ask, name, point, tags);
    },
  };
}

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
