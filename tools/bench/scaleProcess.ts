import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { cpuOf } from './cpu.ts';

const command = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));

/** Megabytes that a process holds now, or held at most. */
export const memoryOf = (pid: number, what: 'VmRSS' | 'VmHWM' = 'VmRSS'): number =>
  Number(new RegExp(`${what}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN) / 1024;

/** A built command that runs. */
export interface Command {
  readonly child: ChildProcess;
  readonly pid: number;
  /** What it has printed so far. */
  said(): string;
  /** Resolves when its output matches. */
  says(form: RegExp): Promise<void>;
}

/** Starts `hypertide` as users do. */
export function hypertide(...words: readonly string[]): Command {
  const child = spawn(process.execPath, [command, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  let heard = () => {};
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
      heard();
    });
  const says = (form: RegExp) =>
    new Promise<void>((resolve, reject) => {
      heard = () => form.test(text) && resolve();
      heard();
      child.once('exit', (code) => reject(new Error(`hypertide ${words.join(' ')} ended with ${code}: ${text}`)));
    });
  return { child, pid: child.pid!, said: () => text, says };
}

/** Runs a command to its end. @returns seconds, seconds of CPU that it used, and its output. */
export async function runToEnd(...words: readonly string[]): Promise<{ readonly seconds: number; readonly text: string }> {
  const since = performance.now();
  const { child, said } = hypertide(...words);
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`hypertide ${words.join(' ')} ended with ${code}: ${said()}`);
  return { seconds: (performance.now() - since) / 1000, text: said() };
}

/** Ends a process, whatever it does. */
export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

/** Starts a program of this folder. */
export const program = (name: string, ...words: readonly string[]): ChildProcess =>
  fork(fileURLToPath(new URL(name, import.meta.url)), words, {
    execArgv: ['--import', import.meta.resolve('tsx')],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });

/** The next message of a program. */
export async function messageOf<T>(child: ChildProcess): Promise<T> {
  const [message] = await once(child, 'message');
  return message as T;
}

/** The share of a core that each process uses while an act runs, in percent. */
export async function shareOfCore(pids: readonly number[], act: () => Promise<unknown>): Promise<number[]> {
  const before = pids.map(cpuOf);
  const since = performance.now();
  await act();
  const microseconds = 1000 * (performance.now() - since);
  return pids.map((pid, i) => (100 * (cpuOf(pid) - before[i]!)) / microseconds);
}
