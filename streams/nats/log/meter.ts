/** How much a trainer has written to a log, whether it counts or not. */
export interface TrainerUsage {
  readonly trainer: string;
  readonly facts: number;
  readonly bytes: number;
}

/** Milliseconds of a window. */
const WINDOW = 10_000;
/** What a trainer may write within a window without a warning: a busy one writes a tenth of it. */
const MUCH = { facts: 50_000, bytes: 10_000_000 } as const;
/** Milliseconds after which writes are too old for a warning. */
const RECENT_MS = 60_000;

interface Count {
  facts: number;
  bytes: number;
  /** Number of the window that `recent` counts. */
  window: number;
  recent: { facts: number; bytes: number };
  /** Bytes in all at the last warning: the next one is due when they have doubled. */
  warnedAt: number;
}

/** Counts what each trainer writes, and warns if one writes so much that it may fill the server. */
export function meter(warn: (message: string) => void, now: () => number = Date.now) {
  const counts = new Map<string, Count>();
  const usage = (): TrainerUsage[] =>
    [...counts].map(([trainer, { facts, bytes }]) => ({ trainer, facts, bytes })).sort((a, b) => b.bytes - a.bytes);
  return {
    /** The meter of each trainer, the one that has written most first. */
    usage,
    /** @param at when the server stored it, in milliseconds since 1970. */
    add(trainer: string, bytes: number, at: number): void {
      const count = counts.get(trainer) ?? { facts: 0, bytes: 0, window: 0, recent: { facts: 0, bytes: 0 }, warnedAt: 0 };
      counts.set(trainer, count);
      const window = Math.floor(at / WINDOW);
      if (window !== count.window) Object.assign(count, { window, recent: { facts: 0, bytes: 0 } });
      for (const sum of [count, count.recent]) {
        sum.facts++;
        sum.bytes += bytes;
      }
      const { recent } = count;
      if (recent.facts < MUCH.facts && recent.bytes < MUCH.bytes) return;
      if (count.bytes < 2 * count.warnedAt || at < now() - RECENT_MS) return;
      count.warnedAt = count.bytes;
      warn(
        `the trainer ${trainer} has written ${written(recent)} within ${WINDOW / 1000} s, and ${written(count)} in all: it may fill the server; leave it out of platform.yaml, and run "server apply", to lock it out`,
      );
    },
    /** The trainer that has written most, for the message that there is no room. */
    largest: (): string => {
      const [first] = usage();
      return first === undefined ? '' : `; of its trainers, ${first.trainer} has written most: ${written(first)}`;
    },
  };
}

/** Such as `1200 facts (3.4 MB)`. */
const written = ({ facts, bytes }: { readonly facts: number; readonly bytes: number }): string =>
  `${facts} fact${facts === 1 ? '' : 's'} (${(bytes / 1e6).toFixed(1)} MB)`;
