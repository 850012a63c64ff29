import { DeliverPolicy, type JetStreamClient, type JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import type { Entry } from '../../../src/facts/entry.ts';
import { type Waker, waker } from '../../log/follow.ts';
import { isClustered } from '../connection/connection.ts';
import { withRetry } from '../connection/retry.ts';
import { entryOf } from './storedEntry.ts';

/**
 * Messages requested at a time: more would only wait in memory. Ten times as many took twice the memory, and longer because of garbage collection.
 */
const PULL_SIZE = 500;
/** Messages that may wait for a slow reader; beyond that, the consumer is deleted, and created again when they have been read. */
const MOST_WAITING = 20_000;
const BATCH = 256;
/**
 * Milliseconds between two heartbeats of the server. If two are missing, the consumer is gone without a notification. With one server that is rare, since
 * the server reports a deletion, and a lost connection shows sooner; but each wait of an engine costs several heartbeats. In a cluster, the server that has
 * the consumer may be another one than that of the connection: then only the heartbeats tell that it is away.
 */
const HEARTBEAT = 5000;
const CLUSTER_HEARTBEAT = 1000;

export interface StreamReading {
  readonly nc: NatsConnection;
  readonly js: JetStreamClient;
  readonly stream: string;
  /** Rung when a lost connection is back, and when the log has closed. */
  readonly news: Waker;
  /** The last position to read; undefined while the log is open. */
  readonly end: () => number | undefined;
}

export interface EntryReading extends StreamReading {
  /** How many of the first messages were restored from another log. */
  readonly restored: number;
  /** Called with each message before its entry is returned. */
  readonly seen: (message: JsMsg) => void;
}

/** Reads a stream as entries: past ones, then live ones, across reconnections. */
export async function* entriesFrom(reading: EntryReading, from: number, signal?: AbortSignal): AsyncGenerator<readonly Entry[], void> {
  for await (const messages of messagesFrom(reading, from, signal)) {
    for (const message of messages) reading.seen(message);
    yield messages.map((message) => entryOf(message, reading.restored));
  }
}

/** The messages of a stream: past ones, then live ones. */
export async function* messagesFrom(reading: StreamReading, from: number, signal?: AbortSignal): AsyncGenerator<readonly JsMsg[], void> {
  let next = from;
  const over = () => signal?.aborted || reading.nc.isClosed() || next > (reading.end() ?? Number.POSITIVE_INFINITY);
  while (!over()) {
    const session = await begin(reading, next);
    const leave = () => session.stop();
    signal?.addEventListener('abort', leave);
    try {
      while (!over()) {
        const messages = session.take();
        if (messages.length > 0) {
          next = messages.at(-1)!.seq + 1;
          yield messages;
        } else if (session.broken()) break;
        else await session.news.woken(); // an abort wakes too
      }
    } finally {
      signal?.removeEventListener('abort', leave);
      session.stop();
    }
  }
}

/** One ordered consumer, until it is full or fails. */
async function begin({ nc, js, stream, news: outside, end }: StreamReading, from: number) {
  const consumer = await withRetry(nc, () =>
    js.consumers.get(stream, { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: from }),
  );
  const news = waker();
  const ended = new AbortController();
  let waiting: JsMsg[] = [];
  let next = from;
  let broken = false;
  const stop = () => {
    if (broken) return;
    broken = true;
    ended.abort();
    void messages.close();
    if (!nc.isClosed()) void consumer.delete().catch(() => {}); // else the server keeps it for five minutes
    news.wake();
  };
  const take = (message: JsMsg) => {
    const { seq } = message;
    if (broken || seq < next) return;
    if (seq > next && next > from) return stop(); // a hole: what is missing comes to the next consumer
    next = seq + 1;
    waiting.push(message);
    if (waiting.length >= MOST_WAITING) stop();
    else if (waiting.length === 1) news.wake();
  };
  const idle_heartbeat = isClustered(nc) ? CLUSTER_HEARTBEAT : HEARTBEAT;
  const messages = await consumer.consume({ callback: take, max_messages: PULL_SIZE, expires: 30_000, idle_heartbeat });
  void messages.closed().then(stop);
  void (async () => {
    for await (const { type } of messages.status()) if (type === 'consumer_deleted' || type === 'heartbeats_missed') return stop();
  })();
  void outside.woken(ended.signal).then(() => (end() === undefined ? stop() : news.wake()));
  return {
    news,
    stop,
    broken: () => broken,
    take: () => {
      const taken = waiting.slice(0, BATCH);
      waiting = waiting.length > BATCH ? waiting.slice(BATCH) : [];
      return taken;
    },
  };
}
