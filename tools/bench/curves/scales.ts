import { readFileSync } from 'node:fs';

/** The zero and the units of a problem's regret, recorded by `record.ts`. */
export interface Scale {
  /** The lowest loss: the minimum of a table, or the best that a long search found on a surrogate. */
  readonly optimum: number;
  /** Median regret of one random configuration, trained in full. */
  readonly single: number;
  /** Median regret of random search after 1, 2, ... 20 full trainings. */
  readonly random: readonly number[];
}

export const scalesFile = new URL('data/scales.json', import.meta.url);
export const scales = (): Readonly<Record<string, Scale>> => JSON.parse(readFileSync(scalesFile, 'utf8'));

/** A small part of the regret of one random configuration, so that regret still has a scale if random search finds the optimum. */
const LEAST_SCALE = 0.01;

/** Regret of a loss after n full trainings, in units of the median regret of random search. */
export const regret = ({ optimum, single, random }: Scale, loss: number, n: number): number =>
  Math.max(0, loss - optimum) / Math.max(random[n - 1]!, LEAST_SCALE * single);
