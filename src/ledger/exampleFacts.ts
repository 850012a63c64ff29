import type { Completed, Created, ObjectiveSpec, ReportedFact, TrialEvent, Values } from '../facts/facts.ts';
import type { Refusal } from '../facts/refusal.ts';
import type { ExampleResult, TrialId } from '../strategy/messages.ts';
import { refuse } from './claim.ts';
import { type Evaluated, type ExampleResults, meansOf } from './exampleResults.ts';
import { boundedLosses, lossOf } from './settings.ts';
import type { OpenTrial } from './trial.ts';

type Results = NonNullable<ReportedFact['results']>;

/** A fact as a trainer says it: after results of examples, the values of the trial follow from them. */
export type Said = TrialEvent | Omit<Completed, 'values'>;

/** The fact with the values that follow from results of examples, if it has none. Without results, those are missing. */
export function withMeans<P>(fact: Said, open: ReadonlyMap<TrialId, OpenTrial<P>>): TrialEvent {
  if (fact.type !== 'completed' || 'values' in fact) return fact;
  const { evaluated = false, values = {} } = open.get(fact.trial) ?? {};
  return { ...fact, values: evaluated ? values : {} };
}

/** The place of an example in the list of a study, or what is wrong with it. @param example its place from 0, or its name */
export function placeOf(example: number | string, examples: Created['examples']): number | string {
  if (examples === undefined) return 'expected a study with examples: give it the option examples, or report steps';
  const place = typeof example === 'number' ? example : (examples.ids?.indexOf(example) ?? Number(example));
  if (Number.isInteger(place) && place >= 0 && place < examples.count) return place;
  return `expected the name of an example, or its place from 0 to ${examples.count - 1}, got ${String(example)}`;
}

/** The result of an example as facts hold it. */
export const exampleResult = (
  place: number,
  { values, constraints = [] }: Pick<Completed, 'values' | 'constraints'>,
  objectives: readonly string[],
): number[] => [place, ...objectives.map((name) => values[name]!), ...constraints];

/** Why the results of examples do not count; undefined if they do. All results of a study have as many constraints as its first one. */
export function refuseResults(results: Results, examples: ExampleResults, objectives: readonly ObjectiveSpec[]): Refusal | undefined {
  const { count, width = Math.max(objectives.length, results[0]!.length - 1) } = examples;
  for (const [at, [place = Number.NaN, ...numbers]] of results.entries()) {
    if (!(Number.isInteger(place) && place >= 0 && place < count))
      return refuse('bad-field', `results[${at}]: expected the place of an example from 0 to ${count - 1}, got ${place}`);
    if (numbers.length !== width) {
      const constraints = width - objectives.length;
      const expected = `${objectives.length} values and ${constraints} outcome constraints after the place`;
      const first = examples.width === undefined ? '' : ', as in the first result of the study';
      return refuse('bad-field', `results[${at}]: expected ${expected}${first}, got ${numbers.length} numbers`);
    }
  }
  return undefined;
}

/** Results as strategies see them. */
export const lossesByExample = (results: Results, objectives: readonly ObjectiveSpec[]): readonly ExampleResult[] =>
  results.map(([place, ...numbers]) => {
    const losses = numbers.map((one, k) => (k < objectives.length ? lossOf(objectives[k]!, one) : one));
    return [place!, boundedLosses(losses)] as const;
  });

/** The values of a trial are the means of its configuration, which other trials may evaluate at the same time. */
export function takeMeans<P>(trial: OpenTrial<P>, of: Evaluated, objectives: readonly ObjectiveSpec[]) {
  const losses = meansOf(of).slice(0, objectives.length);
  const means = losses.map((loss, k) => [objectives[k]!.name, lossOf(objectives[k]!, loss)] as const);
  return Object.assign(trial, { evaluated: true, losses, values: { ...trial.values, ...Object.fromEntries(means) } });
}

/** A trial has new results. @returns the report with the means so far, and their losses */
export function meansAfter<P>(fact: ReportedFact, trial: OpenTrial<P>, of: Evaluated, objectives: readonly ObjectiveSpec[]) {
  trial.values = fact.values;
  if (fact.metrics) trial.metrics = summed(trial.metrics, fact.metrics);
  const { losses, values, metrics } = takeMeans(trial, of, objectives);
  return { losses, told: { ...fact, step: of.results.size, values, ...(metrics && { metrics }) } };
}

/** Metrics with those of more results. */
export function summed(before: Values | undefined, more: Values): Values {
  const sums = { ...before };
  for (const [name, value] of Object.entries(more)) sums[name] = (sums[name] ?? 0) + value;
  return sums;
}
