import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

const MAIN = path('../../src/cli/main.ts');
const TSX = import.meta.resolve('tsx');
/** See the program for its modes. */
export const TRAINER = ['node', path('./programs/trainer.mjs'), '--x', '{x}'];

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface CommandOptions {
  /** Directory to run in. */
  readonly in: string;
  /** Told of each piece of what it prints on either stream. */
  readonly watch?: (text: string, child: ChildProcess) => void;
  readonly input?: string;
}

/** Runs `hypertide` as a process of its own. */
export const hypertide = (args: readonly string[], options: CommandOptions): Promise<Ended> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, ['--import', TSX, MAIN, ...args], { cwd: options.in });
    const texts = { out: '', err: '' };
    for (const [name, stream] of [
      ['out', child.stdout],
      ['err', child.stderr],
    ] as const) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        texts[name] += text;
        options.watch?.(text, child);
      });
    }
    child.stdin.end(options.input ?? '');
    child.on('close', (code) => resolve({ code, ...texts }));
  });

export const directory = (): string => mkdtempSync(join(tmpdir(), 'hypertide-cli-'));

/** Writes a study file of one parameter, `x` in [0, 1], and gives its directory. */
export function studyIn(more = '', place = directory()): string {
  writeFileSync(join(place, 'study.yaml'), `parameters:\n  x: { type: float, low: 0, high: 1 }\nseed: 7\n${more}`);
  return place;
}

export interface Line {
  readonly type: string;
  readonly trial: number;
  readonly [name: string]: unknown;
}

/** The whole lines of a journal, damaged ones left out. */
export const journalOf = (place: string, name = 'study.jsonl'): Line[] =>
  readFileSync(join(place, name), 'utf8')
    .split('\n')
    .slice(0, -1)
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as Line];
      } catch {
        return [];
      }
    });

/** A trace of the program is no way to speak to people. */
export const hasTrace = ({ out, err }: Ended): boolean => /^\s+at .*[:(]/m.test(out + err);
