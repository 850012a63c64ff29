import { Subject, type Subscriber } from 'rxjs';
import { StrategyError } from '../src/errors.ts';
import { type Ask, type Env, isTold, type Message, type Propose, type Told, type Wait } from '../src/messages.ts';
import type { Strategy } from './strategy.ts';

/** A strategy within another: it is told everything, and asked when the outer one sees fit. */
export interface Nested {
  tell(told: Told): void;
  /** Its answer; the ask itself where it hands it on. */
  ask(ask: Ask): Ask | Propose | Wait;
}

/** Subscribes a strategy for as long as `out` lives. Its stops and news go to `out`; facts do not, since they went on once already. */
export function nest(strategy: Strategy, env: Env, out: Subscriber<Message>): Nested {
  const inlet$ = new Subject<Message>();
  let reply: Ask | Propose | Wait | undefined;
  out.add(
    inlet$.pipe(strategy(env)).subscribe({
      next: (m) => {
        if (isTold(m)) return;
        if (m.type === 'stop' || m.type === 'ready') out.next(m);
        else reply = m;
      },
      error: (e) => out.error(e),
    }),
  );
  return {
    tell: (told) => inlet$.next(told),
    ask: (ask) => {
      reply = undefined;
      inlet$.next(ask);
      if (reply === undefined) throw new StrategyError(`${env.name} did not answer the ask for trial ${ask.id}`);
      return reply;
    },
  };
}
