import type { Buffer } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { createJournal, sealed } from './createJournal.ts';
import { checkIsFile, unreadable } from './files.ts';
import { wholeLinesIn } from './journalLines.ts';
import { checksumOf, NONE, sealOf, unsealed } from './seal.ts';

/** A damaged line of a journal. */
export interface DamagedLine {
  /** The number of the line in the file. */
  readonly line: number;
  /** What the damage is. */
  readonly what: string;
}

/** What the lines of a journal and their checksums say about it. */
export interface Audit {
  /** In the order of the file; empty if the journal is as it was written. */
  readonly damage: readonly DamagedLine[];
  /** The lines of the entries in the order of the file, as they were written; undefined for one that is lost. */
  readonly lines: readonly (Buffer | undefined)[];
  /** Whether it ends with a part of a line. */
  readonly isTorn: boolean;
}

/**
 * Finds the lines of a journal that are not as they were written. A torn last line is no damage, because a killed process may leave one. Entries are
 * counted as they are read: several in a line if line feeds are lost, and one for a damaged line, so that all others keep their positions.
 */
export function auditJournal(file: Buffer): Audit {
  const damage: DamagedLine[] = [];
  const lines: (Buffer | undefined)[] = [];
  let areSealed = false;
  for (let start = 0, line = 1; start < file.length; line++) {
    const lineFeed = file.indexOf(10, start);
    const raw = file.subarray(start, lineFeed === -1 ? file.length : lineFeed);
    const found = wholeLinesIn(raw);
    const [first] = found;
    if (lineFeed === -1 && !first) return { damage, lines, isTorn: true };
    const seal = first && sealOf(first);
    const before = lines.length === 0 ? NONE : lines.at(-1) && checksumOf(lines.at(-1)!);
    if (!first) damage.push({ line, what: 'is damaged, and does not count' });
    else if (lineFeed === -1 || first.length < raw.length)
      damage.push({
        line,
        what: `is damaged; ${found.length === 1 ? 'the entry in it counts' : `the ${found.length} entries in it count`}`,
      });
    else if (seal ? before !== undefined && seal.previous !== before : areSealed)
      damage.push({ line, what: 'was not written after the line before it: lines were lost, moved or edited' });
    areSealed ||= seal !== undefined;
    lines.push(...(first ? found : [undefined]));
    start += raw.length + 1;
  }
  return { damage, lines, isTorn: false };
}

/** Reads a journal, and finds its damaged lines. @throws JournalError if it cannot be read. */
export async function auditOf(path: string): Promise<Audit> {
  await checkIsFile(path);
  return auditJournal(await readFile(path).catch(unreadable(path)));
}

/** What a repair found and did. */
export interface Repair {
  /** The damaged lines, in the order of the file. */
  readonly damage: readonly DamagedLine[];
  /** How many entries the copy has. */
  readonly entries: number;
  /** The positions of entries that are lost. In the copy they hold an object without a fact, so that all others keep their positions. */
  readonly lost: readonly number[];
}

/**
 * Writes a copy of a damaged journal with all entries that can be read, in the order of the file. The journal itself is not changed.
 *
 * @param copy a file that does not exist yet.
 * @throws JournalError if the journal cannot be read, or the copy cannot be written.
 * @example
 * const { damage, lost } = await repairJournal('study.jsonl', 'study.repaired.jsonl');
 */
export async function repairJournal(path: string, copy: string): Promise<Repair> {
  return copyOf(await auditOf(path), copy);
}

/** Writes what an audit found, as `repairJournal` does. @throws JournalError if the copy cannot be written. */
export async function copyOf({ damage, lines }: Audit, copy: string): Promise<Repair> {
  await createJournal(copy, sealed(objectsOf(lines)));
  return { damage, entries: lines.length, lost: lines.flatMap((line, i) => (line ? [] : [i + 1])) };
}

/** The JSON objects of lines, without their checksums. */
export function* objectsOf(lines: Audit['lines']): Generator<string> {
  for (const line of lines) yield line ? (sealOf(line) ? unsealed(line) : line.toString().trimEnd()) : '{"at":0}';
}
