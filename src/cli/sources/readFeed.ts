import { Feed } from '../../dashboard/feed.ts';
import type { StudySource } from '../../study/source.ts';

/** Reads what the log of a study holds now. */
export async function readFeed(study: StudySource): Promise<Feed> {
  const feed = new Feed(study.place, study);
  await feed.caughtUp;
  feed.close();
  return feed;
}
