import type { AppliedEntry } from '../../ledger/appliedEntry.ts';
import { ExampleResults } from '../../ledger/exampleResults.ts';
import { type Suggested, type TrialId, violates } from '../../strategy/messages.ts';
import { type ExampleMatrix, exampleMatrix } from './matrix.ts';

/**
 * The results of a study on its examples, for figures.
 *
 * @param entries of the study from the first one on, such as those that it emits.
 * @returns undefined for a study without examples, and before the first result.
 * @example const examples = examplesIn(await lastValueFrom(study.pipe(toArray())));
 */
export function examplesIn(entries: Iterable<AppliedEntry>): ExampleMatrix | undefined {
  const all = [...entries];
  const created = all.map(({ fact, refusal }) => (refusal ? undefined : fact)).find((fact) => fact?.type === 'created');
  if (created?.type !== 'created' || created.examples === undefined) return undefined;
  const wrong = new Set<TrialId>(all.flatMap(({ effect, fact }) => (effect === 'retracted' ? fact.trial : [])));
  const trials = new Map<TrialId, Suggested>();
  const results = new ExampleResults(created.examples.count);
  for (const { event } of all) {
    if (event === undefined || !('id' in event) || wrong.has(event.id)) continue;
    if (event.type === 'suggested') {
      results.begin(event);
      trials.set(event.id, event);
    } else if (event.type === 'reported') {
      results.add(event.id, event.results ?? []);
    } else if (event.outcome !== 'failed') {
      results.end(trials.get(event.id)!, violates(event) ? 'stopped' : event.outcome);
    }
  }
  return results.total > 0 ? exampleMatrix(results, created.objectives[0]!, created.examples.ids) : undefined;
}
