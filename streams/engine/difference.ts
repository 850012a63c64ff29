import { StalledError, StrategyError } from '../../src/errors.ts';
import type { SuggestedFact } from '../../src/facts/facts.ts';
import { differencesIn } from '../../src/schema/json.ts';
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
export async function differenceOf<P>(decider: Decider<P>, logged: SuggestedFact): Promise<Difference | undefined> {
  const [first] = differencesIn(logged, await recomputed(decider));
  return first && { field: first[0], logged: first[1], recomputed: first[2] };
}

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
