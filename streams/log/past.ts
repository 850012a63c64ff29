import type { Entry } from '../../src/facts/entry.ts';
import type { Log } from './log.ts';

/** The entries that a log holds now, from a position on. */
export async function* past(log: Pick<Log, 'read' | 'head'>, from: number): AsyncGenerator<readonly Entry[]> {
  const head = await log.head();
  if (from > head) return;
  const reading = new AbortController();
  for await (const entries of log.read(from, reading.signal)) {
    yield entries;
    if (entries.at(-1)!.position >= head) return reading.abort();
  }
}
