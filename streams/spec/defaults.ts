import { DECISIONS } from '../../src/facts/versions.ts';
import { readMode } from '../strategies/asha.ts';
import { pausesByDefault } from '../strategies/halving.ts';
import { strategies } from './catalogue.ts';
import type { Given } from './forms.ts';
import { mapStages } from './spec.ts';

/**
 * A strategy as data, including defaults, as a log records it. So a later change of a default does not change the study.
 *
 * @param decisions the version whose defaults apply, see `DECISIONS`
 */
export function withDefaults(strategy: unknown, decisions: number): unknown {
  const pause = pausesByDefault(decisions);
  return mapStages(strategy, (name, given) => {
    if (name === 'asha') return { asha: { eta: 3, pause, ...readMode(given) } };
    if (name === 'hyperband' || name === 'bohb')
      return { [name]: { eta: 3, mode: 'asynchronous', pause: given.mode === 'synchronous' || pause, ...given } };
    return Object.keys(given).length > 0 ? { [name]: given } : name;
  });
}

/**
 * The first strategy in data that pauses trials and resumes them, so that the trainer must be able to resume; undefined if there is none.
 *
 * @param decisions of the study
 */
export const pausingIn = (strategy: unknown, decisions: number): string | undefined =>
  find(withDefaults(strategy, decisions), (name, options) => strategies[name]?.interrupts?.(options) === 'pause');

/**
 * Whether a strategy, as data, stops trials by their reports.
 *
 * @param decisions of the study
 */
export const stopsTrials = (strategy: unknown, decisions = DECISIONS): boolean =>
  find(withDefaults(strategy, decisions), (name, options) => strategies[name]?.interrupts?.(options) === 'stop') !== undefined;

/** The first strategy in data that decides for how long trials train; undefined if there is none. */
export const budgetingIn = (strategy: unknown): string | undefined => find(strategy, (name) => strategies[name]?.budgets === true);

/** Whether data contain a strategy. */
export const isIn = (name: string, strategy: unknown): boolean => find(strategy, (one) => one === name) !== undefined;

function find(strategy: unknown, suits: (name: string, options: Given) => boolean): string | undefined {
  let found: string | undefined;
  mapStages(strategy, (name, options) => {
    if (suits(name, options)) found ??= name;
    return name;
  });
  return found;
}
