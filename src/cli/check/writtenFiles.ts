import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { outputReader } from '../../programs/outputReader.ts';
import type { ProposedObjective } from '../../programs/resultName.ts';
import { usualDirection } from '../../text/names.ts';
import { readMetrics } from './observeProgram.ts';

/** A file of metrics that a program wrote, and a value in it that could be the objective. */
export interface WrittenFile extends ProposedObjective {
  readonly path: string;
}

/** Folders below a folder are searched down to this depth. */
const MOST_LEVELS = 6;
/** The most entries of folders that are looked at. */
const MOST_ENTRIES = 20_000;
/** Larger files are left out. */
const LARGEST_FILE = 16 * 1024 * 1024;
const METRICS = /\.(?:csv|tsv|json|jsonl|ndjson)$/i;
const LEFT_OUT = /^(?:\..*|node_modules|__pycache__|site-packages)$/;

/** The files below a folder that could hold metrics, by their paths, with a text that differs after each change. */
export function filesIn(folder: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  let entries = 0;
  const search = (place: string, depth: number) => {
    for (const entry of entriesOf(place)) {
      if (++entries > MOST_ENTRIES) return;
      const path = join(place, entry.name);
      if (entry.isDirectory() && depth > 0 && !LEFT_OUT.test(entry.name) && !existsSync(join(path, 'pyvenv.cfg'))) search(path, depth - 1);
      else if (entry.isFile() && METRICS.test(entry.name)) note(path);
    }
  };
  const note = (path: string) => {
    const { ino, size, mtimeMs } = statSync(path);
    if (size <= LARGEST_FILE) found.set(relative(folder, path), `${ino} ${size} ${mtimeMs}`);
  };
  search(folder, MOST_LEVELS);
  return found;
}

/** The likeliest file of metrics among those that are new or have changed. */
export function metricsWritten(
  folder: string,
  before: ReadonlyMap<string, string>,
  direction: 'minimize' | 'maximize',
  parameters: readonly string[],
): WrittenFile | undefined {
  const changed = [...filesIn(folder)].filter(([path, version]) => before.get(path) !== version);
  const files = changed.flatMap(([path]): WrittenFile[] => {
    const reader = outputReader({ objectives: ['value'], direction, parameters });
    readMetrics(reader, join(folder, path));
    const proposal = reader.proposal();
    return proposal === undefined ? [] : [{ path, ...proposal }];
  });
  return files.find(({ isCertain }) => isCertain) ?? files.find(({ name }) => usualDirection(name) !== undefined) ?? files[0];
}

/** What to do about a file that the value could not be read from when it was named, since each run writes another one. */
export const writtenText = ({ path, name }: WrittenFile): string =>
  `${path} has ${name}, but the next run wrote another file: let the program write to a path with the variable HYPERTIDE_TRIAL, and write this path as metricFile, such as runs/{trial}/metrics.csv`;

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => a.name.localeCompare(b.name));
  } catch {
    return []; // it may not be read, or is gone
  }
}
