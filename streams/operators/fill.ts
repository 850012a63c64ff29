import { Observable } from 'rxjs';
import { child, isEvent, type Message, originalAsk, type Wait, wait } from '../../src/messages.ts';
import { guarded } from '../guarded.ts';
import { partOf, type Strategy, withSpec } from '../strategy.ts';
import { runInner } from './runInner.ts';

/**
 * Uses a strategy while an earlier stage waits, so that no trainer is idle. While a model is being fitted, it waits too, because that does not take
 * long.
 *
 * @example
 * chain(ga({ mode: 'generational' }), fill(random()))
 */
export const fill = (strategy: Strategy): Strategy =>
  withSpec({ fill: partOf('fill', strategy) }, (parent) => {
    const env = child(parent, 'fill');
    return (messages$) =>
      new Observable<Message>((out) => {
        const inner = runInner(strategy, env, out);
        const instead = (waiting: Wait) => {
          const reply = inner.ask(originalAsk(waiting));
          return reply.type === 'ask' ? wait(reply, waiting.by) : reply;
        };
        out.add(
          messages$.subscribe({
            next: guarded(out, (m) => {
              out.next(m.type === 'wait' && m.until === undefined ? instead(m) : m);
              if (isEvent(m)) inner.tell(m);
            }),
            error: (e) => out.error(e),
            complete: () => out.complete(),
          }),
        );
      });
  });
