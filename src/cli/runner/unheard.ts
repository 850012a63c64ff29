import { canonical, splitOf, usualDirection } from './names.ts';

export interface Unheard {
  readonly objectives: readonly string[];
  readonly direction: 'minimize' | 'maximize';
  /** The name that the user gave. */
  readonly metric?: string | undefined;
  /** What the program printed, with the last values. */
  readonly seen: ReadonlyMap<string, number | null>;
  /** Names that could each be the result. */
  readonly candidates: readonly string[];
  /** The file that was read instead of the output. */
  readonly file?: string | undefined;
}

/** A name that needs no quotes in a study file or on a command line. */
const written = (name: string): string => (/^[\w@./#-]+$/.test(name) ? name : canonical(name));

/** The data on which a result is likely to be measured, the likeliest first. */
const LIKELY = ['val', 'dev', 'eval', 'holdout', 'test', undefined, 'train'];

/** How to name the value that is the result. */
export function howToName(direction: 'minimize' | 'maximize', names: readonly string[]): string {
  const rank = (name: string) => LIKELY.indexOf(splitOf(name));
  const name = written([...names].sort((a, b) => rank(a) - rank(b))[0]!);
  return `write "objective: ${direction} ${name}" in the study file, or --metric ${name} on the command line`;
}

/** Why a program that exited with 0 has no result: what it printed, what was expected, and what to do. */
export function unheard({ objectives, direction, metric, seen, candidates, file }: Unheard): string {
  const start = 'exited 0 without a result';
  const from = file === undefined ? 'it printed' : `${file} has`;
  const shown = [...seen].map(([name, value]) => `${written(name)}=${value ?? 'nan'}`).join(', ');
  if (objectives.length > 1) {
    const line = objectives.map((name, i) => `${name}=0.${i + 3}`).join(' ');
    const cure = file === undefined ? `print a line such as "${line}"` : `write them into it`;
    return `${start}: expected ${objectives.join(' and ')}, but ${from} ${shown || 'no values'}; ${cure}`;
  }
  const name = metric ?? objectives[0]!;
  const example = file === undefined ? printing(name === 'value' ? 'loss' : name) : writing(name === 'value' ? 'loss' : name);
  if (shown === '') return `${start}: ${from} no ${file === undefined ? 'line that names a value' : 'values by name'}; ${example}`;
  if (candidates.length > 1) return `${start}: ${from} ${shown}, and several could be the result; ${howToName(direction, candidates)}`;
  const expected = name === 'value' ? `a value to ${direction}` : name;
  const fits = [...seen.keys()].filter((key) => usualDirection(key) === direction);
  const neutral = [...seen.keys()].filter((key) => usualDirection(key) === undefined);
  const other = [...seen.keys()].find((key) => usualDirection(key) !== undefined && usualDirection(key) !== direction);
  const flipped = direction === 'minimize' ? 'maximize' : 'minimize';
  if (fits.length === 0 && other !== undefined) {
    // --metric would not change the direction
    const cure = `${written(other)} is usually ${flipped}d, and the study ${direction}s; write "objective: ${flipped} ${written(other)}" in the study file`;
    return `${start}: expected ${expected}, but ${from} ${shown}; ${cure}, or ${example}`;
  }
  const cure = howToName(direction, fits.length > 0 ? fits : neutral);
  return `${start}: expected ${expected}, but ${from} ${shown}; ${cure}, or ${example}`;
}

const printing = (name: string): string => `print a line such as "${name}=0.38", or "epoch=3 ${name}=0.41" after each epoch`;
const writing = (name: string): string => `write {"${name}": 0.38} into it, or a table with the columns epoch and ${name}`;
