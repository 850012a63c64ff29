import { type MonoTypeOperatorFunction, Observable } from 'rxjs';
import { handOverMachine } from '../../machines/handOver.ts';
import { type Env, isEvent, type Message, type StrategyEvent } from '../../src/messages.ts';
import { guarded } from '../guarded.ts';
import { drivePhases, type Strategy } from '../strategy.ts';
import { runInner } from './runInner.ts';

/** When a strategy hands over, as a fold over facts. */
export interface Deadline<S> {
  readonly start: S;
  /** The next state. It must not change the last one. */
  tell(state: S, told: StrategyEvent): S;
  passed(state: S): boolean;
}

/**
 * A strategy up to a deadline; then asks are handed on.
 *
 * @param env of the stage, whose name is also the path under which the strategy runs.
 * @param forget whether the strategy receives no facts after that. By default it does, for its trials that are still running.
 */
export const handOver =
  <S>(strategy: Strategy, env: Env, { start, tell, passed }: Deadline<S>, forget = false): MonoTypeOperatorFunction<Message> =>
  (messages$) =>
    new Observable((out) => {
      const inner = runInner(strategy, env, out);
      let listening = true;
      const released = () => {
        listening = !forget;
      };
      const outlook = (state: S) => ({ passed: passed(state) });
      out.add(
        messages$.pipe(drivePhases(handOverMachine, env, { inner: inner.ask, released }, { start, tell, outlook })).subscribe({
          next: guarded(out, (m) => {
            out.next(m);
            if (listening && isEvent(m)) inner.tell(m);
          }),
          error: (e) => out.error(e),
          complete: () => out.complete(),
        }),
      );
    });
