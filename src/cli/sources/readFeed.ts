import { Feed } from '../../dashboard/feed/feed.ts';
import type { StudyLog } from '../../study/source.ts';

/** Reads what the log of a study holds now. */
export async function readFeed<S extends StudyLog>(study: S): Promise<Feed<S>> {
  const feed = new Feed(study.place, study);
  await feed.caughtUp;
  feed.close();
  return feed;
}
