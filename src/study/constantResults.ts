import type { ObjectiveSpec } from '../facts/facts.ts';
import type { AppliedEntry } from '../ledger/appliedEntry.ts';
import { highestBudget, type TrialRow, TrialRows } from './trials.ts';

/** Fewer equal results may be a coincidence. */
const ENOUGH = 5;

/** What the user can do about results that do not depend on the configuration. */
export const WHAT_TO_CHECK = 'check that it is the value to optimize, and that your program uses its parameters';

type Named = Pick<ObjectiveSpec, 'name'>;
type Row = Pick<TrialRow<unknown>, 'params' | 'status' | 'values' | 'budget'>;

/**
 * A sentence about each objective that has the same value in all results, if enough different configurations have one. Only results at the highest budget
 * count, since many metrics are constant at the start of a training.
 *
 * @param printed the name under which a program prints the only objective, if it differs
 */
export function constantTexts(objectives: readonly Named[], rows: Iterable<Row>, printed?: string): string[] {
  const results = resultsOf(rows);
  const configurations = countConfigurations(results);
  if (configurations < ENOUGH) return [];
  const { values } = results[0]!;
  const same = objectives.filter(({ name }) => results.every((row) => row.values[name] === values[name]));
  return same.map(
    ({ name }) => `${printed ?? name} is ${values[name]} for all ${configurations} configurations with a result: ${WHAT_TO_CHECK}`,
  );
}

/**
 * Detects results that do not depend on the configuration.
 *
 * @param past the position of the last entry before this start.
 * @returns a function that takes each entry of the log and returns what to tell the user, once. After a restart, one more such result is enough.
 */
export function watchConstants(past: () => number): (noted: AppliedEntry) => string | undefined {
  /** Undefined once the answer is known. */
  let rows: TrialRows<unknown> | undefined = new TrialRows();
  let objectives: readonly Named[] = [];
  return (noted) => {
    if (rows === undefined) return undefined;
    const { fact, event, refusal, position } = noted;
    if (position === 1) rows = new TrialRows(); // a log may be read more than once
    rows.fold(noted);
    if (refusal) return undefined;
    if (fact.type === 'created') objectives = fact.objectives;
    if (event?.type !== 'ended' || fact.type !== 'completed') return undefined;
    const texts = constantTexts(objectives, rows, objectives.length === 1 ? fact.metric : undefined);
    if (texts.length > 0 ? position <= past() : countConfigurations(resultsOf(rows)) < ENOUGH) return undefined;
    rows = undefined;
    return texts.length > 0 ? texts.join('; ') : undefined;
  };
}

type Result = Row & Required<Pick<Row, 'values'>>;

function resultsOf(rows: Iterable<Row>): Result[] {
  const all = [...rows];
  const highest = highestBudget(all);
  return all.filter((row): row is Result => row.status === 'completed' && row.values !== undefined && (row.budget ?? highest) === highest);
}

const countConfigurations = (results: readonly Result[]): number => new Set(results.map(({ params }) => JSON.stringify(params))).size;
