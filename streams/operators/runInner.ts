import { type MonoTypeOperatorFunction, Observable, Subject, type Subscriber } from 'rxjs';
import { StrategyError } from '../../src/errors.ts';
import {
  type Ask,
  type Env,
  isEvent,
  isStrategyEvent,
  type Message,
  type Propose,
  type ProposerEvent,
  type StrategyEvent,
  type Wait,
} from '../../src/messages.ts';
import { guarded } from '../guarded.ts';
import { remember, type Strategy } from '../strategy.ts';

/** A strategy within another: it receives all events, and the outer one decides when to ask it. */
export interface InnerStrategy {
  tell(told: StrategyEvent | ProposerEvent): void;
  /** Its answer, or the ask itself if it hands the ask on. */
  ask(ask: Ask): Ask | Propose | Wait;
}

/** Subscribes a strategy for as long as `out` lives. Its stops and news go to `out`; events do not, since `out` has already passed them on. */
export function runInner(strategy: Strategy, env: Env, out: Subscriber<Message>): InnerStrategy {
  const inlet$ = new Subject<Message>();
  let reply: Ask | Propose | Wait | undefined;
  out.add(
    inlet$.pipe(strategy(env)).subscribe({
      next: (m) => {
        if (isEvent(m)) return;
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

/** A stage that answers asks by strategies within it. */
export interface Composition<S> {
  readonly start: S;
  /** The next state. It must not change the last one. */
  tell(state: S, told: StrategyEvent): S;
  /** Passes a fact to the strategies within. */
  pass(told: StrategyEvent | ProposerEvent, state: S, before: S): void;
  answer(ask: Ask, state: S): Ask | Propose | Wait;
}

/** Makes a stage of strategies: each subscription has a state and inner strategies of its own. Facts go downstream first. */
export const compose =
  <S>(env: Env, begin: (out: Subscriber<Message>) => Composition<S>): MonoTypeOperatorFunction<Message> =>
  (messages$) =>
    new Observable((out) => {
      const { start, tell, pass, answer } = begin(out);
      const memory = remember(env, start, tell, out);
      out.add(
        messages$.subscribe({
          next: guarded(out, (m) => {
            if (m.type === 'ask') return out.next(answer(m, memory.state));
            out.next(m);
            if (!isEvent(m)) return;
            const before = memory.state;
            if (isStrategyEvent(m)) memory.tell(m);
            pass(m, memory.state, before);
          }),
          error: (e) => out.error(e),
          complete: () => out.complete(),
        }),
      );
    });
