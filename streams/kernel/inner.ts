import { type MonoTypeOperatorFunction, Subject, type Subscriber, type Unsubscribable } from 'rxjs';
import { StrategyError } from '../../src/errors.ts';
import type { Env } from '../../src/strategy/env.ts';
import { type Answer, isEvent, type Message, type Ready, type Stop } from '../../src/strategy/messages.ts';
import { failedAt, onlyAnswer } from './answers.ts';
import type { RunningStrategy } from './operator.ts';
import type { Strategy } from './strategy.ts';

/**
 * Subscribes a strategy.
 *
 * @param hear receives its stops, and the message that it can be asked again; not events, which the owner has.
 * @param fail receives an error immediately, also between two calls of the owner. Default: the next call throws it.
 */
export function runStrategy(
  strategy: (env: Env) => MonoTypeOperatorFunction<Message>,
  env: Env,
  hear: (news: Stop | Ready) => void,
  fail: (error: unknown) => void = () => {},
): RunningStrategy & Unsubscribable {
  const inlet$ = new Subject<Message>();
  let replies: Answer[] = [];
  let failed: { readonly error: unknown } | undefined;
  const operator = strategy(env);
  if ('spec' in operator)
    throw new StrategyError(`expected a strategy, got the function ${strategy.name}; did you mean ${strategy.name}()?`);
  const subscription = inlet$.pipe(operator).subscribe({
    next: (m) => {
      if (m.type === 'stop' || m.type === 'ready') hear(m);
      else if (!isEvent(m)) replies.push(m);
    },
    error: (error) => {
      failed = { error: failedAt(env.name, error) };
      fail(failed.error);
    },
  });
  const check = () => {
    if (failed) throw failed.error;
  };
  check();
  return {
    tell(fact) {
      inlet$.next(fact);
      check();
    },
    ask(ask) {
      replies = [];
      inlet$.next(ask);
      check();
      return onlyAnswer(env.name, ask, replies);
    },
    unsubscribe: () => subscription.unsubscribe(),
  };
}

/**
 * Runs a strategy inside another one. Its stops, `ready` and errors go to `out`, with which it is unsubscribed; `unsubscribe` ends it
 * before, such as when another one takes its place.
 *
 * @param env of the inner strategy, such as `child(env, 'first')`: two inner strategies need two paths.
 */
export function runInner(strategy: Strategy, env: Env, out: Subscriber<Message>): RunningStrategy & Unsubscribable {
  const inner = runStrategy(
    strategy,
    env,
    (news) => out.next(news),
    (error) => out.error(error),
  );
  out.add(() => inner.unsubscribe());
  return inner;
}

/** A stage whose inner strategies receive all facts, before it does. */
export const around = (inner: readonly Pick<RunningStrategy, 'tell'>[], { tell, ask }: RunningStrategy): RunningStrategy => ({
  ask,
  tell(fact) {
    for (const one of inner) one.tell(fact);
    tell(fact);
  },
});
