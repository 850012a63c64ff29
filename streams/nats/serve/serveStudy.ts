import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import type { Params } from '../../../src/facts/facts.ts';
import type { AppliedEntry } from '../../../src/ledger/appliedEntry.ts';
import { omitUndefined } from '../../../src/schema/omitUndefined.ts';
import type { Space } from '../../../src/space/space.ts';
import type { TrialId } from '../../../src/strategy/messages.ts';
import type { AtMost } from '../../../src/study/atMost.ts';
import type { EarlierOption } from '../../engine/earlier.ts';
import type { Spans } from '../../engine/spans.ts';
import { withResolvers } from '../../promises.ts';
import { createdOf, refuseUnknown, type StrategyOption, type StudyOptions } from '../../spec/options.ts';
import { checkDeclared } from '../../spec/resuming.ts';
import { parseStrategy } from '../../spec/spec.ts';
import { react } from '../../study/port/entries.ts';
import { LocalPort } from '../../study/port/local.ts';
import type { StudyPort } from '../../study/port/port.ts';
import { watchReports } from '../../study/unreported.ts';
import { keepCheckpoints, roomFor } from '../checkpoints/keep.ts';
import { onStatus } from '../connection/connection.ts';
import { joinStudy } from '../connection/outage.ts';
import { isStreamMissing } from '../connection/retry.ts';
import { natsLog } from '../log/natsLog.ts';
import { messageBytesFor, type StreamOptions } from '../log/stream.ts';
import { LEASE } from '../protocol/messages.ts';
import { type NamingOptions, subjectsOf } from '../protocol/subjects.ts';
import { answerRequests } from '../rpc.ts';
import { connectionClosed, deleted } from '../studyError.ts';
import { enlist } from './listing.ts';
import { Shell } from './shell.ts';

export interface ServeStudyOptions extends StudyOptions, StrategyOption, EarlierOption, StreamOptions, NamingOptions {
  /** Name of the study. */
  readonly study: string;
  /** Seconds without a heartbeat after which a run counts as lost. Default: 30. */
  readonly lease?: number;
  /** Bytes that the checkpoints of the study may take on the server, which reserves them when the first one is saved. Default: 10 GB, or less if the server has less. */
  readonly checkpointBytes?: number;
  /** Whether the study may begin another trial, as far as others leave room for it. Default: always. */
  readonly room?: Room | undefined;
  /** The largest values that requests may set. Default: any. */
  readonly atMost?: AtMost | undefined;
  /** Whether the study begins if it is not there. Default: true. */
  readonly create?: boolean;
  /** Traces the study. */
  readonly spans?: Spans | undefined;
  /** Called with each entry and what it did. */
  readonly onEntry?: (applied: AppliedEntry) => void;
  /** Called when this engine becomes the leader of several, which wrote last, and when another one does. */
  readonly onLead?: (leads: boolean) => void;
  /** Called with a line about what the engine waits for, such as a server without JetStream or without room. Default: `console.warn`. */
  readonly warn?: ((message: string) => void) | undefined;
  /** Ends this engine, as `close` does; while it waits for the server, `serve` rejects with the reason of the signal. */
  readonly signal?: AbortSignal | undefined;
}

/** What a study shares with others. */
export interface Room {
  /** Whether it may begin another trial now. If not, `wake` is called when there may be room. */
  isOpen(wake: () => void): boolean;
  /** Why it may not, for people. */
  why(): string | undefined;
}

/** A study that this process serves. */
export interface ServedStudy<P = Params> {
  readonly port: StudyPort<P>;
  /** Resolves when this engine has read the log and continues from it, or was closed before. @throws what prevented that. */
  readonly started: Promise<void>;
  /** Resolves when this engine has ended, with the error if it failed. An engine keeps running when its study closes. */
  readonly ended: Promise<unknown>;
  /** Ends this engine; another one can take over. */
  close(): Promise<void>;
  /** Position of the last entry before this start; 0 for a new study. Entries are read after this is known. */
  readonly past: number;
  /** Whether this engine decides: of several, the one that wrote last. */
  readonly leads: boolean;
  /** Whether the server has no room for entries of this engine, or of a trainer. */
  readonly isFull: boolean;
  /** What the server has stored: the bytes, their limit if the log has one, and the entries that this engine has not read. */
  stored(): Promise<{ readonly lag: number; readonly bytes: number; readonly limit?: number }>;
}

/**
 * Runs a study on a server: creates its stream and consumer, decides, watches leases, sends stops to trainers, and answers requests. Several engines
 * may serve one study: of two decisions one is stored, and if one engine dies another one takes over.
 *
 * @param nc the caller closes it. To survive a restart of the server, it needs settings such as `reconnectOptions`.
 * @throws OptionError for unknown options; StudyError if the server accepts no message as long as the first fact, or if the study is missing and may not
 * begin; into `finished`: MismatchError if the stream belongs to another study; StalledError, StrategyError of strategies.
 * @example
 * const { finished } = await serveStudy(await connect(), space, { strategy: tpe(), study: 'digits', trials: 100, parallel: 8 });
 */
export async function serveStudy<P>(nc: NatsConnection, space: Space<P>, options: ServeStudyOptions): Promise<ServedStudy<P>> {
  refuseUnknown(
    options,
    'strategy',
    'earlier',
    'lease',
    'create',
    'onEntry',
    'onLead',
    'warn',
    'signal',
    'spans',
    'replicas',
    'maxMessageBytes',
    'maxBytes',
    'checkpointBytes',
    'room',
    'atMost',
    'prefix',
    'domain',
    'apiPrefix',
  );
  const { strategy, lease = LEASE, onEntry, warn = console.warn, signal, replicas = 1, checkpointBytes, room, spans } = options;
  const subjects = subjectsOf(options.study, options);
  const jsm = await jetstreamManager(nc, { checkAPI: false, timeout: 2000, apiPrefix: subjects.apiPrefix });
  const missing = (error: unknown) => {
    if (nc.isClosed()) return connectionClosed(options.study);
    return isStreamMissing(error) ? deleted(subjects.stream, error) : error;
  };
  const traceparent = spans && ((trial: TrialId) => spans.traceparent(trial));
  const maxMessageBytes = messageBytesFor(nc, createdOf(space, strategy, options), options.maxMessageBytes); // it accepts the first fact
  const settings = () => port.ledger.settings;
  const logged = natsLog(nc, options.study, omitUndefined({ ...options, lease, maxMessageBytes, settings, traceparent }));
  const log = await logged.catch((error) => Promise.reject(missing(error)));
  const pastOf = async () => {
    const head = await log.head();
    signal?.throwIfAborted();
    if (head === 0) checkDeclared(strategy, options); // later, a person may have declared it
    return head;
  };
  const past = await pastOf().catch(async (error) => {
    await log.close();
    throw missing(error);
  });
  const leave = joinStudy(nc, options.study);
  let hasStarted = false;
  const unlist = enlist(nc, subjects, () => omitUndefined({ study: options.study, status: hasStarted ? rpc.status() : undefined }));
  const hasRoom = () => room?.isOpen(() => port.wake()) ?? true;
  const port: LocalPort<P> = new LocalPort<P>(space, log, {
    ...options,
    place: options.study,
    parseStrategy,
    areClaimed: true,
    isTrialWanted: () => (port.ledger.queue.reserved > 0 || shell.lookahead.isWanted()) && hasRoom(),
    direct: (directive) => shell.direct(directive),
    meaning: missing,
  });
  const checkpoints = keepCheckpoints<P>(jsm, subjects, log, port, { replicas, ...roomFor(checkpointBytes) });
  const shell = new Shell<P>(port, nc, jsm, log, subjects, lease * 1000, checkpoints.makeRoom);
  const rpc = answerRequests(nc, subjects, log, port, { present: () => shell.present(), waits: room?.why });
  const { promise: ended, resolve: end } = withResolvers<unknown>();
  const close = async () => {
    await port.close();
    end(undefined);
  };
  const unwatch = onStatus(nc, ({ type }) => {
    if (type === 'close') port.fail(undefined);
  });
  const part = () => {
    unwatch();
    signal?.removeEventListener('abort', close);
    shell.close();
    checkpoints.close();
    leave();
    unlist();
    rpc.close();
  };
  port.live$.subscribe({
    error: (error) => {
      end(error);
      part();
      void log.close();
    },
    complete: part,
  });
  react(
    port.live$,
    watchReports('let the trainer report its value', () => past, warn),
    warn,
  );
  if (onEntry) react(port.live$, onEntry, warn);
  signal?.addEventListener('abort', close);
  const begin = async () => {
    await port.ready();
    hasStarted = true;
    await shell.watch();
  };
  const begun = begin();
  begun.catch((error) => port.fail(error));
  const started = Promise.race([begun, port.finished]);
  started.catch(() => {});
  return {
    port,
    started,
    ended,
    close,
    past,
    get leads() {
      return log.leads;
    },
    get isFull() {
      return log.isFull;
    },
    stored: async () => {
      const { head, ...size } = await log.stored();
      return { ...size, lag: Math.max(0, head - port.ledger.position) };
    },
  };
}
