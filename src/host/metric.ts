import { objectivesOf } from '../../streams/spec/createdDifferences.ts';
import { exampleSpec, type StudyOptions } from '../../streams/spec/options.ts';
import type { Created, ObjectiveSpec } from '../facts/facts.ts';
import { factsIn } from '../stores/journalFile.ts';
import { UsageError } from '../text/usage.ts';

/** The names to read in a program's output. */
export interface Goal {
  readonly objectives: readonly ObjectiveSpec[];
  /** The printed name of the only objective, if it differs from its name. */
  readonly metric?: string | undefined;
  /** What trials are evaluated on. */
  readonly examples?: Created['examples'] | undefined;
}

/** The options for a reader of output. */
export const listeningFor = ({ objectives, metric, examples }: Goal) => ({
  objectives: objectives.map(({ name }) => name),
  direction: objectives[0]!.direction,
  metric,
  examples: examples && (examples.ids ?? examples.count),
});

/**
 * The names to read for an existing study. If it began without the name of its value, a later run may set it, as long as no result has another name;
 * its objective is still called `value`.
 *
 * @returns the options without the objective that the log calls `value`.
 * @throws UsageError if the journal has results under another name.
 */
export async function goalOf<O extends StudyOptions>(
  journal: string,
  created: Created | undefined,
  options: O,
): Promise<{ readonly goal: Goal; readonly options: O }> {
  const wanted = objectivesOf(options);
  if (created === undefined)
    return { goal: { objectives: wanted, examples: options.examples === undefined ? undefined : exampleSpec(options.examples) }, options };
  const { objectives, examples } = created;
  const [logged] = objectives;
  const [{ name: metric, direction }] = wanted as [ObjectiveSpec];
  const renames = objectives.length === 1 && wanted.length === 1 && logged!.name === 'value' && metric !== 'value';
  if (!renames || logged!.direction !== direction) return { goal: { objectives, examples }, options };
  const other = await otherMetric(journal, metric);
  if (other !== undefined)
    throw new UsageError(`${journal}: its results are values of ${other}, not of ${metric}; begin another study with --journal`);
  const { objectives: _, ...rest } = options;
  return { goal: { objectives, metric, examples }, options: rest as O };
}

/** A name under which results or reports were printed, other than the one given. */
async function otherMetric(journal: string, metric: string): Promise<string | undefined> {
  const trials = new Map<number, string>();
  for await (const fact of factsIn(journal)) {
    if (fact.type !== 'completed' && fact.type !== 'reported') continue;
    trials.set(fact.trial, fact.metric ?? trials.get(fact.trial) ?? 'value');
  }
  return [...trials.values()].find((name) => name !== metric);
}
