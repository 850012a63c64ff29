import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Entry } from '../../../src/facts/entry.ts';
import { type JournalOptions, openJournal } from '../../../streams/log/openJournal.ts';

/** A path for a journal in its own directory, which is deleted after the test. */
export function journalPath(): string {
  const directory = mkdtempSync(join(tmpdir(), 'hypertide-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return join(directory, 'study.jsonl');
}

/** All entries of a reading that ends. */
export async function entriesOf(reading: AsyncIterable<readonly Entry[]>): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const batch of reading) entries.push(...batch);
  return entries;
}

export const quiet: JournalOptions = { warn: () => {}, clock: () => 7 };

/** Opens and closes a journal. @returns its entries and the messages */
export async function visit(path: string) {
  const said: string[] = [];
  const log = await openJournal(path, { ...quiet, warn: (message) => said.push(message) });
  const head = await log.head();
  await log.close();
  const entries = await entriesOf(log.read());
  return { head, entries, said, facts: entries.map((e) => e.fact) };
}
