import { withDefaults } from '../../streams/defaults.ts';
import { mapStages } from '../../streams/stages.ts';
import { DECISIONS } from '../facts/facts.ts';

/** Strategies that do nothing but stop trials. */
const RULES = ['medianStop', 'percentileStop', 'patience', 'thresholdStop'];
/** Strategies that stop trials unless these pause. */
const SCHEDULERS = ['asha', 'hyperband', 'bohb'];

/**
 * Whether a strategy, as data, stops trials by their reports.
 *
 * @param decisions whose defaults hold for options that are left out, see `DECISIONS`
 */
export function stopsTrials(strategy: unknown, decisions = DECISIONS): boolean {
  let found = false;
  mapStages(withDefaults(strategy, decisions), (name, options) => {
    found ||= RULES.includes(name) || (SCHEDULERS.includes(name) && options.pause !== true);
    return { [name]: options };
  });
  return found;
}
