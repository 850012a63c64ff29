import { type MonoTypeOperatorFunction, Observable, type Subscriber } from 'rxjs';
import {
  type Answer,
  type Ask,
  type Env,
  isEvent,
  isStrategyEvent,
  type Message,
  type ProposerEvent,
  type StrategyEvent,
} from '../../src/messages.ts';
import { type RunningStrategy, runStrategy } from '../asking.ts';
import { guarded } from '../guarded.ts';
import { remember, type Strategy } from '../strategy.ts';

/** Subscribes an inner strategy until `out` is unsubscribed. Its stops and messages go to `out`. */
export function runInner(strategy: Strategy, env: Env, out: Subscriber<Message>): RunningStrategy {
  const inner = runStrategy(
    strategy,
    env,
    (news) => out.next(news),
    (error) => out.error(error),
  );
  out.add(() => inner.unsubscribe());
  return inner;
}

/** A stage that answers asks by inner strategies. */
export interface Composition<S> {
  readonly start: S;
  /** The next state. It must not change the last one. */
  tell(state: S, told: StrategyEvent): S;
  /** Passes a fact to the inner strategies. */
  pass(told: StrategyEvent | ProposerEvent, state: S, before: S): void;
  answer(ask: Ask, state: S): Answer;
}

/** Makes a stage of strategies: each subscription has its own state and inner strategies. Facts go downstream first. */
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
