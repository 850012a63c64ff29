import { checkOption, wholeFrom } from '../../src/schema/optionRules.ts';
import { child, isBy } from '../../src/strategy/env.ts';
import { partOf, type Strategy, withSpec } from '../kernel/strategy.ts';
import { handOver } from './handOver.ts';

/**
 * Uses a strategy for its first `n` trials; then asks are handed on.
 *
 * @param n whole, at least 0.
 * @throws OptionError
 * @example
 * chain(take(20, sobol()), ga())
 */
export function take(n: number, strategy: Strategy): Strategy {
  checkOption('take', n, {
    ...wholeFrom(0),
    hint: (got) => (typeof got === 'function' ? '; the number comes first, as in take(20, sobol())' : ''),
  });
  return withSpec({ take: [n, partOf('take', strategy)] }, (parent) => {
    const env = child(parent, 'take');
    return handOver(strategy, env, {
      start: 0,
      tell: (suggested, fact) => (fact.type === 'suggested' && isBy(env.name, fact) ? suggested + 1 : suggested),
      passed: (suggested) => suggested >= n,
    });
  });
}
