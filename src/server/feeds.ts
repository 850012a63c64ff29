import { inTurn } from '../../streams/engine/timeout.ts';
import type { HostedStudy } from '../../streams/host/host.ts';
import { Feed } from '../dashboard/feed/feed.ts';

/** Studies as the dashboard reads them, which reads each log once. */
export class Feeds {
  readonly #feeds = new Map<HostedStudy, Feed>();
  readonly #turn = inTurn();

  /** Computes something from the current log of a study, after earlier requests. */
  use<T>(study: HostedStudy, compute: (feed: Feed) => Promise<T>): Promise<T> {
    return this.#turn(async () => {
      const feed = this.#of(study);
      await feed.caughtUp;
      await feed.reached(await study.log.head());
      return compute(feed);
    });
  }

  close(): void {
    for (const feed of this.#feeds.values()) feed.close();
  }

  #of(study: HostedStudy): Feed {
    const known = this.#feeds.get(study);
    if (known && !known.closed) return known;
    const feed = new Feed('study', study);
    this.#feeds.set(study, feed);
    return feed;
  }
}
