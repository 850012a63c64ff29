import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { callAfter } from '../../streams/engine/timeout.ts';
import { isDiskFull } from '../../streams/log/errors.ts';
import { withResolvers } from '../../streams/promises.ts';
import { type Listening, listen } from './listen.ts';
import { type LogFile, openLog } from './logFile.ts';
import { outcomeOf, type ProcessEnd, type ProgramOutcome, sameSignal } from './outcome.ts';
import { environmentOf, fillingOf, type ProgramRun, variablesFor } from './programRun.ts';
import { environmentFor, guard, newMark, release, signalGroup, sweep } from './supervisor.ts';
import { type CommandTemplate, fillTemplate } from './template.ts';
import { keepCommand } from './trialCommand.ts';

/** How programs are run: what all runs of a command share. */
export interface ProgramOptions extends Omit<Listening, 'file' | 'parameters'> {
  /** The program and its arguments, by `parseTemplate`. */
  readonly command: CommandTemplate;
  /** The path of the file to which the program writes its metrics. Values are then read from there instead of from the output. */
  readonly metricFile?: CommandTemplate | undefined;
  /** Seconds that it may take. */
  readonly timeLimit?: number | undefined;
  /** How a trial that has reported ends then: stopped, or as all others failed. Default: fail. */
  readonly atTimeLimit?: 'stop' | 'fail' | undefined;
  /** Seconds between the request to end and the kill. Default 10. */
  readonly grace?: number | undefined;
  /** Directory to run in. */
  readonly directory?: string;
}

/** A program that runs. */
export interface RunningProgram {
  /** How it ended. Never rejects. */
  readonly done: Promise<ProgramOutcome>;
  /** Stops the run: SIGTERM to the program and all that it started, SIGKILL after the grace time. The outcome is `stopped`. */
  stop(): void;
  /** The same, because this machine is needed; the outcome is `failed` by `preempted`, so that it can be tried again. */
  preempt(): void;
  /** SIGKILL at once. */
  kill(): void;
}

/** Seconds to wait for a descendant that left the program's group and keeps its output open. */
const STRAGGLERS = 1;
/** Milliseconds between two checks of a full disk. */
const CHECK_EVERY = 1000;

/**
 * Runs a program: without a shell, in its own process group. Its output is read for reports, and written to a file if the run names one. All that
 * the program started ends with it, and it ends with this process, even if that is killed by SIGKILL. Programs need `/bin/sh` and process groups:
 * Linux or macOS.
 *
 * The outcome is `failed`, never an error, if the program cannot be started; with the reason `lost` if the files of the run cannot be written. If the
 * disk is full, the run waits for space.
 *
 * @example
 * const command = parseTemplate(['python3', 'train.py', '--lr', '{lr}'], ['lr']);
 * const running = startProgram({ params: { lr: 0.1 } }, { command, metric: 'loss', timeLimit: 600, onReport: console.log });
 * const outcome = await running.done; // { type: 'completed', values: { value: 0.38 }, metric: 'loss', seconds: 12 }
 */
export function startProgram(run: ProgramRun, options: ProgramOptions): RunningProgram {
  let log: LogFile | undefined;
  try {
    prepare(run);
    log = run.paths?.log === undefined ? undefined : openLog(run.paths.log, options.onWarning);
  } catch (cause) {
    if (isDiskFull(cause)) return whenRoom(run, options, cause as Error);
    return over({ type: 'failed', reason: 'lost', message: `its files cannot be written: ${(cause as Error).message}` });
  }
  try {
    const mark = newMark();
    const file = options.metricFile && fillTemplate(options.metricFile, fillingOf(run))[0];
    return attend(() => launch(run, options, mark), log, { ...options, file, parameters: Object.keys(run.params) }, mark);
  } catch (cause) {
    log?.close();
    return over(notStarted(cause));
  }
}

/** Starts once the disk has room for the files. It can be ended before that. */
function whenRoom(run: ProgramRun, options: ProgramOptions, { message }: Error): RunningProgram {
  options.onWarning?.(`its files cannot be written: ${message}: waiting for space`);
  let running: RunningProgram | undefined;
  const { promise: done, resolve: end } = withResolvers<ProgramOutcome>();
  const timer = setInterval(() => {
    try {
      prepare(run);
    } catch (cause) {
      if (isDiskFull(cause)) return;
    }
    clearInterval(timer);
    running = startProgram(run, options);
    void running.done.then(end);
  }, CHECK_EVERY);
  const instead = (tell: keyof Omit<RunningProgram, 'done'>, outcome: ProgramOutcome) => () => {
    if (running) return running[tell]();
    clearInterval(timer);
    end(outcome);
  };
  const preempted: ProgramOutcome = { type: 'failed', reason: 'preempted', message: 'it was ended while it waited for room on the disk' };
  return { done, stop: instead('stop', { type: 'stopped' }), preempt: instead('preempt', preempted), kill: instead('kill', preempted) };
}

const over = (outcome: ProgramOutcome): RunningProgram => ({ done: Promise.resolve(outcome), stop() {}, preempt() {}, kill() {} });

function launch(run: ProgramRun, { command, directory }: ProgramOptions, mark: string): Child {
  const [program, ...rest] = fillTemplate(command, fillingOf(run));
  if (run.paths?.command !== undefined) keepCommand(run.paths.command, [...variablesFor(command, run), program!, ...rest]);
  if (directory !== undefined && !existsSync(directory)) throw new Error(`there is no directory ${directory}`);
  const child = spawn(program!, rest, {
    shell: false,
    detached: true, // a process group of its own
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...environmentOf(run, process.env), ...environmentFor(mark) },
    cwd: directory,
  });
  child.on('error', () => {}); // `attend` reports it
  if (child.stdout === undefined) throw new Error('there are too many open files');
  if (child.pid !== undefined) guard(child.pid);
  return child;
}

type Child = ChildProcessByStdio<null, Readable, Readable>;

function attend(start: () => Child, log: LogFile | undefined, options: ProgramOptions & Listening, mark: string): RunningProgram {
  const { timeLimit, atTimeLimit, grace = 10 } = options;
  const printed = listen(log, options, (why) => end(why, 'SIGTERM'));
  const child = start();
  const since = performance.now();
  let because: ProcessEnd['because'];
  let exited = false;
  let cancelNext: (() => void) | undefined; // the kill or, after the exit, the end of the output
  const handBack = sameSignal();

  const end = (why: NonNullable<ProcessEnd['because']>, signal: 'SIGTERM' | 'SIGKILL') => {
    if (why === 'preempted') handBack.ask();
    if (exited) return;
    because ??= why;
    signalGroup(child.pid, signal);
    cancelNext ??= callAfter(grace, () => signalGroup(child.pid, 'SIGKILL'));
  };
  const liftLimit = timeLimit === undefined ? undefined : callAfter(timeLimit, () => end('timeout', 'SIGTERM'));
  const stopTimers = () => {
    liftLimit?.();
    cancelNext?.();
  };

  printed.read(child);
  if (running.size === 0) process.on('exit', killAll);
  running.add(child);
  const done = new Promise<ProgramOutcome>((resolve) => {
    let failure: unknown;
    child.once('error', (cause) => {
      failure = cause;
    });
    child.once('exit', () => {
      exited = true;
      stopTimers();
      signalGroup(child.pid, 'SIGKILL'); // processes that it left behind
      sweep(mark); // and processes that left its group
      const letGo = () => {
        if (printed.isPaused()) cancelNext = callAfter(STRAGGLERS, letGo);
        else for (const stream of [child.stdout, child.stderr]) stream.destroy();
      };
      cancelNext = callAfter(STRAGGLERS, letGo);
    });
    child.once('close', async (code, signal) => {
      stopTimers();
      running.delete(child);
      if (child.pid !== undefined) release(child.pid);
      if (running.size === 0) process.off('exit', killAll);
      log?.close();
      const { heard, lastError, metric, noResult } = printed.end(because !== undefined);
      const seconds = Math.round(performance.now() - since) / 1000;
      if (because === undefined && (await handBack.hasEnded(code, signal))) because = 'preempted';
      const exit: ProcessEnd = { code, signal, lastError, seconds, metric, noResult, because, timeLimit, atTimeLimit };
      resolve(failure === undefined ? outcomeOf(heard, exit) : notStarted(failure));
    });
  });
  return {
    done,
    stop: () => end('stop', 'SIGTERM'),
    preempt: () => end('preempted', 'SIGTERM'),
    kill: () => end('preempted', 'SIGKILL'),
  };
}

/** The programs that run, which end with this process. */
const running = new Set<Child>();
const killAll = () => {
  for (const child of running) signalGroup(child.pid, 'SIGKILL');
};

/** Makes the files and directories that the program reads, and saves in. */
function prepare({ params, examples, paths = {} }: ProgramRun): void {
  if (paths.checkpoints !== undefined) mkdirSync(paths.checkpoints, { recursive: true });
  const write = (path: string, text: string) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  };
  if (paths.params !== undefined) write(paths.params, `${JSON.stringify(params, null, 2)}\n`);
  if (examples && paths.examples !== undefined) write(paths.examples, `${examples.join('\n')}\n`);
}

function notStarted(cause: unknown): ProgramOutcome {
  const { code, path, message } = cause as NodeJS.ErrnoException;
  const why = code === 'ENOENT' && path !== undefined ? `there is no program ${path}` : message;
  return { type: 'failed', reason: 'error', message: `cannot be started: ${why}` };
}
