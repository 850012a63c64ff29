import { type ChildProcess, spawn } from 'node:child_process';
import { command } from './command.ts';

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A running `hypertide` process. */
export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Standard output so far, and standard error. */
  printed(): string;
  said(): string;
}

/** Starts `hypertide` as a process in a folder. */
export function startIn(place: string, args: readonly string[], env = process.env, input: 'ignore' | 'pipe' = 'ignore'): Started {
  const child = spawn(command[0], [...command.slice(1), ...args], { cwd: place, env, stdio: [input, 'pipe', 'pipe'] });
  const texts = { out: '', err: '' };
  const into = (name: 'out' | 'err') => (text: string) => {
    texts[name] += text;
  };
  child.stdout!.setEncoding('utf8').on('data', into('out'));
  child.stderr!.setEncoding('utf8').on('data', into('err'));
  const ended = new Promise<Ended>((resolve) => child.on('close', (code) => resolve({ code, ...texts })));
  return { child, ended, printed: () => texts.out, said: () => texts.err };
}
