import type { MonoTypeOperatorFunction } from 'rxjs';
import { child, type Ended, type Env, type Message, type Propose, type Suggested, type Wait } from '../../src/messages.ts';
import { fingerprint } from '../../src/numeric/fingerprint.ts';
import { GrowingSet } from '../../src/numeric/growingSet.ts';
import { type Incumbent, updateIncumbent } from '../../src/samplers/gradient/incumbent.ts';
import type { StartSequence } from '../../src/samplers/gradient/movableAxes.ts';
import { askOrder, type SequentialHalving, startHalving, updateHalving } from '../../src/samplers/gradient/sequentialHalving.ts';
import type { Strategy } from '../strategy.ts';
import { compose, runInner } from './runInner.ts';

/** The first round of sequential halving ends after this many results of each descent. */
const FIRST_ROUND = 10;

interface MultiStartState {
  /** Fingerprints of the points that were suggested. */
  readonly tried: GrowingSet<number>;
  readonly halving: SequentialHalving;
  readonly incumbent: Incumbent | undefined;
}

/**
 * Runs several descents at the same time, each from its own start. Sequential halving stops the worse half after each round; a stopped descent is
 * asked only if all others wait, so that no trainer is idle. If a point was suggested before, it is repeated with a tag that says so. Each descent
 * sees its own trials and every new incumbent.
 */
export const multiStart = (
  env: Env,
  count: number,
  descent: (env: Env, sequence: StartSequence) => MonoTypeOperatorFunction<Message>,
): MonoTypeOperatorFunction<Message> =>
  compose<MultiStartState>(env, (out) => {
    const envs = Array.from({ length: count }, (_, i) => (count === 1 ? env : child(env, String(i + 1))));
    const nested = envs.map((own, index) => runInner(((e) => descent(e, { family: env.name, index, count })) satisfies Strategy, own, out));
    const indexOf = ({ by }: Suggested | Ended) => envs.findIndex(({ name }) => name === by);
    return {
      start: { tried: GrowingSet.empty(), halving: startHalving(count), incumbent: undefined },
      tell(state, told) {
        if (told.type === 'reported') return state;
        const index = indexOf(told);
        return {
          tried: told.type === 'suggested' ? state.tried.add(fingerprint(told.point)) : state.tried,
          halving: index < 0 ? state.halving : updateHalving(state.halving, index, told, FIRST_ROUND),
          incumbent: told.type === 'ended' ? updateIncumbent(state.incumbent, told) : state.incumbent,
        };
      },
      pass(told, { incumbent }, before) {
        if (told.type !== 'suggested' && told.type !== 'ended') return;
        const index = indexOf(told);
        for (const [i, inner] of nested.entries()) if (i === index || incumbent !== before.incumbent) inner.tell(told);
      },
      answer(ask, { halving, tried }) {
        let waiting: Wait | undefined;
        for (const i of askOrder(halving)) {
          const reply = nested[i]!.ask(ask);
          if (reply.type === 'propose') return tried.has(fingerprint(reply.point)) ? repeated(reply) : reply;
          if (reply.type === 'wait') waiting ??= reply;
        }
        return waiting ?? ask;
      },
    };
  });

const repeated = (reply: Propose): Propose => ({ ...reply, tags: { ...reply.tags, replicate: String(reply.id) } });
