import { existsSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { dryRun } from '../../../streams/engine/dryRun.ts';
import { openJournal } from '../../../streams/log/journal.ts';
import type { StudyOptions } from '../../../streams/options.ts';
import { auto } from '../../../streams/strategies/auto.ts';
import { runStudy } from '../../../streams/study.ts';
import { MismatchError } from '../../errors.ts';
import type { Created, Params, TrialEvent } from '../../facts/facts.ts';
import { DECISIONS } from '../../facts/versions.ts';
import type { AppliedEntry } from '../../ledger/appliedEntry.ts';
import type { TrialId } from '../../messages.ts';
import { omitUndefined } from '../../omitUndefined.ts';
import { failingAlike, isTelling } from '../alike.ts';
import { type Inbox, inbox } from '../controlSocket.ts';
import { begunIn } from '../journalFile.ts';
import { type Goal, goalOf, listeningFor, withMetric } from '../metric.ts';
import { notices } from '../notices.ts';
import { checkResuming } from '../resuming.ts';
import { type PatientLog, patientLog } from '../retryingLog.ts';
import { checkVariables } from '../runner/job.ts';
import { parseTemplate, type Template } from '../runner/template.ts';
import { live } from '../statusLine.ts';
import { readStudyFile, type StudyFile } from '../studyFile.ts';
import { type Trainers, trainers } from '../trainers.ts';
import { UsageError } from '../usage.ts';
import { type Ending, type Watch, watch } from '../watch.ts';

export interface RunOptions {
  readonly journal?: string;
  readonly parallel?: number;
  readonly trials?: number;
  readonly seed?: string;
  /** The name of the value that the program prints. */
  readonly metric?: string;
  readonly fsync?: 'always' | 'interval' | 'never';
  readonly json?: boolean;
  /** Port of the dashboard; true for one that is free. */
  readonly dashboard?: number | true;
}

/** `hypertide run`: tunes a program on this machine. Resolves with the exit status. */
export async function runPrograms(path: string, words: readonly string[], options: RunOptions): Promise<number> {
  const file = await readStudyFile(path);
  const command = commandOf(words.length > 0 ? words : file.command, file.space);
  const { study: name } = file.options;
  if (options.journal === undefined && /[/\\]|^\.\.?$/.test(name))
    throw new UsageError(
      `${path}: name: expected a name that can be that of a file, got ${name}; --journal says where the journal is to be`,
    );
  const where = options.journal ?? `${name}.jsonl`;
  const { trials, parallel, seed } = options;
  const created = await begunIn(where);
  const wanted = withMetric({ ...file.options, ...omitUndefined<StudyOptions>({ trials, parallel, seed }) }, options.metric);
  checkResuming({
    strategy: file.strategy?.spec ?? created?.strategy,
    decisions: created ? (created.decisions ?? 1) : DECISIONS,
    resumes: file.options.resumes ?? created?.resumes ?? false,
    command,
  });
  const { goal, options: settings } = await goalOf(where, created, wanted);
  if (!created) dryRun(file.space, file.strategy ?? auto(), settings);
  const screen = live();
  const book = await openJournal(where, { warn: screen.line, ...(options.fsync && { fsync: options.fsync }) });
  const log = patientLog(book, screen.line);
  const directory = `${resolve(where.replace(/\.jsonl$/, ''))}.trials`;
  const watching = watch(screen, await log.head(), options.json ?? false);
  const board = options.dashboard === undefined ? undefined : await beside(options.dashboard, where, log, screen.line);
  const box = await inbox(where, (fact) => log.append(fact));
  const inspected = board ? { ...settings, inspect: board.inspect } : settings;
  const ending = await work({
    file,
    goal,
    begun: created,
    options: inspected,
    command,
    log,
    directory,
    watching,
    box,
    attended: board !== undefined,
    warn: screen.line,
  });
  await log.settled();
  box?.close();
  await board?.close();
  screen.end();
  await log.close();
  if (ending.type === 'failed' && ending.error instanceof MismatchError)
    throw new UsageError(`${where}: ${ending.error.message}; --journal names another`);
  const completed = watching.conclude({ journal: book.place(), directory, ending, again: commandLine() });
  if (ending.type === 'failed') throw ending.error;
  if (ending.type === 'interrupted') return 130;
  return ending.type === 'closed' && completed > 0 && book.place() === where ? 0 : 1;
}

/** A dashboard of a study that this process runs. */
async function beside(port: number | true, place: string, log: PatientLog, warn: (message: string) => void) {
  const [{ dashboard }, { logSource }, { settingsOf, welcome }] = await Promise.all([
    import('../../dashboard/serve.ts'),
    import('../../dashboard/source.ts'),
    import('./dashboard.ts'),
  ]);
  const board = await dashboard({ ...settingsOf(port === true ? {} : { port }), warn });
  let inspect!: (event: unknown) => void;
  const { feed } = board.studies.add('study', logSource(place, log), (looking) => {
    inspect = looking;
  });
  welcome(board, warn);
  const close = async () => {
    await feed.reached(await log.head());
    await board.close();
  };
  return { inspect, close };
}

/** The command, checked as far as one can before there are values to put in. */
export function commandOf(words: readonly string[] | undefined, space: { toJSON(): { readonly parameters: object } }): Template {
  if (words === undefined) throw new UsageError('there is no command to run: put it behind --, or into the study file');
  const parameters = Object.keys(space.toJSON().parameters);
  checkVariables(parameters);
  const command = parseTemplate(words, parameters);
  const [program] = command;
  if (program?.type === 'text' && program.parts.length === 1 && !isProgram(program.parts[0]!)) {
    throw new UsageError(`${program.parts[0]}: there is no such program`);
  }
  return command;
}

const isProgram = (name: string): boolean =>
  name.includes('/') ? existsSync(name) : (process.env.PATH ?? '').split(delimiter).some((directory) => existsSync(join(directory, name)));

interface Work {
  readonly file: StudyFile;
  readonly goal: Goal;
  /** The first fact of the journal, where the study has begun. */
  readonly begun: Created | undefined;
  readonly options: StudyOptions;
  readonly command: Template;
  readonly log: PatientLog;
  readonly directory: string;
  readonly watching: Watch;
  readonly box: Inbox | undefined;
  /** Whether somebody looks at it who can have it go on. */
  readonly attended: boolean;
  readonly warn: (message: string) => void;
}

/** Runs the study until it is over, broken off, or cannot go on; then no program runs any more and all they said is in the log. */
async function work({ file, goal, begun, options, command, log, directory, watching, box, attended, warn }: Work): Promise<Ending> {
  /** As the log has it; a start without one goes on with that. */
  const strategy = file.strategy?.spec ?? begun?.strategy;
  let end!: (ending: Ending) => void;
  const ended = new Promise<Ending>((settle) => {
    end = settle;
  });
  const failed = new Set<TrialId>();
  const say = (event: TrialEvent) => {
    if (event.type === 'failed' && isTelling(event)) failed.add(event.trial);
    void log.append(event).catch((error) => end({ type: 'failed', error }));
  };
  const fleet: Trainers = trainers({
    study: file.options.study,
    command,
    ...listeningFor(goal),
    notices: notices({
      warn,
      strategy,
      decisions: file.strategy ? undefined : begun && (begun.decisions ?? 1),
      direction: goal.objectives[0]!.direction,
      metric: goal.metric,
    }),
    ...(file.result && { result: file.result }),
    directory,
    say,
    warn,
    unable: (reason) => end({ type: 'failed', error: new UsageError(reason) }),
    ...(file.timeLimit !== undefined && { timeLimit: file.timeLimit }),
    ...(file.grace !== undefined && { grace: file.grace }),
  });
  const failing = failingAlike(await log.head());
  const note = (noted: AppliedEntry<Params>) => {
    watching.note(noted);
    box?.note(noted);
    const alike = failing(noted);
    if (alike) end({ type: 'alike', alike });
    if (watching.paused && !attended) end({ type: 'paused' });
  };
  const subscription = runStudy(file.space, file.strategy, log, { ...options, exclusive: true, note }).subscribe({
    next: (directive) => fleet.obey(directive),
    error: (error) => end({ type: 'failed', error }),
    complete: () => end({ type: 'closed' }),
  });
  let interrupts = 0;
  const interrupt = () => {
    if (++interrupts > 1) {
      log.giveUp();
      return fleet.kill();
    }
    warn(`ending ${fleet.running} running trials; once more ends them at once`);
    end({ type: 'interrupted' });
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, interrupt);
  const ending = await ended;
  subscription.unsubscribe();
  await fleet.preempt();
  const limits = ending.type === 'alike' ? ending.alike.limits(failed) : undefined;
  if (limits) await log.append({ type: 'changed', limits });
  await log.settled();
  for (const signal of signals) process.off(signal, interrupt);
  return ending;
}

/** This command, as one would type it. */
const commandLine = (): string => ['hypertide', ...process.argv.slice(2)].map(quoted).join(' ');

const quoted = (word: string): string => (/^[\w@%+=:,./{}-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);
