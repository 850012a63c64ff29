import type { ObjectiveSpec, Params } from '../../facts/facts.ts';
import type { Space } from '../../space/space.ts';
import { parseSpace } from '../../space/space.ts';
import type { TrialRow } from '../../study/trials.ts';
import { type Chosen, chosen } from './recommendation.ts';

/** The input of a recommendation, as data that can be sent to a thread. */
export interface RecommendationTask {
  readonly space: unknown;
  readonly objective: ObjectiveSpec;
  readonly rows: readonly TrialRow[];
}

/** The recommendation for a study as data. A thread loads this module. */
export const recommendationOf = ({ space, objective, rows }: RecommendationTask): Chosen<Params> | undefined =>
  chosen(parseSpace(space) as Space<Params>, objective, rows);
