import { strategies } from './catalogue.ts';
import type { Given } from './forms.ts';
import { mapStages } from './spec.ts';

/** A strategy as data, including defaults, as a log records it. So a later change of a default does not change the study. */
export function withDefaults(strategy: unknown): unknown {
  return mapStages(strategy, (name, given) => {
    if (name === 'asha') return { asha: { eta: 3, pause: false, ...given } };
    if (name === 'hyperband' || name === 'bohb')
      return { [name]: { eta: 3, mode: 'asynchronous', pause: given.mode === 'synchronous', ...given } };
    return Object.keys(given).length > 0 ? { [name]: given } : name;
  });
}

/** The first strategy in data that pauses trials and resumes them, so that the trainer must be able to resume; undefined if there is none. */
export const pausingIn = (strategy: unknown): string | undefined =>
  find(withDefaults(strategy), (name, options) => strategies[name]?.interrupts?.(options) === 'pause');

/** Whether a strategy, as data, stops trials by their reports. */
export const stopsTrials = (strategy: unknown): boolean =>
  find(withDefaults(strategy), (name, options) => strategies[name]?.interrupts?.(options) === 'stop') !== undefined;

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
