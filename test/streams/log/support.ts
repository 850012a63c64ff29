import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Entry } from '../../../src/facts/entry.ts';

/** What the first warning about a damaged line ends with. */
export const HINT = '"hypertide repair" writes a copy with all that can be restored';

/** A path for a journal in a directory of its own, which goes when the test is over. */
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
