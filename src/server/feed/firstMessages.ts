import type { Feed } from './feed.ts';
import type { RowChanges } from './wire.ts';

/** Entries after which a new reader gets new messages, because it would have too much to catch up with. */
const STALE = 5000;

/** Messages about all trials up to a position, each encoded when the first reader gets there. */
interface Shared {
  readonly position: number;
  readonly changes: Generator<RowChanges>;
  readonly made: Uint8Array[];
  readers: number;
}

/** Kept as long as a reader is being sent them. */
const shared = new WeakMap<Feed, Shared>();

/**
 * The messages for a new reader of a running study: all trials up to a position. Readers that begin at the same time share
 * them, because encoding a large study for each would block the server.
 */
export function firstMessages(feed: Feed): { readonly position: number; readonly messages: Iterable<Uint8Array> } {
  const { changes } = feed.begun!;
  const known = shared.get(feed);
  const isFresh = known && changes.position - known.position < STALE;
  const one = isFresh ? known : { position: changes.position, changes: changes.since(0), made: [], readers: 0 };
  shared.set(feed, one);
  return { position: one.position, messages: messagesOf(feed, one) };
}

const encoded = ({ done, value }: IteratorResult<RowChanges>): Uint8Array | undefined => (done ? undefined : rowsEvent(value));

function* messagesOf(feed: Feed, one: Shared): Generator<Uint8Array> {
  one.readers++;
  try {
    for (let i = 0; ; i++) {
      const message = one.made[i] ?? encoded(one.changes.next());
      if (!message) return;
      one.made[i] = message;
      yield message;
    }
  } finally {
    one.readers--;
    if (one.readers === 0 && shared.get(feed) === one) shared.delete(feed);
  }
}

/** Rows as a server-sent event. Only the last one has an id, which marks a position to resume from. */
export function rowsEvent(changes: RowChanges): Uint8Array {
  const mark = changes.more ? '' : `id: ${changes.position}\n`;
  return new TextEncoder().encode(`event: trials\ndata: ${JSON.stringify(changes)}\n${mark}\n`);
}
