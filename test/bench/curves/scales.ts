import { readFileSync } from 'node:fs';

/** What regret of a problem is measured from, and in units of. Recorded by `record.ts`. */
export interface Scale {
  /** The lowest loss: of a table its least, of a surrogate the best that a long search has found. */
  readonly optimum: number;
  /** Median regret of one random configuration, trained in full. */
  readonly single: number;
  /** Median regret of random search after 1, 2, ... 20 full trainings. */
  readonly random: readonly number[];
}

export const scalesFile = new URL('data/scales.json', import.meta.url);
export const scales = (): Readonly<Record<string, Scale>> => JSON.parse(readFileSync(scalesFile, 'utf8'));

/** A small part of the regret of one random configuration: where random search finds the optimum, regret still has a scale. */
const LEAST_SCALE = 0.01;

/** Regret of a loss after n full trainings, in units of the median that random search has by then. */
export const regret = ({ optimum, single, random }: Scale, loss: number, n: number): number =>
  Math.max(0, loss - optimum) / Math.max(random[n - 1]!, LEAST_SCALE * single);
