import { withDefaults } from '../../streams/defaults.ts';
import { mapStages } from '../../streams/stages.ts';

/** Strategies that do nothing but stop trials. */
const RULES = ['medianStop', 'percentileStop', 'patience', 'thresholdStop'];
/** Strategies that stop trials unless they pause them. */
const SCHEDULERS = ['asha', 'hyperband', 'bohb'];

/**
 * Whether a strategy, as data, stops trials by their reports.
 *
 * @param decisions of the study that holds it
 */
export function stopsTrials(strategy: unknown, decisions: number): boolean {
  let stops = false;
  mapStages(withDefaults(strategy, decisions), (name, options) => {
    stops ||= RULES.includes(name) || (SCHEDULERS.includes(name) && options.pause === false);
    return name;
  });
  return stops;
}
