import type { StudyLog } from '../../study/source.ts';
import { Feed } from './feed.ts';

/** Reads the current log of a study. */
export async function readFeed(study: StudyLog): Promise<Feed> {
  const feed = new Feed(study.place, study);
  await feed.caughtUp;
  feed.close();
  return feed;
}
