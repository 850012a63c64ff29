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

/** The batches of a log up to a position. Ends there, though the log may continue. */
export async function* readUpTo(
  log: AsyncIterable<readonly Entry[]> | Iterable<readonly Entry[]>,
  upTo: number,
): AsyncGenerator<readonly Entry[]> {
  if (upTo < 1) return;
  for await (const entries of log) {
    const isLast = entries.at(-1)!.position >= upTo;
    yield isLast ? entries.filter(({ position }) => position <= upTo) : entries;
    if (isLast) return;
  }
}
