import { cpSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, vi } from 'vitest';
import { main } from '../../src/cli/program.ts';
import { type Ended, type Started, startIn } from '../support/started.ts';

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** The command of a trainer; the program lists its modes. */
export const TRAINER = ['sh', path('./programs/trainer.sh'), '--x', '{x}'];

/** Starts `hypertide` as a process. */
export const start = (place: string, ...args: readonly string[]): Started => startIn(place, args);

/** Runs `hypertide` in this process, which is faster. Only one may run at a time. */
export async function hypertide(place: string, ...args: readonly string[]): Promise<Ended> {
  const texts = { out: '', err: '' };
  const before = process.cwd();
  const into = (name: 'out' | 'err') => (text: unknown) => {
    texts[name] += String(text);
    return true;
  };
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation(into('out')),
    vi.spyOn(process.stderr, 'write').mockImplementation(into('err')),
  ];
  process.chdir(place);
  try {
    const code = await main(args);
    return { code, ...texts };
  } finally {
    process.chdir(before);
    for (const spy of spies) spy.mockRestore();
  }
}

/** Waits until a condition holds. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(20);
}

export const directory = (): string => mkdtempSync(join(tmpdir(), 'hypertide-cli-'));

/** Writes a study file of one parameter, `x` in [0, 1]. @returns its directory. */
export function studyIn(more = '', place = directory()): string {
  writeFileSync(join(place, 'study.yaml'), `parameters:\n  x: { type: float, low: 0, high: 1 }\nseed: 7\n${more}`);
  return place;
}

/** Runs a study to its end before the tests of a file. @returns a function that copies its folder, with the files of its trials. */
export function endedStudy(): () => string {
  let original: string;
  beforeAll(async () => {
    original = studyIn('trials: 6\n');
    expect((await hypertide(original, 'run', 'study.yaml', '--', ...TRAINER)).code).toBe(0);
  });
  return () => {
    const place = directory();
    cpSync(original, place, { recursive: true });
    return place;
  };
}

export interface Line {
  readonly type: string;
  readonly trial: number;
  readonly [name: string]: unknown;
}

/** The text of a journal without checksums, as older versions wrote it: what a test changes in it counts. */
export const withoutSums = (journal: string): string => journal.replace(/,"sum":"[^"]*"\}$/gm, '}');

/** The complete, valid lines of a journal; none if there is no journal. */
export const journalOf = (place: string, name = 'study.jsonl'): Line[] =>
  (existsSync(join(place, name)) ? readFileSync(join(place, name), 'utf8') : '')
    .split('\n')
    .slice(0, -1)
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as Line];
      } catch {
        return [];
      }
    });

/** Whether output contains a stack trace, which no user should see. */
export const hasTrace = ({ out, err }: Ended): boolean => /^\s+at .*[:(]/m.test(out + err);

/** Runs the study of a place with the trainer, with more arguments for it and more flags. */
export const run = (place: string, trainer: readonly string[] = [], flags: readonly string[] = []): Promise<Ended> =>
  hypertide(place, 'run', 'study.yaml', ...flags, '--', ...TRAINER, ...trainer);

/** The `completed` facts. */
export const completed = (place: string): Line[] => journalOf(place).filter(({ type }) => type === 'completed');

/** Expects that `hypertide verify` recomputed so many suggestions, or any, and all alike. */
export function expectRecomputed({ code, out }: Ended, suggestions: number | '[1-9]' = '[1-9]'): void {
  expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(`^${suggestions}`) });
}

/** Expects that every suggestion of a study can be recomputed. */
export const expectVerified = async (place: string): Promise<void> => expectRecomputed(await hypertide(place, 'verify', 'study.jsonl'));

/** Text without what differs from run to run. */
const lasting = (text: string): string =>
  text
    .trimEnd()
    .replace(/\S*\/hypertide-\w+-\w{6}/g, '<folder>')
    .replaceAll(path('../../'), '<project>/')
    .replace(/:\d{4,5}\b/g, ':<port>')
    .replace(/process \d+/g, 'process <pid>');

/** Expects that a command line is refused, with nothing on standard output. Its message is in the snapshot of the file. */
export function expectRefused({ code, out, err }: Ended): void {
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(lasting(err)).toMatchSnapshot();
}

/** Expects what the snapshot of the file shows, apart from numbers. */
export const expectText = (text: string): void => expect(lasting(text).replace(/\d+(\.\d+)?(e-\d+)?/g, '#')).toMatchSnapshot();
