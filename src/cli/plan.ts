import { dryRun } from '../../streams/engine/dryRun.ts';
import { createdAfter } from '../../streams/engine/earlier.ts';
import { changeAtStart } from '../../streams/engine/run.ts';
import { createdOf, type StudyOptions } from '../../streams/spec/options.ts';
import { parseStrategy } from '../../streams/spec/spec.ts';
import { auto } from '../../streams/strategies/auto.ts';
import type { Created } from '../facts/facts.ts';
import { type Goal, goalOf, withMetric } from '../host/metric.ts';
import { changedBy, type Settings, settingsOf } from '../ledger/settings.ts';
import type { CommandTemplate } from '../programs/template.ts';
import { commandOf, metricFileOf } from '../programs/trialCommand.ts';
import { omitUndefined } from '../schema/omitUndefined.ts';
import { begunIn, settingsIn, stemOf } from '../stores/journalFile.ts';
import { trialsDirectory } from '../stores/trialFiles.ts';
import { checkResuming } from '../studyFile/checkResuming.ts';
import { readStudyFile, type StudyFile } from '../studyFile/studyFile.ts';
import { UsageError } from '../text/usage.ts';

export interface RunFlags {
  readonly journal?: string;
  readonly parallel?: number;
  readonly trials?: number;
  readonly seed?: string;
  /** The name of the value that the program prints. */
  readonly metric?: string;
  /** The path of the file to which the program writes its metrics. */
  readonly metricFile?: string;
  readonly fsync?: 'always' | 'interval' | 'never';
  readonly json?: boolean;
  /** Bytes that the files of the trials may take. */
  readonly keep?: number;
  /** The file of commands and webhooks to call. */
  readonly hooks?: string;
  /** Port of the dashboard; true for a free one. */
  readonly dashboard?: number | true;
}

/** What to run, as the study file, the options and the journal say. */
export interface Plan {
  readonly file: StudyFile;
  readonly journal: string;
  /** The directory for the output and files of trials. */
  readonly directory: string;
  readonly command: CommandTemplate;
  readonly metricFile: CommandTemplate | undefined;
  readonly goal: Goal;
  readonly options: StudyOptions;
  readonly inForce: Settings;
  /** The first fact of a new study; undefined if the journal has one. */
  readonly first: Created | undefined;
}

/** Reads and checks everything, and writes nothing. @throws UserError */
export async function planOf(path: string, words: readonly string[], options: RunFlags): Promise<Plan> {
  const read = await readStudyFile(path);
  const command = commandOf(words.length > 0 ? words : read.command, read.space);
  const { study: name } = read.options;
  if (options.journal === undefined && /[/\\]|^\.\.?$/.test(name))
    throw new UsageError(`${path}: name: expected a name that can be a file name, got ${name}; or give the file with --journal`);
  const journal = options.journal ?? `${name}.jsonl`;
  const { trials, parallel, seed } = options;
  const created = await begunIn(journal);
  const file = created && !read.isNamed ? { ...read, options: { ...read.options, study: created.study } } : read;
  const wanted = withMetric({ ...file.options, ...omitUndefined({ trials, parallel, seed }) }, options.metric);
  const inForce = created ? await settingsIn(journal, created) : settingsOf(createdOf(file.space, file.strategy, wanted));
  checkResuming({ ...inForce, resumes: file.options.resumes ?? inForce.resumes, command });
  const metricFile = metricFileOf(
    options.metricFile ?? file.metricFile,
    file.space,
    changedBy(inForce, changeAtStart(inForce, wanted)).parallel,
  );
  const { goal, options: settings } = await goalOf(journal, created, wanted);
  if (!created) dryRun(file.space, file.strategy ?? auto(), settings);
  const first = created ? undefined : await createdAfter(file.space, file.strategy, { ...settings, parseStrategy }); // an earlier study may not be readable
  return { file, journal, directory: trialsDirectory(stemOf(journal)), command, metricFile, goal, options: settings, inForce, first };
}
