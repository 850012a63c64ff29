import { type MonoTypeOperatorFunction, Observable, Subject, type Subscriber } from 'rxjs';
import { StrategyError } from '../../src/errors.ts';
import { type Ask, type Env, isStrategyEvent, type Message, type Propose, type StrategyEvent, type Wait } from '../../src/messages.ts';
import { guarded } from '../guarded.ts';
import type { Strategy } from '../strategy.ts';

/** A strategy within another: it is told everything, and asked when the outer one sees fit. */
export interface Nested {
  tell(told: StrategyEvent): void;
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
        if (isStrategyEvent(m)) return;
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

/** What a stage of other strategies does with what comes by. */
export interface Responder {
  answer(ask: Ask): Ask | Propose | Wait;
  tell(told: StrategyEvent): void;
}

/** A stage that answers asks by strategies within it, and lets everything else through before it is told of it. */
export const respond =
  (start: (out: Subscriber<Message>) => Responder): MonoTypeOperatorFunction<Message> =>
  (messages$) =>
    new Observable((out) => {
      const { answer, tell } = start(out);
      out.add(
        messages$.subscribe({
          next: guarded(out, (m) => {
            if (m.type === 'ask') return out.next(answer(m));
            out.next(m);
            if (isStrategyEvent(m)) tell(m);
          }),
          error: (e) => out.error(e),
          complete: () => out.complete(),
        }),
      );
    });
