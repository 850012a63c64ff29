import { canonical, usualDirection } from '../text/names.ts';
import type { LineReading } from './reading.ts';

/** Chooses the printed value that is the result, if the study does not name one. */
export interface MetricChoice {
  /**
   * Adds a reading. Returns `one`, once, when there is one candidate and its first step is over, and `several`, once, when there are more.
   */
  see(reading: LineReading): 'one' | 'several' | undefined;
  /** The candidates so far, as printed. */
  readonly names: readonly string[];
  /** Whether there are several. */
  readonly undecidable: boolean;
}

/**
 * @param direction only names that are usually better in this direction are candidates.
 * @param parameters names that are none
 */
export function metricChoice(direction: 'minimize' | 'maximize', parameters: ReadonlySet<string>): MetricChoice {
  const candidates = new Map<string, string>();
  /** The step of the first candidate, and that of the last reading. */
  let first: unknown;
  let current: unknown;
  let undecidable = false;
  return {
    see(reading) {
      if (undecidable) return undefined;
      const { fields, step, lead, heads } = reading;
      const own = step ?? lead;
      if (own !== undefined && (heads || fields.size > 0)) {
        if (candidates.size > 0 && first !== undefined && own !== first) {
          undecidable = candidates.size > 1;
          return undecidable ? 'several' : 'one';
        }
        current = own;
        if (candidates.size > 0) first ??= own;
      }
      for (const name of fields.keys()) {
        const known = canonical(name);
        const isCandidate = name === 'value' || (usualDirection(name) === direction && !parameters.has(known));
        if (isCandidate && !candidates.has(known)) candidates.set(known, name);
      }
      if (candidates.size > 0) first ??= current;
      return undefined;
    },
    get names() {
      return [...candidates.values()];
    },
    get undecidable() {
      return undecidable;
    },
  };
}
