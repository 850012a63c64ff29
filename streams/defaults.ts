import { DECISIONS } from '../src/facts/facts.ts';
import type { Env } from '../src/messages.ts';
import { mapStages } from './stages.ts';
import type { StrategySpec } from './strategy.ts';

/** Before decisions 2, `asha`, `hyperband` and `bohb` paused trials at rungs unless they were told to stop them. */
const pausedByDefault = (decisions: number): boolean => decisions < 2;

/** Whether trials pause at rungs: as the option says, or as it was the default when the study began. */
export const pauses = (pause: boolean | undefined, { decisions = DECISIONS }: Env): boolean => pause ?? pausedByDefault(decisions);

/**
 * A strategy as data, with the options that were left to a default: what a log records, so that a default that changes later does not change
 * the study.
 *
 * @param decisions whose defaults they are, see `DECISIONS`
 */
export function withDefaults(strategy: unknown, decisions: number): unknown {
  const pause = pausedByDefault(decisions);
  return mapStages(strategy, (name, given): StrategySpec => {
    if (name === 'asha') return { asha: { eta: 3, pause, ...readMode(given) } };
    if (name === 'hyperband' || name === 'bohb')
      return { [name]: { eta: 3, mode: 'asynchronous', pause: given.mode === 'synchronous' || pause, ...given } };
    return Object.keys(given).length > 0 ? { [name]: given } : name;
  });
}

/** Options of `asha`, whose `pause` was `mode` before decisions 2: `promote` or `stop`. */
export function readMode({ mode, ...options }: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  if (mode === 'promote' || mode === 'stop') return { pause: mode === 'promote', ...options };
  return mode === undefined ? options : { mode, ...options };
}

/** Strategies that resume trials whatever their options are. */
const RESUMING = ['successiveHalving', 'pbt'];

/**
 * The first strategy in data that resumes trials that it paused, which is for trainers that resume; undefined if there is none.
 *
 * @param decisions of the study that holds it
 */
export function resumingIn(strategy: unknown, decisions: number): string | undefined {
  let found: string | undefined;
  mapStages(withDefaults(strategy, decisions), (name, options) => {
    if (options.pause === true || RESUMING.includes(name)) found ??= name;
    return name;
  });
  return found;
}

/** Strategies that give trials a budget. */
const BUDGETED = ['asha', 'hyperband', 'bohb', 'successiveHalving', 'pbt'];

/** The first strategy in data that decides for how long trials train; undefined if there is none. */
export function budgetedIn(strategy: unknown): string | undefined {
  let found: string | undefined;
  mapStages(strategy, (name, options) => {
    if (BUDGETED.includes(name)) found ??= name;
    return { [name]: options };
  });
  return found;
}
