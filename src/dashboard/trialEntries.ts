import type { Feed } from './feed.ts';
import type { TrialEntry } from './wire.ts';

/** Entries that speak of a trial, at most; of more, the first half and the last. */
const MOST = 2000;

/** All that the log says of a trial, in order, what does not count included. */
export async function entriesOf(feed: Feed, trial: number): Promise<TrialEntry[] | undefined> {
  const history = feed.begun?.changes.history(trial);
  if (history === undefined) return undefined;
  const found: TrialEntry[] = [];
  for await (const entries of feed.source.past(history.first)) {
    for (const { position, at, fact, refusal } of entries) {
      if ((fact as { trial?: unknown } | null)?.trial === trial) found.push({ position, at, fact, ...(refusal && { refusal }) });
    }
    if (entries.at(-1)!.position >= history.last) break;
  }
  return found.length <= MOST ? found : [...found.slice(0, MOST / 2), ...found.slice(-MOST / 2)];
}
