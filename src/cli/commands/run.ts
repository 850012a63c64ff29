import { resolve } from 'node:path';
import { NEVER } from 'rxjs';
import { journal } from '../../../streams/log/journal.ts';
import type { Log } from '../../../streams/log/log.ts';
import type { Noted } from '../../../streams/noted.ts';
import type { StudyOptions } from '../../../streams/options.ts';
import { study } from '../../../streams/study.ts';
import { suggest } from '../../../streams/suggest.ts';
import { MismatchError } from '../../errors.ts';
import type { Created, TrialEvent } from '../../facts/facts.ts';
import { beginningOf } from '../journalFile.ts';
import { type Live, live } from '../live.ts';
import { isProgram } from '../runner/program.ts';
import { parseTemplate, type Template } from '../runner/template.ts';
import { readStudyFile, type StudyFile } from '../studyFile.ts';
import { type Trainers, trainers } from '../trainers.ts';
import { UsageError } from '../usage.ts';
import { type Ending, watch } from '../watch.ts';

export interface RunOptions {
  readonly journal?: string;
  readonly parallel?: number;
  readonly trials?: number;
  readonly seed?: string;
  readonly fsync?: 'always' | 'interval' | 'never';
  readonly json?: boolean;
}

/** `hypertide run`: tunes a program on this machine. Resolves with the exit status. */
export async function runStudy(path: string, words: readonly string[], given: RunOptions): Promise<number> {
  const file = await readStudyFile(path);
  const command = templateOf(file, words);
  const where = given.journal ?? `${file.options.study}.jsonl`;
  const flags = definedOf({ parallel: given.parallel, trials: given.trials, seed: given.seed });
  const created = await beginningOf(where);
  const options = { ...(created ? unsaid(file.options, created) : file.options), ...flags };
  if (!created) tryOut(file, options);
  const screen = live();
  const log = await journal(where, { warn: screen.line, ...(given.fsync && { fsync: given.fsync }) });
  const directory = `${resolve(where.replace(/\.jsonl$/, ''))}.trials`;
  const { note, conclude } = watch(await log.head(), given.json ?? false, screen);
  const ending = await work({ file, options, command, log, directory, note, screen });
  screen.end();
  await log.close();
  if (ending.type === 'failed' && ending.error instanceof MismatchError)
    throw new UsageError(`${where}: ${ending.error.message}; --journal names another`);
  const anyCompleted = conclude({ journal: where, directory, ending, again: commandLine() });
  if (ending.type === 'failed') throw ending.error;
  return ending.type === 'interrupted' ? 130 : anyCompleted ? 0 : 1;
}

function templateOf({ command, space }: StudyFile, words: readonly string[]): Template {
  const given = words.length > 0 ? words : command;
  if (given === undefined) throw new UsageError('there is no command to run: put it behind --, or into the study file');
  const template = parseTemplate(given, Object.keys(space.toJSON().parameters));
  const [program] = template;
  if (program?.type === 'text' && program.parts.length === 1 && !isProgram(program.parts[0]!))
    throw new UsageError(`${program.parts[0]}: there is no such program`);
  return template;
}

const definedOf = <T extends object>(record: T): Partial<T> =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as Partial<T>;

/** Asks for one trial and throws it away, so that a strategy that does not suit the study is told of before a journal is begun. */
function tryOut({ space, strategy }: StudyFile, options: StudyOptions): void {
  let failure: unknown;
  NEVER.pipe(suggest(space, strategy, options))
    .subscribe({
      error: (error) => {
        failure = error;
      },
    })
    .unsubscribe();
  if (failure !== undefined) throw failure;
}

/** What a study file says now and did not say when the study began: the rest may have been changed since, by an option or by `change`. */
function unsaid(options: StudyFile['options'], { limits, parallel }: Created): StudyFile['options'] {
  const began: Readonly<Record<string, unknown>> = { ...limits, parallel };
  return Object.fromEntries(
    Object.entries(options).filter(([name, value]) => began[name] !== value || name === 'seconds'),
  ) as unknown as StudyFile['options'];
}

interface Work {
  readonly file: StudyFile;
  readonly options: StudyFile['options'];
  readonly command: Template;
  readonly log: Log;
  readonly directory: string;
  readonly note: (noted: Noted) => void;
  readonly screen: Live;
}

/** Runs the study until it is over, broken off, or cannot go on; then no program runs any more and all they said is in the log. */
async function work({ file, options, command, log, directory, note, screen }: Work): Promise<Ending> {
  let end!: (ending: Ending) => void;
  const ended = new Promise<Ending>((settle) => {
    end = settle;
  });
  const say = (event: TrialEvent) => void log.append(event).catch((error) => end({ type: 'failed', error }));
  const fleet: Trainers = trainers({
    study: options.study,
    command,
    objectives: Object.keys(options.objectives ?? { value: 'minimize' }),
    directory,
    say,
    warn: screen.line,
    unable: (reason) => end({ type: 'failed', error: new UsageError(reason) }),
    ...(file.timeLimit !== undefined && { timeLimit: file.timeLimit }),
    ...(file.grace !== undefined && { grace: file.grace }),
  });
  const subscription = study(file.space, file.strategy, log, { ...options, exclusive: true, note }).subscribe({
    next: (directive) => fleet.obey(directive),
    error: (error) => end({ type: 'failed', error }),
    complete: () => end({ type: 'closed' }),
  });
  const letGo = interrupts(
    () => {
      screen.line(`ending ${fleet.running} running trials; once more kills them`);
      end({ type: 'interrupted' });
    },
    () => fleet.kill(),
  );
  const ending = await ended;
  subscription.unsubscribe();
  await fleet.preempt();
  letGo();
  return ending;
}

/** Listens to the signals that mean the end. Returns how to listen no more. */
function interrupts(first: () => void, more: () => void): () => void {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  let count = 0;
  const interrupt = () => (count++ === 0 ? first() : more());
  for (const signal of signals) process.on(signal, interrupt);
  return () => {
    for (const signal of signals) process.off(signal, interrupt);
  };
}

/** This command, as a shell reads it. */
const commandLine = (): string =>
  ['hypertide', ...process.argv.slice(2)]
    .map((word) => (/^[\w@%+=:,./{}-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(' ');
