import type { ObjectiveSpec } from '../facts/facts.ts';
import { lossOf } from '../ledger/settings.ts';
import { omitUndefined } from '../schema/omitUndefined.ts';
import type { TrialRow } from './trials.ts';

/** What the model of a strategy predicted for a trial, in the user's own units. */
export interface ShownPrediction {
  readonly values: readonly { readonly objective: string; readonly mean: number; readonly sd: number }[];
  /** The step of the predicted values. */
  readonly at?: number;
  /** To the model, all results worse than this value are equal to it. */
  readonly limit?: number;
}

/** The tags that hold a prediction. */
export const tagsOfPrediction: readonly string[] = ['mean', 'sd', 'at', 'limit', 'scale'];

/** The prediction in the tags of a trial, which store it as losses. Undefined if its strategy predicts no values. */
export function predictionOf({ tags = {} }: Pick<TrialRow, 'tags'>, objectives: readonly ObjectiveSpec[]): ShownPrediction | undefined {
  const [means, sds] = [tags.mean, tags.sd].map((text = '') => text.split(' ').map((word) => (word === '' ? Number.NaN : Number(word))));
  if ((tags.scale ?? 'loss') !== 'loss' || means!.length !== objectives.length || sds!.length !== objectives.length) return undefined;
  const values = objectives.map((objective, k) => ({ objective: objective.name, mean: lossOf(objective, means![k]!), sd: sds![k]! }));
  if (!values.every(({ mean, sd }) => Number.isFinite(mean) && Number.isFinite(sd))) return undefined;
  const limit = tags.limit === undefined ? undefined : lossOf(objectives[0]!, Number(tags.limit));
  const at = tags.at === undefined ? undefined : Number(tags.at);
  return omitUndefined({ values, at, limit });
}
