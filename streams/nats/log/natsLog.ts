import { setTimeout as sleep } from 'node:timers/promises';
import { type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { Life } from '../../../machines/chart.ts';
import { leadChart } from '../../../machines/study.ts';
import type { Settings } from '../../../src/ledger/settings.ts';
import { omitUndefined } from '../../../src/schema/omitUndefined.ts';
import type { TrialId } from '../../../src/strategy/messages.ts';
import { checkPosition, waker } from '../../log/follow.ts';
import { type Log, LogClosedError } from '../../log/log.ts';
import { onStatus } from '../connection/connection.ts';
import { isCode, isPassing, isStreamFull, refusalOf, withRetry } from '../connection/retry.ts';
import { silence } from '../connection/silence.ts';
import { cloudEvent, eventSource } from '../protocol/cloudEvent.ts';
import { LEASE, LEASE_HEADER, LIMIT_HEADER, PRIORITY_HEADER, TRACE_HEADER } from '../protocol/messages.ts';
import { type NamingOptions, subjectsOf, writerOf } from '../protocol/subjects.ts';
import { meter, type TrainerUsage } from './meter.ts';
import { type Headers, messageId, publisher } from './publisher.ts';
import { entriesFrom } from './reader.ts';
import type { StoredMessage } from './storedEntry.ts';
import { storeRoom } from './storeRoom.ts';
import { ensureStream, findStream, type StreamOptions } from './stream.ts';

export interface NatsLogOptions extends StreamOptions, NamingOptions {
  /** Whether the stream may be made if it is missing. Default true. */
  readonly create?: boolean;
  /** Milliseconds to wait until the server confirms a fact. Default 2000. */
  readonly timeout?: number;
  /** The current state: each suggestion carries the priority. */
  readonly settings?: (() => Pick<Settings, 'priority'>) | undefined;
  /** Called with a line about what the log waits for, such as a server without JetStream or without room. Default: `console.warn`. */
  readonly warn?: ((message: string) => void) | undefined;
  /** Ends the wait for the server, and closes the log. */
  readonly signal?: AbortSignal | undefined;
  /** Seconds of the lease, which each suggestion carries. */
  readonly lease?: number;
  /** Called when this process becomes the one that appended last of several engines, and when another one does. */
  readonly onLead?: ((leads: boolean) => void) | undefined;
  /** The trace of a trial, which its suggestion carries. */
  readonly traceparent?: ((trial: TrialId) => string | undefined) | undefined;
}

/** The log of a study as a server has stored it. */
export interface StoredLog {
  /** Position of the last entry. */
  readonly head: number;
  readonly bytes: number;
  /** The most bytes that the log may have; undefined without a limit of its own. */
  readonly limit?: number;
}

/** A study's log in a JetStream stream. */
export interface NatsLog extends Log {
  /**
   * Whether this process appended last: of several engines, the active one. This remains so until it is slow or down, because the others wait a
   * moment.
   */
  readonly leads: boolean;
  /** Whether the server has no room for entries of this process, or of a trainer as far as it says so. */
  readonly isFull: boolean;
  /** Records whether a trainer says that the server has no room for its facts. */
  noteTrainers(areRefused: boolean): void;
  /** What the server has stored. */
  stored(): Promise<StoredLog>;
  /** What each trainer has written, as far as this process has read, the one that has written most first. */
  readonly usage: readonly TrainerUsage[];
}

/** The fields of a fact that decide its subject. `after`: the position up to which its engine had read. */
interface Said {
  readonly type?: unknown;
  readonly reason?: unknown;
  readonly after?: unknown;
  readonly trial: TrialId;
}

/** Milliseconds before a server without room is asked again. */
const NO_ROOM_PAUSE = 1000;
/** Milliseconds that a standby lets the leader append first. Otherwise they would alternate as leaders, more often the busier their machines are. */
export const standby = { pause: 1000 };
/** The largest headers of a message, in bytes. */
const HEADERS = 1024;
const WRONG_LAST_SEQUENCE = 10071;

/**
 * The log of a study as one stream, for engines and readers. Positions are the sequence numbers of the stream, times are those of the
 * server. What is appended is fenced: it is stored only if this log knows the last message of its subject, by having read or written
 * it. A fact that the server has not confirmed in time counts as fenced too; the next entries show whether it was stored.
 *
 * @param nc any connection; the caller closes it. To survive a restart of the server, it needs settings such as `reconnectOptions`.
 * @throws OptionError for a name that cannot be part of a subject; StudyError with the code `forbidden` for a missing right; JetStreamApiError if the server
 * refuses; the reason of the signal.
 * @example
 * const log = await natsLog(await connect(), 'digits');
 */
export async function natsLog(nc: NatsConnection, study: string, options: NatsLogOptions = {}): Promise<NatsLog> {
  options.signal?.throwIfAborted();
  const subjects = subjectsOf(study, options);
  const { create = true, timeout = 2000, lease = LEASE, warn = console.warn, signal } = options;
  const own: readonly string[] = [subjects.created, subjects.suggested, subjects.study];
  const { apiPrefix } = subjects;
  const js = jetstream(nc, { timeout, apiPrefix });
  const jsm = await jetstreamManager(nc, { checkAPI: false, timeout, apiPrefix });
  const waiting = (ailment: string) => warn(`${study}: waiting for the server, which ${ailment}`);
  const beginning = { signal, waiting };
  const { longest, restored } = await withRetry(
    nc,
    () => (create ? ensureStream(jsm, subjects, options) : findStream(jsm, subjects)),
    beginning,
  );
  const fence = await withRetry(nc, () => lastOf(jsm, subjects.stream, own), beginning);
  const closing = new AbortController();
  const out = publisher(nc);
  const news = waker();
  const trainers = meter((message) => warn(`${study}: ${message}`));
  let metered = 0;
  const storing = silence(nc, (message) => warn(`${study}: ${message}`));
  const room = storeRoom((message) => warn(`${study}: ${message}`));
  let appending: Promise<unknown> = Promise.resolve();
  let written = 0;
  const life = new Life(leadChart);
  /** Position of the last entry of another engine, as far as this process has read. */
  let others = 0;
  /** Whether a fact is in flight: what is read meanwhile may be that fact. */
  let publishing = false;
  /** The longest message that the server accepts, as it last said: the client forgets it while it reconnects. */
  let payload = nc.info?.max_payload ?? Number.POSITIVE_INFINITY;
  let end: number | undefined;

  /** The longest fact of a trainer that counts. A server counts the headers too. */
  const limit = (): number => {
    payload = nc.info?.max_payload ?? payload;
    const room = Math.min(longest > 0 ? longest : Number.POSITIVE_INFINITY, payload) - HEADERS;
    return Math.max(1, room);
  };
  const stored = async (): Promise<StoredLog> => {
    const { state, config } = await jsm.streams.info(subjects.stream);
    return omitUndefined({ head: state.last_seq, bytes: state.bytes, limit: config.max_bytes > 0 ? config.max_bytes : undefined });
  };
  const leads = () => life.of({ starting: true, leading: true, standby: false }) === true;
  const lead = (event: 'stored' | 'overtaken') => {
    if (life.send(event)) options.onLead?.(leads());
  };
  /** Whether another engine may append first. One that has just started on a log with entries may be a standby. */
  const defers = () => life.of({ starting: fence.size > 0, leading: false, standby: true });
  /** What a suggestion tells the trainer that claims it. */
  const headersOf = ({ type, trial }: Said): Headers => {
    if (type !== 'suggested') return [];
    const priority = options.settings?.().priority ?? 1;
    const traceparent = options.traceparent?.(trial);
    return [
      [LEASE_HEADER, String(lease)],
      [LIMIT_HEADER, String(limit())],
      ...(priority === 1 ? [] : [[PRIORITY_HEADER, String(priority)] as const]),
      ...(traceparent === undefined ? [] : [[TRACE_HEADER, traceparent] as const]),
    ];
  };
  const knew = (subject: string, position: number) => {
    if (position > (fence.get(subject) ?? 0)) fence.set(subject, position);
  };
  const subjectFor = ({ type }: Said): string =>
    type === 'suggested' ? subjects.suggested : type === 'created' ? subjects.created : subjects.study;
  /** Whether this process has read entries since the decision. */
  const isStale = (fact: Said): boolean => typeof fact.after === 'number' && fact.after < (fence.get(subjectFor(fact)) ?? 0);
  const publishFact = async (fact: Said): Promise<'stored' | 'fenced'> => {
    if (isStale(fact)) return 'fenced';
    const id = messageId();
    const subject = subjectFor(fact);
    const last = fence.get(subject) ?? 0;
    const headers = [...cloudEvent(id, eventSource(study), { type: fact.type }), ...headersOf(fact)];
    try {
      const { seq } = await out.publish(subject, JSON.stringify(fact), { id, last, timeout, headers });
      knew(subject, seq);
      storing.answered();
      written = seq;
      lead('stored');
      room.note('own', false);
      return 'stored';
    } catch (error) {
      const isFenced = isCode(error, WRONG_LAST_SEQUENCE);
      if (!isFenced && (!isPassing(error) || nc.isClosed())) throw refusalOf(error);
      if (isFenced) lead('overtaken');
      else storing.failed(error);
      if (isStreamFull(error)) {
        room.note('own', true, `it: ${(error as Error).message}; waiting${trainers.largest()}`);
        await sleep(NO_ROOM_PAUSE);
      }
      const now = await withRetry(nc, () => lastOf(jsm, subjects.stream, [subject]), closing);
      for (const [at, position] of now) knew(at, position);
      return 'fenced';
    }
  };
  const unsubscribe = onStatus(nc, ({ type }) => type === 'reconnect' && news.wake());

  const reading = {
    nc,
    js,
    stream: subjects.stream,
    news,
    restored,
    end: () => end,
    seen: ({ subject, seq, data, info }: StoredMessage) => {
      const isNews = own.includes(subject) && seq > (fence.get(subject) ?? 0);
      if (isNews && !publishing) {
        others = seq; // another engine wrote it
        lead('overtaken');
      }
      if (isNews) knew(subject, seq);
      const trainer = writerOf(subject);
      if (trainer !== undefined && seq > metered) trainers.add(trainer, data.length, info.timestampNanos / 1e6);
      metered = Math.max(metered, seq); // a log can be read again
    },
  };
  const close = async () => {
    signal?.removeEventListener('abort', close);
    closing.abort(new LogClosedError());
    await appending;
    out.close();
    storing.close();
    unsubscribe();
    end ??= Math.max(written, metered);
    news.wake();
  };
  signal?.addEventListener('abort', close);
  return {
    read: (from = 1, signal) => {
      checkPosition(from);
      return entriesFrom(reading, from, signal);
    },
    head: () => withRetry(nc, async () => (await jsm.streams.info(subjects.stream)).state.last_seq, { signal }),
    append: (fact) => {
      if (closing.signal.aborted) return Promise.reject(closing.signal.reason);
      const known = others;
      const appended = appending.then(async () => {
        // A standby decides as often as the leader. Only its latest decision waits: if all waited, a takeover would take minutes.
        if (defers() && !isStale(fact as Said)) await sleep(standby.pause);
        if (isLost(fact as Said) && others > known) return 'fenced'; // another engine may have said so
        publishing = true;
        return publishFact(fact as Said).finally(() => {
          publishing = false;
        });
      });
      appending = appended.catch(() => {});
      return appended;
    },
    close,
    get isFull() {
      return room.isFull;
    },
    noteTrainers: (areRefused) => room.note('trainers', areRefused, 'facts of its trainers, which wait'),
    stored,
    get leads() {
      return leads();
    },
    get usage() {
      return trainers.usage();
    },
  };
}

/** Whether an engine says that a trainer has lost an attempt, as its standby would a moment later. */
const isLost = ({ type, reason }: Said): boolean => type === 'failed' && reason === 'lost';

const NO_MESSAGE = 10037;

/** The last sequence number of each subject that has a message. */
async function lastOf(jsm: JetStreamManager, stream: string, subjects: readonly string[]): Promise<Map<string, number>> {
  const last = new Map<string, number>();
  for (const subject of subjects) {
    try {
      const message = await jsm.streams.getMessage(stream, { last_by_subj: subject });
      if (message) last.set(subject, message.seq);
    } catch (error) {
      if (!isCode(error, NO_MESSAGE)) throw error;
    }
  }
  return last;
}
