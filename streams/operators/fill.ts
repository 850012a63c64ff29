import { child } from '../../src/strategy/env.ts';
import { originalAsk, wait } from '../../src/strategy/messages.ts';
import { runInner } from '../kernel/inner.ts';
import { operatorOf } from '../kernel/operator.ts';
import { partOf, type Strategy, withSpec } from '../kernel/strategy.ts';

/**
 * Uses a strategy while an earlier stage waits for results, so that no trainer is idle. While that stage fits a model or awaits an external proposer, it
 * waits too.
 *
 * @example
 * chain(ga({ mode: 'generational' }), fill(random()))
 */
export const fill = (strategy: Strategy): Strategy =>
  withSpec({ fill: partOf('fill', strategy) }, (parent) => {
    const env = child(parent, 'fill');
    return operatorOf(env, (out) => {
      const { tell, ask } = runInner(strategy, env, out);
      return {
        tell,
        ask: (asked) => asked,
        instead(waiting) {
          const reply = waiting.until === undefined ? ask(originalAsk(waiting)) : waiting;
          return reply.type === 'ask' ? wait(reply, waiting.by) : reply;
        },
      };
    });
  });
