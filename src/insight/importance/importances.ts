import type { Values } from '../../facts/facts.ts';
import type { AxisImportances } from './importance.ts';

/** How much of the variation of the results each parameter explains; shares that sum to 1. */
export interface Importances {
  /** The number of results that were used. */
  readonly results: number;
  readonly fanova: Values;
  readonly pedAnova: Values;
  /** The name of the objective whose results these are. */
  readonly objective: string;
  /** Where the shares lie, as 90 % intervals by bootstrap samples of the results. */
  readonly intervals: AxisImportances['intervals'];
  /** The standard deviation of the shares by fANOVA over the trees of its forest. */
  readonly spread: Values;
  /**
   * By parameter, the result that a forest predicts along its axis, or for each category, whatever the other parameters are. If budgets differ, the
   * forest learns from the trials that were completed at the highest one. Absent if these are too few.
   */
  readonly marginals?: Readonly<Record<string, readonly Predicted[]>>;
}

/** The result that is predicted for a value of a parameter, with the standard deviation over the trees of the forest. */
export interface Predicted {
  readonly value: unknown;
  readonly mean: number;
  readonly sd: number;
}
