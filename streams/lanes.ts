import type { MonoTypeOperatorFunction } from 'rxjs';
import { child, type Env, type Message, type Wait } from '../src/messages.ts';
import type { Lane } from '../src/samplers/gradient/ground.ts';
import { follow, lineUp, turns } from '../src/samplers/gradient/halving.ts';
import { nest, respond } from './nested.ts';
import type { Strategy } from './strategy.ts';

/**
 * Several descents side by side, each from a start of its own. After each lap the worse half is stopped: it is asked only when all the others
 * wait, so that no trainer is idle.
 *
 * @param lap how many results the first lap takes
 */
export function lanes(
  env: Env,
  count: number,
  lap: number,
  descent: (env: Env, lane: Lane) => MonoTypeOperatorFunction<Message>,
): MonoTypeOperatorFunction<Message> {
  if (count === 1) return descent(env, { family: env.name, index: 0, count });
  return respond((out) => {
    const envs = Array.from({ length: count }, (_, i) => child(env, String(i + 1)));
    const nested = envs.map((lane, index) => nest(((e) => descent(e, { family: env.name, index, count })) satisfies Strategy, lane, out));
    let race = lineUp(count);
    return {
      answer(ask) {
        let waiting: Wait | undefined;
        for (const i of turns(race)) {
          const reply = nested[i]!.ask(ask);
          if (reply.type === 'propose') return reply;
          if (reply.type === 'wait') waiting ??= reply;
        }
        return waiting ?? ask;
      },
      tell(told) {
        const runner = told.type === 'reported' ? -1 : envs.findIndex(({ name }) => name === told.by);
        if (runner >= 0 && told.type !== 'reported') race = follow(race, runner, told, lap);
        for (const inner of nested) inner.tell(told);
      },
    };
  });
}
