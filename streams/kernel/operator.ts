import { type MonoTypeOperatorFunction, Observable, type Subscriber } from 'rxjs';
import type { Env } from '../../src/strategy/env.ts';
import {
  type Answer,
  type Ask,
  isEvent,
  type Message,
  originalAsk,
  type ProposerEvent,
  type StrategyEvent,
  type Wait,
} from '../../src/strategy/messages.ts';
import { checkAsked, failedAt } from './answers.ts';

/** A strategy that has begun. */
export interface RunningStrategy {
  tell(fact: StrategyEvent | ProposerEvent): void;
  /** Its answer, or the ask itself, which goes to the next stage. It changes no state. */
  ask(ask: Ask): Answer;
  /** What to send instead, if an earlier stage waits. Default: that it waits. */
  instead?(waiting: Wait): Answer;
}

/**
 * Makes an operator on a study's messages. A fact passes before the strategy is told, so that it comes before the decisions that it causes; an ask becomes
 * its answer; all else passes.
 *
 * @param env of the stage; its path is named in errors.
 * @param begin begins the strategy, once for each subscription. Its stops, and `ready` once it no longer waits, go to `out`; what is added to `out` is
 * unsubscribed with it.
 * @throws into the stream: StrategyError that names the path, if `begin` or the strategy throws.
 * @example
 * // Asks two strategies in turn.
 * const alternate = (odd: Strategy, even: Strategy) =>
 *   withSpec({ alternate: [partOf('odd', odd), partOf('even', even)] }, (parent) => {
 *     const env = child(parent, 'alternate');
 *     return operatorOf(env, (out) => {
 *       const [a, b] = [runInner(odd, child(env, 'odd'), out), runInner(even, child(env, 'even'), out)];
 *       return {
 *         tell(fact) {
 *           a.tell(fact);
 *           b.tell(fact);
 *         },
 *         ask: (ask) => (ask.id % 2 === 1 ? a : b).ask(ask),
 *       };
 *     });
 *   });
 */
export const operatorOf =
  ({ name }: Pick<Env, 'name'>, begin: (out: Subscriber<Message>) => RunningStrategy): MonoTypeOperatorFunction<Message> =>
  (messages$) =>
    new Observable((out) => {
      // What a strategy throws would otherwise be reported as unhandled, which ends the process.
      const guarded =
        <T>(act: (given: T) => void) =>
        (given: T) => {
          try {
            act(given);
          } catch (error) {
            out.error(failedAt(name, error));
          }
        };
      let running!: RunningStrategy;
      guarded(() => {
        running = begin(out);
      })(undefined);
      if (out.closed) return;
      const receive = (m: Message) => {
        if (out.closed) return;
        if (m.type === 'ask') return out.next(checkAsked(name, m, running.ask(m)));
        out.next(m.type === 'wait' && running.instead ? checkAsked(name, originalAsk(m), running.instead(m)) : m);
        if (isEvent(m)) running.tell(m);
      };
      out.add(messages$.subscribe({ next: guarded(receive), error: (e) => out.error(e), complete: () => out.complete() }));
    });
