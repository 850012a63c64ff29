import type { MonoTypeOperatorFunction } from 'rxjs';
import { child, type Ended, type Env, type Message, type Propose, type Suggested, type Wait } from '../../src/messages.ts';
import { fingerprint } from '../../src/numeric/fingerprint.ts';
import { GrowingSet } from '../../src/numeric/growingSet.ts';
import { type Incumbent, updateIncumbent } from '../../src/samplers/gradient/incumbent.ts';
import type { Lane } from '../../src/samplers/gradient/movableAxes.ts';
import { follow, lineUp, type Race, turns } from '../../src/samplers/gradient/sequentialHalving.ts';
import type { Strategy } from '../strategy.ts';
import { compose, nest } from './runInner.ts';

/** How many results of each descent the first lap takes. */
const LAP = 10;

interface LanesState {
  /** Fingerprints of the points that were suggested. */
  readonly tried: GrowingSet<number>;
  readonly race: Race;
  readonly incumbent: Incumbent | undefined;
}

/**
 * Descents side by side, each from a start of its own. After each lap the worse half is stopped: it is asked only when all the others wait, so
 * that no trainer is idle. A point that anybody has tried is repeated on purpose, and says so. Each descent is told of its own trials, and of
 * every new incumbent.
 */
export const lanes = (
  env: Env,
  count: number,
  descent: (env: Env, lane: Lane) => MonoTypeOperatorFunction<Message>,
): MonoTypeOperatorFunction<Message> =>
  compose<LanesState>(env, (out) => {
    const envs = Array.from({ length: count }, (_, i) => (count === 1 ? env : child(env, String(i + 1))));
    const nested = envs.map((lane, index) => nest(((e) => descent(e, { family: env.name, index, count })) satisfies Strategy, lane, out));
    const laneOf = ({ by }: Suggested | Ended) => envs.findIndex(({ name }) => name === by);
    return {
      start: { tried: GrowingSet.empty(), race: lineUp(count), incumbent: undefined },
      tell(state, told) {
        if (told.type === 'reported') return state;
        const lane = laneOf(told);
        return {
          tried: told.type === 'suggested' ? state.tried.add(fingerprint(told.point)) : state.tried,
          race: lane < 0 ? state.race : follow(state.race, lane, told, LAP),
          incumbent: told.type === 'ended' ? updateIncumbent(state.incumbent, told) : state.incumbent,
        };
      },
      pass(told, { incumbent }, before) {
        if (told.type === 'reported') return;
        const lane = laneOf(told);
        for (const [i, inner] of nested.entries()) if (i === lane || incumbent !== before.incumbent) inner.tell(told);
      },
      answer(ask, { race, tried }) {
        let waiting: Wait | undefined;
        for (const i of turns(race)) {
          const reply = nested[i]!.ask(ask);
          if (reply.type === 'propose') return tried.has(fingerprint(reply.point)) ? repeated(reply) : reply;
          if (reply.type === 'wait') waiting ??= reply;
        }
        return waiting ?? ask;
      },
    };
  });

const repeated = (reply: Propose): Propose => ({ ...reply, tags: { ...reply.tags, replicate: String(reply.id) } });
