import { isRecord } from '../space/check.ts';

/** Strategies that do nothing but stop trials. */
const RULES = ['medianStop', 'percentileStop', 'patience', 'thresholdStop'];
/** Strategies that stop trials in one of their modes. */
const SCHEDULERS = ['asha', 'hyperband', 'bohb'];

/** Whether a strategy, as data, stops trials by their reports. */
export function stopsTrials(spec: unknown): boolean {
  if (typeof spec === 'string') return RULES.includes(spec);
  if (Array.isArray(spec)) return spec.some(stopsTrials);
  if (!isRecord(spec)) return false;
  return Object.entries(spec).some(([name, options]) => {
    if (RULES.includes(name)) return true;
    if (SCHEDULERS.includes(name)) return isRecord(options) && options.mode === 'stop';
    return stopsTrials(options);
  });
}
