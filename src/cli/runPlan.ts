import { dryRun } from '../../streams/engine/dryRun.ts';
import { createdAfter } from '../../streams/engine/earlier.ts';
import { changeAtStart } from '../../streams/engine/runEngine.ts';
import { createdOf, type StudyOptions } from '../../streams/spec/options.ts';
import { parseStrategy } from '../../streams/spec/spec.ts';
import { auto } from '../../streams/strategies/auto.ts';
import type { Created } from '../facts/facts.ts';
import { type Goal, goalOf } from '../host/metric.ts';
import { changedBy, type Settings, settingsOf } from '../ledger/settings.ts';
import type { CommandTemplate } from '../programs/template.ts';
import { commandOf, metricFileOf } from '../programs/trialCommand.ts';
import { omitUndefined } from '../schema/omitUndefined.ts';
import { begunIn, settingsIn, stemOf } from '../stores/journalFile.ts';
import { trialsDirectory } from '../stores/trialFiles.ts';
import { checkResuming } from '../studyFile/checkResuming.ts';
import { readStudyFile, type StudyFile } from '../studyFile/studyFile.ts';
import { UsageError } from '../text/usage.ts';
import { amountsIn, checkNeeds, fitting } from '../worker/amounts.ts';
import { among, bare, byteSize, flag, type Given, logFormat, machineSlots, port, value, wholeNumber } from './parts.ts';

/** The options of `hypertide run`. */
export const runOptions = {
  journal: value('file', 'journal of the study (default: <study name>.jsonl)'),
  parallel: value('n', 'programs to run at a time (default: 1)', { kind: wholeNumber }),
  slots: machineSlots,
  trials: value('n', 'configurations to try (default: no limit)', { kind: wholeNumber }),
  fsync: value('policy', 'when to force writes to the disk (default: interval)', { kind: among(['always', 'interval', 'never']) }),
  keep: value('size', 'disk space of output and checkpoints, such as 20GB', { kind: byteSize }),
  json: flag('print a JSON line for each trial that ends'),
  hooks: value('file', 'commands and webhooks to call on events (YAML)'),
  dashboard: bare('port', 'show the study in a browser (default port: a free one)', { kind: port }),
  logFormat,
};

export type RunFlags = Given<typeof runOptions>;

/** What to run, as the study file, the options and the journal say. */
export interface RunPlan {
  readonly file: StudyFile;
  readonly journal: string;
  /** The directory for the output and files of trials. */
  readonly directory: string;
  readonly command: CommandTemplate;
  readonly metricFile: CommandTemplate | undefined;
  readonly goal: Goal;
  readonly options: StudyOptions;
  readonly inForce: Settings;
  /** How many trials this machine has room for. */
  readonly room: number;
  /** The first fact of a new study; undefined if the journal has one. */
  readonly first: Created | undefined;
}

/** Reads and checks everything, and writes nothing. @throws UserError */
export async function planOf(path: string, words: readonly string[], options: RunFlags): Promise<RunPlan> {
  const read = await readStudyFile(path);
  const { study: name } = read.options;
  if (options.journal === undefined && /[/\\]|^\.\.?$/.test(name))
    throw new UsageError(`${path}: name: expected a name that can be a file name, got ${name}; or give the file with --journal`);
  const journal = options.journal ?? `${name}.jsonl`;
  const { trials, parallel } = options;
  const created = await begunIn(journal);
  const { count, ids } = created?.examples ?? {};
  const command = commandOf(words.length > 0 ? words : read.command, read.space, ids ?? count ?? read.options.examples);
  const file = created && !read.isNamed ? { ...read, options: { ...read.options, study: created.study } } : read;
  const wanted = { ...file.options, ...omitUndefined({ trials, parallel }) };
  const inForce = created ? await settingsIn(journal, created) : settingsOf(createdOf(file.space, file.strategy, wanted));
  checkResuming({ ...inForce, resumes: file.options.resumes ?? inForce.resumes, command });
  const metricFile = metricFileOf(file.metricFile, file.space, changedBy(inForce, changeAtStart(inForce, wanted)).parallel);
  const { goal, options: settings } = await goalOf(journal, created, wanted);
  if (!created) dryRun(file.space, file.strategy ?? auto(), settings);
  const first = created ? undefined : await createdAfter(file.space, file.strategy, { ...settings, parseStrategy }); // an earlier study may not be readable
  const { requires = {} } = created ?? first ?? {};
  const offers = amountsIn(options.slots ?? []);
  checkNeeds(file.options.study, offers, requires);
  const room = fitting(offers, requires);
  return { file, journal, directory: trialsDirectory(stemOf(journal)), command, metricFile, goal, options: settings, inForce, room, first };
}
