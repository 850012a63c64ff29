import { isRecord, jsonIn } from '../../schema/json.ts';

/** The strategies that take only options. */
export const strategyNames = [
  ...['auto', 'bo', 'tpe', 'forest', 'cmaes', 'ga', 'nsga2', 'nsga3', 'sgd', 'lbfgs', 'random', 'sobol', 'grid'],
  ...['asha', 'hyperband', 'pbt', 'race', 'percentileStop', 'patience'],
  ...['confirm', 'external'],
];
/** Any other strategy, such as a composition, is given as data. */
export const OTHER = 'other, as JSON';

/** A strategy as a name and its options, or as data. */
export interface ChosenStrategy {
  readonly name: string;
  /** JSON, or empty for the defaults. */
  readonly text: string;
}

export function chosenFrom(strategy: unknown): ChosenStrategy {
  const [[name, given] = [], ...more] = isRecord(strategy) ? Object.entries(strategy) : [[strategy, undefined] as const];
  if (typeof name === 'string' && strategyNames.includes(name) && more.length === 0 && (given === undefined || isRecord(given)))
    return { name, text: given === undefined ? '' : JSON.stringify(given, null, 1) };
  return { name: OTHER, text: JSON.stringify(strategy, null, 1) };
}

/** The strategy as data. Text that is not JSON stays text: the server says what is wrong with it. */
export function strategyFrom({ name, text }: ChosenStrategy): unknown {
  const given = text.trim() === '' ? undefined : (jsonIn(text) ?? text);
  if (name === OTHER) return given;
  return given === undefined ? name : { [name]: given };
}
