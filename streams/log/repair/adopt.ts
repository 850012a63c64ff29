import { copyFile, open, readFile, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Entry } from '../../../src/facts/entry.ts';
import { beginningOf } from '../continued.ts';
import { JournalError } from '../errors.ts';
import { openToRead, realPathOf, syncDirectory, unreadable } from '../files.ts';
import { openJournal } from '../journal.ts';
import { lineDecoder } from '../journalCodec.ts';
import { extend, LineIndex, lineAt } from '../lineIndex.ts';
import { type SealedLine, sealedLinesIn } from '../lines.ts';
import { lock } from '../lock.ts';
import { readJournal } from '../readJournal.ts';
import { createNextTo } from '../rescue.ts';
import { checksumOf, NONE } from '../seal.ts';

/** What a journal took from another file: some entries, or all, so that what it was before is in another file now. */
export type Adopted = { readonly added: number } | { readonly entries: number; readonly aside: string | undefined };

/**
 * Adds the sealed lines of another file to a journal, unless it has them: lines that follow one of the journal, such as those that a run wrote elsewhere
 * when the disk was full. If the other file is a whole journal, in which the study continued, its copy takes the place of this one, which gets another name.
 *
 * @throws JournalError if the other file belongs to another study, or has nothing more.
 */
export async function adopt(path: string, from: string, warn: (message: string) => void): Promise<Adopted> {
  const lines = sealedLinesIn(await readFile(from).catch(unreadable(from)));
  const [first] = lines;
  if (!first) throw new JournalError(from, 'expected entries of a journal, but there is none');
  return first.seal.position === 1 ? replace(path, from) : add(path, from, lines, warn);
}

async function add(path: string, from: string, lines: readonly SealedLine[], warn: (message: string) => void): Promise<Adopted> {
  const [first] = lines;
  if ((await entryAtEnd(path, first!.seal.position - 1)).last !== first!.seal.previous)
    throw new JournalError(from, `its entries belong to another study than ${path}`);
  const there = new Set<string>();
  for await (const entries of readJournal(path, { warn: () => {} })) for (const entry of entries) there.add(identityOf(entry));
  let at = 0;
  let added = 0;
  const log = await openJournal(path, { fsync: 'always', warn, clock: () => at });
  try {
    const decode = lineDecoder(() => {});
    for (const { bytes, seal } of lines) {
      for (const entry of decode(bytes, seal.position)) {
        if (there.has(identityOf(entry))) continue;
        there.add(identityOf(entry));
        at = entry.at;
        await log.append(entry.fact, entry.author);
        added++;
      }
    }
  } finally {
    await log.close();
  }
  return { added };
}

const identityOf = ({ at, author, fact }: Entry): string => JSON.stringify([at, author, fact]);

async function replace(path: string, from: string): Promise<Adopted> {
  const real = await realPathOf(path);
  const unlock = lock(real);
  try {
    const [own, other] = await Promise.all([beginningOf(real), beginningOf(from)]);
    if (own.first !== undefined && !other.first?.equals(own.first))
      throw new JournalError(from, `its entries belong to another study than ${path}`);
    if (other.entries <= own.entries) throw new JournalError(from, `it has no more entries than ${path}`);
    const copy = `${real}.part`;
    await copyFile(from, copy);
    const file = await open(copy, 'r+');
    await file.sync().finally(() => file.close());
    const size = await stat(real).then(
      ({ size }) => size,
      () => 0,
    ); // it may be missing
    const aside = size === 0 ? undefined : await movedAside(real);
    await rename(copy, real);
    await syncDirectory(dirname(real));
    return { entries: other.entries, aside };
  } finally {
    unlock();
  }
}

/** Gives a file another name. @returns it */
async function movedAside(path: string): Promise<string> {
  const { path: aside, file } = await createNextTo(path);
  await file.close();
  await rename(path, aside);
  return aside;
}

/** The last entry of a journal, or the one at a position: its position, and the checksum of its line. */
export async function entryAtEnd(path: string, position?: number): Promise<{ readonly position: number; readonly last: string }> {
  const file = await openToRead(path);
  try {
    const index = new LineIndex();
    await extend(index, file);
    const at = position ?? index.entries;
    const line = await lineAt(file, index, at);
    return { position: at, last: line ? checksumOf(line) : NONE };
  } finally {
    await file.close();
  }
}
