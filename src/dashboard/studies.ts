import { nextTurn } from '../../streams/engine/timeout.ts';
import { Replay } from '../../streams/explanation/replay.ts';
import { MachineWatch } from '../../streams/explanation/watch.ts';
import type { Metrics } from '../monitoring/metrics.ts';
import { omitUndefined } from '../schema/omitUndefined.ts';
import type { Watch } from '../strategy/env.ts';
import type { StudySource } from '../study/source.ts';
import { Feed } from './feed/feed.ts';
import type { KeptFiles } from './kept.ts';
import type { Headline, Machines } from './wire.ts';

/** A study that is shown. */
export interface Shown {
  readonly feed: Feed;
  /** Absent if the files of its trials are on another machine. */
  readonly files?: KeptFiles;
  /** Its machines. Those of a study in another process are replayed once a page asks for them. */
  machines(): Machines;
}

/** The studies that are shown, and notifications of their changes. */
export class ShownStudies {
  readonly #shown = new Map<string, Shown>();
  readonly #watchers = new Set<() => void>();
  readonly #metrics: Metrics;
  readonly #warn: (message: string) => void;

  #over = false;

  constructor(metrics: Metrics, warn: (message: string) => void) {
    this.#metrics = metrics;
    this.#warn = warn;
  }

  /**
   * Shows one more study.
   *
   * @param files of its trials.
   * @param live takes the watch of a study that runs in this process.
   */
  add(id: string, source: StudySource, files?: KeptFiles, live?: (watch: Watch) => void): Shown {
    const feed = new Feed(id, source, (error) => this.#warn(`${source.place}: ${(error as Error).message}`));
    feed.listen(this.#metrics.add(id, { state: () => feed.state() }));
    feed.watch(this.tell);
    const machines = live ? this.#watched(id, live) : this.#replayed(feed);
    const shown = omitUndefined({ feed, files, machines });
    this.#shown.set(id, shown);
    return shown;
  }

  #watched(id: string, live: (watch: Watch) => void): () => Machines {
    const watch = new MachineWatch(this.tell, (path, seconds) => this.#metrics.answered(id, path, seconds));
    live(watch.take);
    return () => ({ type: 'machines', machines: watch.machines, news: watch.news, asks: true });
  }

  #replayed(feed: Feed): () => Machines {
    let replay: Replay | undefined;
    let why = 'the log is being read';
    const begin = (): Replay | undefined => {
      const { begun } = feed;
      if (begun === undefined) return undefined;
      try {
        const begin = new Replay(feed.source, begun.created, this.tell);
        void this.#follow(feed, begin).catch((error) => {
          why = (error as Error).message;
          replay = undefined;
        });
        return begin;
      } catch (error) {
        why = `its strategy is code, which only its own process can show (${(error as Error).message})`;
        return undefined;
      }
    };
    return () => {
      replay ??= begin();
      if (replay === undefined) return { type: 'none', why };
      const { watch } = replay;
      return { type: 'machines', machines: watch.machines, news: watch.news, asks: false };
    };
  }

  async #follow(feed: Feed, replay: Replay): Promise<void> {
    const leaving = new AbortController();
    const ended = feed.watch(() => feed.closed && leaving.abort());
    try {
      for await (const entries of feed.source.read(1, leaving.signal)) {
        for (const entry of entries) await replay.fold(entry);
        this.tell();
        await nextTurn();
      }
    } finally {
      ended();
      replay.dispose();
    }
  }

  /** Shows a study no longer, because it was deleted. */
  remove(id: string): void {
    this.#shown.get(id)?.feed.close();
    this.#shown.delete(id);
    void this.#metrics.remove(id);
    this.tell();
  }

  get(id: string): Shown | undefined {
    return this.#shown.get(id);
  }

  get headlines(): Headline[] {
    return [...this.#shown.values()].flatMap(({ feed }) => feed.headline() ?? []);
  }

  /** Calls back after each change. @returns unsubscribes */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  readonly tell = (): void => {
    for (const watcher of this.#watchers) watcher();
  };

  /** Whether the dashboard has been closed. */
  get over(): boolean {
    return this.#over;
  }

  /** Stops all feeds, and tells the pages that there will be no more changes. */
  close(): void {
    this.#over = true;
    for (const { feed } of this.#shown.values()) feed.close();
    this.tell();
  }
}
