import type { Feed } from './feed.ts';
import type { TrialEntry } from './wire.ts';

/** The most entries of a trial that are returned: if there are more, the first and the last ones. */
const MOST = 2000;

/** All entries about a trial in order, including those that do not count. */
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
