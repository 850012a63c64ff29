import type { MonoTypeOperatorFunction } from 'rxjs';
import { handOverChart } from '../../machines/strategies.ts';
import type { Core, Fold } from '../../src/strategy/core.ts';
import type { Env } from '../../src/strategy/env.ts';
import type { Message } from '../../src/strategy/messages.ts';
import { runCore } from '../kernel/drive.ts';
import { runInner } from '../kernel/inner.ts';
import { operatorOf } from '../kernel/operator.ts';
import type { Strategy } from '../kernel/strategy.ts';

/** When a strategy hands over, as a fold over facts. */
export interface HandOver<S> extends Fold<S> {
  passed(state: S): boolean;
}

/** A hand-over that has passed stays so. */
interface Passing<S> {
  readonly known: S;
  readonly passed: boolean;
}

/**
 * A strategy that answers until it hands over; then asks are handed on.
 *
 * @param env of the stage, whose name is also the path under which the strategy runs.
 * @param forget whether the strategy receives no facts after that. By default it does, for its trials that are still running.
 */
export const handOver = <S>(
  strategy: Strategy,
  env: Env,
  { start, tell, passed }: HandOver<S>,
  forget = false,
): MonoTypeOperatorFunction<Message> =>
  operatorOf(env, (out) => {
    const core: Core<Passing<S>, 'answering', 'passed'> = {
      start: { known: start, passed: passed(start) },
      tell(state, fact) {
        const known = tell(state.known, fact);
        return { known, passed: state.passed || passed(known) };
      },
      verdict: (state) => (state.passed ? 'passed' : undefined),
      answers: { answering: (_, ask) => inner.ask(ask) },
    };
    const stage = runCore(handOverChart, core, env, out);
    const inner = runInner(strategy, stage.inside, out);
    return {
      ask: stage.ask,
      tell(fact) {
        if (!forget || stage.phase() === 'answering') inner.tell(fact);
        stage.tell(fact);
      },
    };
  });
