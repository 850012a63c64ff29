import { StalledError, StrategyError } from '../../src/errors.ts';
import type { SuggestedFact } from '../../src/facts/facts.ts';
import type { Decider } from './decider.ts';

/** Where a recomputed suggestion differs from the logged one. */
export interface Difference {
  readonly field: string;
  readonly logged: unknown;
  readonly recomputed: unknown;
}

/**
 * Where a suggestion differs from what the study decides now, or undefined if it is the same. Waits for models.
 *
 * @throws what a strategy throws, except StalledError and StrategyError: those are a difference.
 */
export const differenceOf = async <P>(decider: Decider<P>, logged: SuggestedFact): Promise<Difference | undefined> =>
  firstDifference('', logged, await recomputed(decider));

async function recomputed<P>(decider: Decider<P>): Promise<unknown> {
  for (;;) {
    const ready = decider.ready();
    try {
      const next = decider.decide();
      if (next.type === 'append') return next.fact;
      if (next.until !== 'ready') return next;
    } catch (error) {
      if (error instanceof StalledError || error instanceof StrategyError) return { type: `nothing: ${error.message}` };
      throw error;
    }
    await ready;
  }
}

/** The first place where two pieces of JSON differ, regardless of the order of their fields. */
function firstDifference(field: string, logged: unknown, recomputed: unknown): Difference | undefined {
  if (!isObject(logged) || !isObject(recomputed) || Array.isArray(logged) !== Array.isArray(recomputed)) {
    return logged === recomputed ? undefined : { field, logged, recomputed };
  }
  for (const name of new Set([...Object.keys(logged), ...Object.keys(recomputed)])) {
    if (logged[name] === undefined && recomputed[name] === undefined) continue;
    const difference = firstDifference(field ? `${field}.${name}` : name, logged[name], recomputed[name]);
    if (difference) return difference;
  }
  return undefined;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;
