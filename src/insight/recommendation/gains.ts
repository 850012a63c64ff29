import type { ObjectiveSpec } from '../../facts/facts.ts';
import type { Space } from '../../space/space.ts';
import type { TrialId } from '../../strategy/messages.ts';
import type { TrialRow } from '../../study/trials.ts';
import { recommendation } from './recommendation.ts';

/** What further trials were expected to gain after a trial. */
export interface GainAfter {
  readonly trial: TrialId;
  /** As a share of the lead that the best trial had over the median one; undefined if no model predicted the results until then. */
  readonly share: number | undefined;
}

/** The most places at which the gain is computed: each fits a model. */
const PLACES = 16;

/** The expected gain as it was in the course of a study, at evenly spread numbers of results. */
export function gains<P>(space: Space<P>, objective: ObjectiveSpec, rows: Iterable<TrialRow<P>>): GainAfter[] {
  const results = [...rows].filter(({ status }) => status === 'completed' || status === 'stopped').sort((a, b) => a.trial - b.trial);
  const counts = new Set(Array.from({ length: PLACES }, (_, k) => Math.ceil(((k + 1) / PLACES) * results.length)));
  return [...counts]
    .filter((count) => count > 0)
    .map((count) => ({ trial: results[count - 1]!.trial, share: recommendation(space, objective, results.slice(0, count))?.gain?.share }));
}
