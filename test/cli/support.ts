import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { Fact } from '../../src/facts/facts.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const loader = import.meta.resolve('tsx');

/** What a command did. */
export interface Done {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A directory of its own for one test, and hypertide in it. */
export function workplace(files: Readonly<Record<string, string>> = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'hypertide-'));
  const write = (name: string, text: string) => writeFileSync(join(directory, name), text);
  const read = (name: string) => readFileSync(join(directory, name), 'utf8');
  for (const [name, text] of Object.entries(files)) write(name, text);

  /** Starts a command that may be signalled while it runs; `through` is what starts it, such as a shell with a limit. */
  const start = (words: readonly string[], { input = '', through = [] as readonly string[] } = {}) => {
    const [program, ...rest] = [...through, process.execPath, '--import', loader, main, ...words];
    const child = spawn(program!, rest, { cwd: directory, env: { ...process.env, NO_COLOR: '1' } });
    const texts = { out: '', err: '' };
    child.stdout.on('data', (bytes) => {
      texts.out += bytes;
    });
    child.stderr.on('data', (bytes) => {
      texts.err += bytes;
    });
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    const done = new Promise<Done>((resolve) => {
      child.once('close', (code) => resolve({ code, ...texts }));
    });
    onTestFinished(() => {
      child.kill('SIGKILL');
    });
    return { child, done };
  };
  onTestFinished(() => rmSync(directory, { recursive: true, force: true, maxRetries: 5 }));
  return {
    directory,
    write,
    read,
    start,
    hypertide: (...words: string[]) => start(words).done,
    /** The facts of a journal. */
    facts: (name = 'demo.jsonl'): Fact[] =>
      existsSync(join(directory, name))
        ? read(name)
            .split('\n')
            .filter((line) => line.endsWith('}'))
            .map((line) => JSON.parse(line))
        : [],
  };
}
export type Workplace = ReturnType<typeof workplace>;

/** Waits until something holds. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(20);
}

export const completedIn = (facts: readonly Fact[]): number[] =>
  facts.flatMap((fact) => (fact.type === 'completed' ? [fact.trial] : [])).sort((a, b) => a - b);

/** Data on standard output must be this alone. */
export const jsonLines = (text: string): unknown[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

export const studyFile = `name: demo
parameters:
  lr: { type: float, low: 0.0001, high: 0.1, log: true }
  units: { type: int, low: 16, high: 64, step: 2 }
objectives:
  loss: minimize
strategy: { ga: { population: 4 } }
trials: 12
parallel: 3
seed: 1
grace: 1
`;
