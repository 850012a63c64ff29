import type { MonoTypeOperatorFunction } from 'rxjs';
import { child, type Env, type Message, type Propose, type Wait } from '../../src/messages.ts';
import { fingerprint } from '../../src/numeric/fingerprint.ts';
import { type Incumbent, updateIncumbent } from '../../src/samplers/gradient/incumbent.ts';
import type { Lane } from '../../src/samplers/gradient/movableAxes.ts';
import { follow, lineUp, turns } from '../../src/samplers/gradient/sequentialHalving.ts';
import type { Strategy } from '../strategy.ts';
import { nest, respond } from './runInner.ts';

/** How many results of each descent the first lap takes. */
const LAP = 10;

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
  respond((out) => {
    const envs = Array.from({ length: count }, (_, i) => (count === 1 ? env : child(env, String(i + 1))));
    const nested = envs.map((lane, index) => nest(((e) => descent(e, { family: env.name, index, count })) satisfies Strategy, lane, out));
    const tried = new Set<number>();
    let race = lineUp(count);
    let incumbent: Incumbent | undefined;
    return {
      answer(ask) {
        let waiting: Wait | undefined;
        for (const i of turns(race)) {
          const reply = nested[i]!.ask(ask);
          if (reply.type === 'propose') return tried.has(fingerprint(reply.point)) ? repeated(reply) : reply;
          if (reply.type === 'wait') waiting ??= reply;
        }
        return waiting ?? ask;
      },
      tell(told) {
        if (told.type === 'reported') return;
        if (told.type === 'suggested') tried.add(fingerprint(told.point));
        const best = told.type === 'ended' ? updateIncumbent(incumbent, told) : incumbent;
        const lane = envs.findIndex(({ name }) => name === told.by);
        if (lane >= 0) race = follow(race, lane, told, LAP);
        for (const [i, inner] of nested.entries()) if (i === lane || best !== incumbent) inner.tell(told);
        incumbent = best;
      },
    };
  });

const repeated = (reply: Propose): Propose => ({ ...reply, tags: { ...reply.tags, replicate: String(reply.id) } });
