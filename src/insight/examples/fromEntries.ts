import type { AppliedEntry } from '../../ledger/appliedEntry.ts';
import { ExampleResults } from '../../ledger/exampleResults.ts';
import type { TrialId } from '../../strategy/messages.ts';
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
  const results = new ExampleResults(created.examples.count, created.objectives.length);
  for (const { event } of all) {
    if (event === undefined || !('id' in event) || wrong.has(event.id)) continue;
    if (event.type === 'suggested') results.begin(event);
    else if (event.type === 'reported') results.add(event.id, event.results ?? []);
    else results.end(event);
  }
  return results.total > 0 ? exampleMatrix(results, created.objectives[0]!, created.examples.ids) : undefined;
}
