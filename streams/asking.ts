import { type MonoTypeOperatorFunction, Subject } from 'rxjs';
import { StrategyError } from '../src/errors.ts';
import {
  type Answer,
  type Ask,
  type Env,
  isEvent,
  type Message,
  type Propose,
  type ProposerEvent,
  type Ready,
  type Stop,
  type StrategyEvent,
} from '../src/messages.ts';

interface Retries {
  /** How often to ask, at most. */
  readonly tries: number;
  readonly put: (ask: Ask) => Answer;
  readonly accepts: (proposal: Propose) => boolean;
  /** The answer if no proposal is accepted. @param last the last one */
  readonly otherwise: (last: Propose) => Answer;
}

/** Asks until the answer is acceptable, each time with another `retry`, so that the same strategy can answer differently. */
export function askUntil(ask: Ask, { tries, put, accepts, otherwise }: Retries): Answer {
  let retry = ask.retry ?? 0;
  for (let left = tries; ; left--) {
    const reply = put(retry === 0 ? ask : { ...ask, retry });
    if (reply.type !== 'propose' || accepts(reply)) return reply;
    if (left === 1) return otherwise(reply);
    retry = (reply.retry ?? retry) + 1;
  }
}

/** A strategy that is subscribed: it receives all events, and its owner decides when to ask it. Both methods throw what the strategy throws. */
export interface RunningStrategy {
  tell(told: StrategyEvent | ProposerEvent): void;
  /** Its answer, or the ask itself if it hands the ask on. @throws StrategyError unless it answers exactly once. */
  ask(ask: Ask): Answer;
  unsubscribe(): void;
}

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
): RunningStrategy {
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
      failed = { error: error ?? new StrategyError('a strategy failed without a reason') };
      fail(failed.error);
    },
  });
  const check = () => {
    if (failed) throw failed.error;
  };
  check();
  return {
    tell(told) {
      inlet$.next(told);
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

/** @throws StrategyError unless there is exactly one answer. @param name the path of the strategy that was asked */
export function onlyAnswer(name: string, { id }: Ask, [reply, second]: readonly Answer[]): Answer {
  if (reply === undefined) throw new StrategyError(`${name || 'the strategy'} did not answer the ask for trial ${id}`);
  if (second) throw new StrategyError(`the ask for trial ${id} was answered twice: ${reply.type}, then ${second.type}`);
  return reply;
}
