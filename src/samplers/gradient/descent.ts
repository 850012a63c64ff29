import type { Ask, Ended, Env, Suggested, Tags } from '../../messages.ts';
import { rngFor } from '../../numeric/random.ts';
import { type Axis, draw, type Point } from '../../space/axis.ts';
import type { Draw } from '../sequence.ts';
import { holding, type Lane, nearer, startsOf } from './ground.ts';
import { better, type Incumbent } from './incumbent.ts';
import { issue, type Round, receive, type Slot, wanted } from './round.ts';

/** Where descents begin, and how often. */
export interface Beginning {
  readonly lane: Lane;
  readonly start: 'sobol' | 'incumbent';
  readonly restarts: number;
}

/** What every descent keeps, whatever its method. */
export interface Descent {
  readonly incumbent?: Incumbent | undefined;
  /** How many descents were begun. */
  readonly start: number;
  /** The trials whose results come next. */
  readonly round: Round;
}

/** The state with a new round. */
export const opening = <S extends Descent>(state: S, slots: readonly Slot[]): S => ({
  ...state,
  round: { number: state.round.number + 1, slots },
});

/** The state after a fact about anybody's trial. */
export function following<S extends Descent>(state: S, { name }: Env, fact: Suggested | Ended): S {
  const incumbent = fact.type === 'ended' ? better(state.incumbent, fact) : state.incumbent;
  if (fact.by !== name) return { ...state, incumbent };
  return { ...state, incumbent, round: fact.type === 'suggested' ? issue(state.round, fact) : receive(state.round, fact) };
}

/**
 * Where a trial of a first round goes.
 *
 * @param count how many trials such a round has
 */
export function startPoint(
  env: Env,
  { lane, start: from }: Beginning,
  count: number,
): (state: Descent, ask: Ask, suits: (axis: Axis) => boolean) => Point {
  const starts = startsOf(env, lane);
  return ({ incumbent, start, round }, { id, veto = 0 }, suits) => {
    if (veto > 0) return draw(env.axes, rngFor(env.seed, env.name, id, veto));
    if (start === 1 && lane.index === 0 && from === 'incumbent' && incumbent) return incumbent.point;
    return holding(env, incumbent, starts((start - 1) * count + 1 + round.slots.indexOf(wanted(round)!)), suits);
  };
}

/**
 * The next trial of the round; a veto pulls it to the centre, which is known to be feasible. Its tags say what it is for.
 *
 * @param centre absent at the start, whose trials lie nowhere but there
 */
export function handedOut(env: Env, { round, start }: Descent, ask: Ask, at: Point, centre: Point | undefined, tags: Tags): Draw {
  const { role } = wanted(round)!;
  const point = env.snap(centre ? nearer(centre, at, ask.veto ?? 0) : at);
  return { point, tags: { start: String(start), round: String(round.number), role, ...tags } };
}
