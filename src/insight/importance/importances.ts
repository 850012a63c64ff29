import type { Values } from '../../facts/facts.ts';
import type { Schema } from '../../facts/schema.ts';
import type { AxisImportances } from './axisImportances.ts';

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
  /** How many of these results are of configurations that were trained in part, as with early stopping. */
  readonly partial: number;
  /**
   * By parameter, the result that a forest predicts along its axis, or for each category, whatever the other parameters are; of a conditional parameter,
   * where it exists. A configuration that was trained in part is expected to stay as far behind as it was then.
   */
  readonly marginals: Readonly<Record<string, readonly Forecast[]>>;
}

/** The result that is predicted for a value of a parameter, with the standard deviation over the trees of the forest. */
export interface Forecast {
  readonly value: unknown;
  readonly mean: number;
  readonly sd: number;
}

const byParameter = (description: string, of: Schema = { type: 'number' }): Schema => ({
  type: 'object',
  additionalProperties: of,
  description,
});
const interval: Schema = {
  type: 'array',
  items: { type: 'number' },
  minItems: 2,
  maxItems: 2,
  description: 'the lowest and the highest share',
};

/** The importances as JSON Schema. */
export const importancesSchema = {
  type: 'object',
  properties: {
    results: { type: 'integer', minimum: 0, description: 'how many results were used' },
    partial: { type: 'integer', minimum: 0, description: 'how many of these were trained in part' },
    fanova: byParameter('shares of the variation of the results by fANOVA, by parameter; they sum to 1'),
    pedAnova: byParameter('the same among the best results only, by PED-ANOVA'),
    objective: { type: 'string', description: 'name of the objective' },
    intervals: {
      type: 'object',
      properties: {
        fanova: byParameter('of the shares by fANOVA', interval),
        pedAnova: byParameter('of the shares by PED-ANOVA', interval),
      },
      required: ['fanova', 'pedAnova'],
      description: '90 % intervals of the shares',
    },
    marginals: byParameter('the result that is predicted along each parameter', {
      type: 'array',
      items: {
        type: 'object',
        properties: { value: { description: 'of the parameter' }, mean: { type: 'number' }, sd: { type: 'number' } },
        required: ['mean', 'sd'],
      },
    }),
  } satisfies Readonly<Record<keyof Importances, Schema>>,
  required: ['results', 'partial', 'fanova', 'pedAnova', 'objective', 'intervals', 'marginals'] satisfies readonly (keyof Importances)[],
  description: 'how much of the variation of the results each parameter explains',
} as const satisfies Schema;
