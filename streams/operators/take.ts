import { child } from '../../src/messages.ts';
import { checkOption, wholeFrom } from '../../src/optionRules.ts';
import { type Strategy, withSpec } from '../strategy.ts';
import { nest, respond } from './runInner.ts';

/**
 * A strategy for its first `n` trials; then asks are handed on.
 *
 * @param n whole, at least 0.
 * @throws OptionError
 * @example
 * chain(take(20, sobol()), ga())
 */
export function take(n: number, strategy: Strategy): Strategy {
  checkOption('take', n, wholeFrom(0));
  return withSpec({ take: [n, strategy.spec ?? strategy.name] }, (parent) => {
    const env = child(parent, 'take');
    return respond((out) => {
      const inner = nest(strategy, env, out);
      let suggested = 0;
      return {
        answer: (ask) => (suggested < n ? inner.ask(ask) : ask),
        tell: (told) => {
          if (told.type === 'suggested' && told.by.startsWith(`${env.name}/`)) suggested++;
          inner.tell(told);
        },
      };
    });
  });
}
