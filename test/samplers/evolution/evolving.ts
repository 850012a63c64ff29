import type { Evolution } from '../../../src/samplers/evolution/evolution.ts';
import type { ProposedPoint } from '../../../src/samplers/sequence.ts';
import type { Point } from '../../../src/space/axis.ts';
import type { Env } from '../../../src/strategy/env.ts';
import type { Ask, Ended, Suggested } from '../../../src/strategy/messages.ts';

/** Asks and tells a core, one trial after the other. @param losses of a point */
export function evolved<S>(core: Evolution<S>, env: Env, trials: number, lossesOf: (point: Point) => readonly number[]) {
  let state = core.start;
  const ended: Ended[] = [];
  for (let id = 1; id <= trials; id++) {
    const suggested = suggestedBy(core, state, env, id);
    const end: Ended = { ...suggested, type: 'ended', outcome: 'completed', losses: lossesOf(suggested.point) };
    state = core.tell(core.tell(state, suggested), end);
    ended.push(end);
  }
  return { state, ended };
}

/** The answer to an ask, in whichever phase the state is. */
export const answerOf = <S>(core: Evolution<S>, state: S, ask: Ask): ProposedPoint =>
  core.founded(state) ? core.breed(state, ask) : core.found(state, ask);

/** The answer to an ask, as it is suggested. */
export function suggestedBy<S>(core: Evolution<S>, state: S, env: Env, id: number, retry?: number): Suggested {
  const { point, tags } = answerOf(core, state, retry === undefined ? { type: 'ask', id } : { type: 'ask', id, retry });
  return { type: 'suggested', id, by: env.name, point: env.snap(point), ...(tags && { tags }) };
}
