import { Feed } from '../../dashboard/feed.ts';
import type { CommandStudy } from './study.ts';

/** Reads what the log of a study holds now. */
export async function readFeed(study: CommandStudy): Promise<Feed> {
  const feed = new Feed('report', study);
  await feed.caughtUp;
  feed.close();
  return feed;
}
