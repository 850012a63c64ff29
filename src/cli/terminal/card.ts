import type { ObjectiveSpec } from '../../facts/facts.ts';
import { gainOf, gainText } from '../../insight/gain.ts';
import type { Recommendation } from '../../insight/recommendation/recommendation.ts';
import { isSame, repetitionText } from '../../insight/recommendation/repeats.ts';
import type { ExampleResults } from '../../ledger/exampleResults.ts';
import { keptCommand } from '../../programs/trialCommand.ts';
import { commandFile, paramsFile } from '../../stores/trialFiles.ts';
import type { TrialId } from '../../strategy/messages.ts';
import { escapeControls } from '../../study/plainText.ts';
import { argumentsOf, shellQuoted } from '../../study/programArguments.ts';
import { pairs, shown } from '../../study/shown.ts';
import type { CompletedRow, TrialRow } from '../../study/trials.ts';
import { aligned } from '../../text/layout.ts';

/** A trial among the others of its study. */
export interface Carded {
  readonly row: TrialRow;
  readonly objective: ObjectiveSpec;
  /** The trials with a result, the best first. */
  readonly ranked: readonly TrialRow[];
  readonly rows: readonly TrialRow[];
  /** Directory of the output and files of the trials. */
  readonly directory: string;
  /** The results of examples, if the study has examples. */
  readonly examples?: ExampleResults | undefined;
}

/** A trial as a card: its value, the gain over the first results if it is the best one, its parameters, and how to train it again. */
export function card({ row, objective, ranked, rows, directory, examples }: Carded): string {
  const { trial, params, step, by } = row;
  const gain = row.trial === ranked[0]?.trial && row.examples === undefined ? gainOf(ranked, objective) : undefined;
  const estimated = examples && estimateText(examples, trial);
  const ended = rows.filter(({ status }) => status !== 'open').length;
  return [
    `${pairs(row.values ?? {}, ' ')}${estimated ?? ''}: trial ${trial} (${ended} ${ended === 1 ? 'has' : 'have'} ended)${step === undefined || estimated ? '' : `, ${step} ${step === 1 ? 'step' : 'steps'}`}, by ${by}`,
    ...[gain && gainText(gain, objective), repeatsText(row, objective, ranked)].filter((text) => text !== undefined),
    '',
    ...aligned(Object.entries(params).map(([name, value]) => [`  ${escapeControls(name)}`, shown(value)])),
    '',
    ...trainingOf(row, directory),
  ]
    .map(escapeControls)
    .join('\n');
}

/** The standard error of a mean over examples, for others of the same kind, and how many these are. */
function estimateText(examples: ExampleResults, trial: TrialId): string | undefined {
  const of = examples.of(trial);
  if (of === undefined || of.results.size === 0 || of.ended?.id !== trial) return undefined;
  const [stderr] = examples.estimate(of, Number.POSITIVE_INFINITY).stderr ?? [];
  const [n, all] = [of.results.size, examples.count];
  return `${stderr === undefined ? '' : ` ± ${shown(Number(stderr.toPrecision(2)))}`} (${n === all ? 'all' : `${n} of`} ${all} examples)`;
}

/** What its configuration gave when it was tried again: the best result of a noisy program is a lucky one. */
function repeatsText(row: TrialRow, { name }: ObjectiveSpec, ranked: readonly TrialRow[]): string | undefined {
  const params = JSON.stringify(row.params);
  const values = ranked
    .filter((other) => other.budget === row.budget && JSON.stringify(other.params) === params)
    .map((other) => (other as CompletedRow).values[name]!);
  if (values.length < 2) return undefined;
  const [least, most] = [shown(Math.min(...values)), shown(Math.max(...values))];
  return `this configuration ran ${values.length} times: ${least === most ? `${name} ${least} each time` : `${name} from ${least} to ${most}`}`;
}

/** Below a card: what the configuration would give again or, if repetitions tell that another one is to be deployed, which. @param command that prints it */
export function repetitionLine<P>(
  { row, repetition }: Pick<Recommendation<P>, 'row' | 'repetition'>,
  { params }: TrialRow,
  ranked: readonly TrialRow[],
  command: string,
): string | undefined {
  if (isSame(row.params, params)) return repetition && repetitionText(repetition);
  if (new Set(ranked.map((other) => JSON.stringify(other.params))).size === ranked.length) return undefined;
  return `some configurations ran several times: by all results, trial ${row.trial} is the one to deploy (${command})`;
}

/** The command that the trial ran or, if no program ran it here, its values as arguments. */
function trainingOf({ trial, params }: TrialRow, directory: string): readonly string[] {
  const command = keptCommand({ command: commandFile(directory, trial), params: paramsFile(directory, trial) }, params);
  const words = command ?? argumentsOf(params);
  return [command ? 'to train it again:' : 'as arguments:', `  ${words.map(shellQuoted).join(' ')}`];
}
