import { nextTurn } from '../../../streams/engine/timeout.ts';
import { Replay } from '../../../streams/explanation/replay.ts';
import type { MachineWatch } from '../../../streams/explanation/watch.ts';
import { parseStrategy } from '../../../streams/spec/spec.ts';
import type { Feed } from './feed.ts';
import type { Machines } from './wire.ts';

/** The machines of a study that runs in this process, as they are watched. */
export const liveMachines = (watch: MachineWatch) => (): Machines => ({
  type: 'machines',
  machines: watch.machines,
  news: watch.news,
  asks: true,
});

/** The machines of any study: its log is replayed once they are asked for. */
export function replayedMachines(feed: Feed, tell: () => void): () => Machines {
  let replay: Replay | undefined;
  let why = 'the log is being read';
  const begin = (): Replay | undefined => {
    const created = feed.begun?.ledger.created;
    if (created === undefined) return undefined;
    try {
      const begin = new Replay(feed.source, created, parseStrategy, tell);
      void follow(feed, begin, tell).catch((error) => {
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

async function follow(feed: Feed, replay: Replay, tell: () => void): Promise<void> {
  const leaving = new AbortController();
  const ended = feed.watch(() => feed.closed && leaving.abort());
  try {
    for await (const entries of feed.source.read(1, leaving.signal)) {
      for (const entry of entries) await replay.fold(entry);
      tell();
      await nextTurn();
    }
  } finally {
    ended();
    replay.dispose();
  }
}
