import { resolve } from 'node:path';
import { Subject } from 'rxjs';
import { journal } from '../../../streams/log/journal.ts';
import type { Log } from '../../../streams/log/log.ts';
import type { Noted } from '../../../streams/noted.ts';
import { type Progress, progress, type Row, trials } from '../../../streams/observe.ts';
import type { StudyOptions } from '../../../streams/options.ts';
import { study } from '../../../streams/study.ts';
import type { CloseReason, Params, TrialEvent } from '../../facts/facts.ts';
import { live } from '../live.ts';
import { progressLine, ranked, shown, table } from '../render.ts';
import { parseTemplate } from '../runner/template.ts';
import { readStudyFile, type StudyFile } from '../studyFile.ts';
import { type Trainers, trainers } from '../trainers.ts';
import { UsageError } from '../usage.ts';

export interface RunOptions {
  readonly journal?: string;
  readonly parallel?: number;
  readonly trials?: number;
  readonly seed?: string;
  readonly fsync?: 'always' | 'interval' | 'never';
  readonly json?: boolean;
}

/** How a run of a study ended. */
type Ending = { readonly type: 'closed' } | { readonly type: 'interrupted' } | { readonly type: 'failed'; readonly error: unknown };

/** `hypertide run`: tunes a program on this machine. Resolves with the exit status. */
export async function runStudy(path: string, words: readonly string[], given: RunOptions): Promise<number> {
  const file = await readStudyFile(path);
  const command = words.length > 0 ? words : file.command;
  if (command === undefined) throw new UsageError('there is no command to run: put it behind --, or into the study file');
  const options: StudyOptions = { ...file.options, ...definedOf({ parallel: given.parallel, trials: given.trials, seed: given.seed }) };
  const template = parseTemplate(command, Object.keys(file.space.toJSON().parameters));
  const where = given.journal ?? `${file.options.study}.jsonl`;
  const screen = live();
  const log = await journal(where, { warn: screen.line, ...(given.fsync && { fsync: given.fsync }) });
  const directory = `${resolve(where.replace(/\.jsonl$/, ''))}.trials`;
  const watched = watch(options, given.json ?? false, screen);
  const ending = await work(file, options, template, log, directory, watched.note, screen.line);
  screen.end();
  await log.close();
  watched.conclude({ where, directory, ending, again: `hypertide run ${path}` });
  if (ending.type === 'failed') throw ending.error;
  return ending.type === 'interrupted' ? 130 : 0;
}

const definedOf = <T extends object>(record: T): Partial<T> =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as Partial<T>;

/** Runs the study until it is over, broken off, or cannot go on; then no program runs any more and all they said is in the log. */
async function work(
  file: StudyFile,
  options: StudyOptions & { readonly study?: string },
  command: ReturnType<typeof parseTemplate>,
  log: Log,
  directory: string,
  note: (noted: Noted) => void,
  warn: (message: string) => void,
): Promise<Ending> {
  const { objectives = { value: 'minimize' } } = options;
  let end!: (ending: Ending) => void;
  const ended = new Promise<Ending>((settle) => {
    end = settle;
  });
  const say = (event: TrialEvent) => void log.append(event).catch((error) => end({ type: 'failed', error }));
  const fleet: Trainers = trainers({
    study: file.options.study,
    command,
    objectives: Object.keys(objectives),
    directory,
    say,
    warn,
    ...(file.timeLimit !== undefined && { timeLimit: file.timeLimit }),
    ...(file.grace !== undefined && { grace: file.grace }),
  });
  const subscription = study(file.space, file.strategy, log, { ...options, exclusive: true, note }).subscribe({
    next: (directive) => fleet.obey(directive),
    error: (error) => end({ type: 'failed', error }),
    complete: () => end({ type: 'closed' }),
  });
  let interrupts = 0;
  const interrupt = () => {
    if (++interrupts > 1) return fleet.kill();
    warn(`ending ${fleet.running} running trials; once more ends them at once`);
    end({ type: 'interrupted' });
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, interrupt);
  const ending = await ended;
  subscription.unsubscribe();
  await fleet.preempt();
  for (const signal of signals) process.off(signal, interrupt);
  return ending;
}

interface Conclusion {
  readonly where: string;
  readonly directory: string;
  readonly ending: Ending;
  readonly again: string;
}

/** Shows a study as it runs, and what came of it. */
function watch({ trials: limit, objectives = { value: 'minimize' } }: StudyOptions, json: boolean, screen: ReturnType<typeof live>) {
  const since = performance.now();
  const [[objective, direction]] = Object.entries(objectives) as [[string, string]];
  const noted$ = new Subject<Noted>();
  const rows: Row<Params>[] = [];
  let state: Progress<Params> | undefined;
  noted$.pipe(trials<Params>()).subscribe((row) => {
    rows.push(row);
    if (json) process.stdout.write(`${JSON.stringify(row)}\n`);
    else if (!process.stderr.isTTY) screen.line(lineOf(row));
    else if (row.status === 'failed') screen.line(lineOf(row));
  });
  noted$.pipe(progress<Params>()).subscribe((now) => {
    state = now;
    if (!json) screen.status(progressLine(now, limit, (performance.now() - since) / 1000, objective));
  });
  return {
    note: (noted: Noted) => noted$.next(noted),
    conclude: ({ where, directory, ending, again }: Conclusion) => {
      const reason: CloseReason | 'interrupted' | 'failed' = ending.type === 'closed' ? (state?.closed ?? 'trials') : ending.type;
      const best = ranked(rows, direction === 'maximize', objective);
      if (json) {
        process.stdout.write(
          `${JSON.stringify({ reason, trials: state?.trials ?? 0, ...(best[0] && { best: best[0] }), journal: where })}\n`,
        );
        return;
      }
      if (best.length > 0) process.stdout.write(`${table(best.slice(0, 10))}\n`);
      screen.line(`${said[reason]}; the study is in ${where}, what the trials printed in ${directory}`);
      if (ending.type === 'interrupted') screen.line(`go on with: ${again}`);
    },
  };
}

const said: Readonly<Record<CloseReason | 'interrupted' | 'failed', string>> = {
  trials: 'all trials are done',
  target: 'the target is reached',
  exhausted: 'there is nothing left to try',
  time: 'the time is up',
  person: 'the study was closed',
  interrupted: 'interrupted',
  failed: 'the study could not go on',
};

const lineOf = ({ trial, status, reason, values, params }: Row<Params>): string =>
  `trial ${trial} ${reason === undefined ? status : `${status} (${reason})`}${values ? ` ${pairs(values)}` : ''}  ${pairs(params)}`;
const pairs = (record: Readonly<Record<string, unknown>>) =>
  Object.entries(record)
    .map(([name, value]) => `${name}=${shown(value)}`)
    .join(' ');
