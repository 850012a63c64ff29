import { mapStages } from './compositions.ts';
import type { Keyed } from './forms.ts';

type Interrupts = 'stop' | 'pause';
const asTold = ({ pause }: Keyed): Interrupts => (pause === true ? 'pause' : 'stop');

/** Which strategies end trials early (`stop`), or pause them and resume them later. */
const interrupts: Readonly<Record<string, Interrupts | ((options: Keyed) => Interrupts)>> = {
  asha: asTold,
  hyperband: asTold,
  patience: 'stop',
  pbt: 'pause',
  percentileStop: 'stop',
  race: 'stop',
};

const does = (name: string, options: Keyed): Interrupts | undefined => {
  const how = Object.hasOwn(interrupts, name) ? interrupts[name] : undefined;
  return typeof how === 'function' ? how(options) : how;
};

/** A strategy as data, including defaults, as a log records it. So a later change of a default does not change the study. */
export function withDefaults(strategy: unknown): unknown {
  return mapStages(strategy, (name, given) => {
    if (name === 'asha' || name === 'hyperband') return { [name]: { eta: 3, pause: false, ...given } };
    return Object.keys(given).length > 0 ? { [name]: given } : name;
  });
}

/** The first strategy in data that pauses trials and resumes them, so that the trainer must be able to resume; undefined if there is none. */
export const pausingIn = (strategy: unknown): string | undefined =>
  find(withDefaults(strategy), (name, options) => does(name, options) === 'pause');

/** Whether a strategy, as data, stops trials by their reports. */
export const stopsTrials = (strategy: unknown): boolean =>
  find(withDefaults(strategy), (name, options) => does(name, options) === 'stop') !== undefined;

/** The first strategy in data that decides for how long trials train; undefined if there is none. */
export const budgetingIn = (strategy: unknown): string | undefined => find(strategy, (_, options) => options.max !== undefined);

/** Whether data contain a strategy. */
export const isIn = (name: string, strategy: unknown): boolean => find(strategy, (one) => one === name) !== undefined;

function find(strategy: unknown, suits: (name: string, options: Keyed) => boolean): string | undefined {
  let found: string | undefined;
  mapStages(strategy, (name, options) => {
    if (suits(name, options)) found ??= name;
    return name;
  });
  return found;
}
