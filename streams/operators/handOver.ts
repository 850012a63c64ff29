import { type MonoTypeOperatorFunction, Observable } from 'rxjs';
import { type Deadline, handOverMachine } from '../../machines/handOver.ts';
import { type Env, isStrategyEvent, type Message } from '../../src/messages.ts';
import { guarded } from '../guarded.ts';
import { drive, type Strategy } from '../strategy.ts';
import { runInner } from './runInner.ts';

/**
 * A strategy up to a deadline; then asks are handed on.
 *
 * @param env of the stage, whose name is also the path under which the strategy runs.
 * @param forget whether the strategy learns of no more facts then. By default it does, for the trials that it still has running.
 */
export const handOver =
  <S>(strategy: Strategy, env: Env, deadline: Deadline<S>, forget = false): MonoTypeOperatorFunction<Message> =>
  (messages$) =>
    new Observable((out) => {
      const inner = runInner(strategy, env, out);
      let listening = true;
      const released = () => {
        listening = !forget;
      };
      out.add(
        messages$.pipe(drive(handOverMachine, env, { deadline, inner: inner.ask, released })).subscribe({
          next: guarded(out, (m) => {
            out.next(m);
            if (listening && isStrategyEvent(m)) inner.tell(m);
          }),
          error: (e) => out.error(e),
          complete: () => out.complete(),
        }),
      );
    });
