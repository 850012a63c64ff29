import { checkOption, positive } from '../../src/schema/optionRules.ts';
import { defineStrategy } from '../kernel/defineStrategy.ts';
import type { Strategy } from '../kernel/strategy.ts';

/**
 * Gives each trial the same budget, such as a number of epochs; trainers get it with the trial. The strategies behind it decide what to try.
 *
 * @param most the budget, above 0.
 * @throws OptionError
 * @example
 * chain(budget(27), bo())
 */
export function budget(most: number): Strategy {
  checkOption('budget', most, positive);
  const strategy = defineStrategy<undefined>(
    { name: 'budget', init: () => undefined, tell: () => undefined, ask: (_state, ask) => ({ ...ask, budget: most }) },
    { budget: most },
  );
  return Object.assign(strategy, { full: most });
}
