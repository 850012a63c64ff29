import { type FileHandle, open, readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { tornOf } from './end.ts';
import { parseLine, wholeLinesIn } from './journalLines.ts';
import { extend, LineIndex, lineAt, readBytes } from './lineIndex.ts';

/** A file next to a journal that has more of its study. */
export interface Continued {
  readonly path: string;
  /** How many entries it has, and the journal. */
  readonly entries: number;
  readonly left: number;
}

/**
 * The longest file next to a journal that has more entries of its study: the study continued there when the journal was removed or truncated, or what
 * opening did not understand was set aside there. Undefined if there is none.
 */
export async function continuedIn(path: string): Promise<Continued | undefined> {
  const others = await othersOf(path);
  if (others.length === 0) return undefined;
  const own = await beginningOf(path);
  const found = await Promise.all(others.map(async (other) => ({ path: other, ...(await beginningOf(other)) })));
  const longer = found.filter(({ entries, first }) => {
    if (first === undefined || entries <= own.entries) return false;
    return own.first ? own.first.equals(first) : parseLine(first)?.type === 'created';
  });
  const [longest] = longer.sort((a, b) => b.entries - a.entries);
  return longest && { path: longest.path, entries: longest.entries, left: own.entries };
}

/** What the name of such a file has behind that of the journal. */
const NUMBER = /^\.[1-9]\d*$/;

/** The files next to a journal that hold more of its study, or what opening it did not understand. */
export async function leftoversOf(path: string): Promise<string[]> {
  const { first } = await beginningOf(path);
  const others = await Promise.all((await othersOf(path)).map(async (other) => ({ other, begins: (await beginningOf(other)).first })));
  return others.filter(({ other, begins }) => other === tornOf(path) || (first && begins?.equals(first))).map(({ other }) => other);
}

async function othersOf(path: string): Promise<string[]> {
  const name = basename(path);
  const names = await readdir(dirname(path)).catch(() => []);
  return names
    .filter((other) => other.startsWith(name) && (NUMBER.test(other.slice(name.length)) || other === tornOf(name)))
    .map((other) => join(dirname(path), other));
}

interface Beginning {
  readonly entries: number;
  /** The first line. */
  readonly first: Buffer | undefined;
}

/** How a journal begins, and how many entries it has, also without their line feeds; none if it cannot be read. */
async function beginningOf(path: string): Promise<Beginning> {
  let file: FileHandle | undefined;
  try {
    file = await open(path);
    const index = new LineIndex();
    const rest = await extend(index, file);
    const last = wholeLinesIn(await readBytes(file, index.bytes, rest));
    return { entries: index.entries + last.length, first: (await lineAt(file, index, 1)) ?? last[0] };
  } catch {
    return { entries: 0, first: undefined };
  } finally {
    await file?.close();
  }
}

/** What a person reads about it. */
export const continuedText = ({ path, entries, left }: Continued): string =>
  `${path} has ${entries} entries of this study, and this file ${left === 0 ? 'none' : `only ${left}`}: to continue with them, move this file away, then that one to its place; to continue without them, move that one away`;
