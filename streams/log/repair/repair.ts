import { readFile } from 'node:fs/promises';
import { createJournal, sealed } from '../createJournal.ts';
import { checkIsFile, unreadable } from '../files.ts';
import { type Audit, auditJournal, type DamagedLine } from './audit.ts';

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
 * Writes a copy of a damaged journal with all lines that are as they were written, in their order. The journal itself is not changed.
 *
 * @param copy a file that does not exist yet.
 * @throws JournalError if the journal cannot be read, or the copy cannot be written.
 * @example
 * const { damage, lost } = await repairJournal('study.jsonl', 'study.repaired.jsonl');
 */
export async function repairJournal(path: string, copy: string): Promise<Repair> {
  return copyOf(await auditOf(path), copy);
}

/** Writes what an audit left, as `repairJournal` does. @throws JournalError if the copy cannot be written. */
export async function copyOf(audit: Audit, copy: string): Promise<Repair> {
  const { damage, end } = audit;
  const objects = withCreated(audit);
  const positions = Array.from({ length: end }, (_, i) => i + 1);
  await createJournal(copy, sealed(positions.map((position) => objects.get(position) ?? '{"at":0}')));
  return { damage, entries: end, lost: positions.filter((position) => !objects.has(position)) };
}

/** Compares the lines of a journal with their checksums. @throws JournalError if it cannot be read. */
export async function auditOf(path: string): Promise<Audit> {
  await checkIsFile(path);
  return auditJournal(await readFile(path).catch(unreadable(path)));
}

/** If the first two entries are the same, either restores the other. */
function withCreated({ objects, beginsTwice }: Audit): Audit['objects'] {
  const left = objects.get(1) ?? objects.get(2);
  return beginsTwice && left !== undefined ? new Map([...objects, [1, left], [2, left]]) : objects;
}
