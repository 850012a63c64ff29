import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import type { AppliedEntry } from '../../../src/ledger/appliedEntry.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import type { Settings } from '../../../src/ledger/settings.ts';
import { omitUndefined } from '../../../src/schema/omitUndefined.ts';
import type { Space } from '../../../src/space/space.ts';
import type { TrialId } from '../../../src/strategy/messages.ts';
import type { AtMost } from '../../../src/study/atMost.ts';
import type { Submitted } from '../../../src/study/commands.ts';
import type { Intent } from '../../../src/study/intents.ts';
import type { TrialRows } from '../../../src/study/trials.ts';
import type { EarlierOption } from '../../engine/earlier.ts';
import { type EngineRun, runEngine } from '../../engine/runEngine.ts';
import type { Spans } from '../../engine/spans.ts';
import { withResolvers } from '../../promises.ts';
import { createdOf, refuseUnknown, type StrategyOption, type StudyOptions } from '../../spec/options.ts';
import { checkDeclared } from '../../spec/resuming.ts';
import { parseStrategy } from '../../spec/spec.ts';
import { watchReports } from '../../study/unreported.ts';
import { keepCheckpoints, roomFor } from '../checkpoints/keeper.ts';
import { joinStudy } from '../connection/outage.ts';
import { isStreamMissing } from '../connection/retry.ts';
import { type NatsLog, natsLog } from '../log/natsLog.ts';
import { messageBytesFor, type StreamOptions } from '../log/stream.ts';
import { LEASE } from '../protocol/messages.ts';
import { type NamingOptions, subjectsOf } from '../protocol/subjects.ts';
import { answerRequests } from '../rpc.ts';
import { deleted } from '../studyError.ts';
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
export interface ServedStudy {
  /** Resolves when this engine has read the log and continues from it, or was closed before. @throws what prevented that. */
  readonly started: Promise<void>;
  /** Resolves when the study has closed and no trial is open, though it may be reopened. @throws what the study throws. */
  readonly finished: Promise<void>;
  /** Resolves when this engine has ended, with the error if it failed. An engine keeps running when its study closes. */
  readonly ended: Promise<unknown>;
  /** Does what a person asks of the study. @throws RefusedError; OptionError, StrategyError for a strategy that does not suit */
  submit(intent: Intent): Promise<Submitted>;
  /** Ends this engine; another one can take over. */
  close(): Promise<void>;
  /** Position of the last entry before this start; 0 for a new study. Entries are read after this is known. */
  readonly past: number;
  /** The state that this engine has computed from the log. */
  readonly ledger: Ledger<unknown>;
  /** The trials so far. */
  readonly rows: TrialRows<unknown>;
  /** Whether this engine decides: of several, the one that wrote last. */
  readonly leads: boolean;
  /** Whether the server has no room for entries of this engine, or of a trainer. */
  readonly isFull: boolean;
  /** What the server has stored: the bytes, their limit if the log has one, and the entries that this engine has not read. */
  stored(): Promise<{ readonly lag: number; readonly bytes: number; readonly limit?: number }>;
}

/**
 * The log of a study, whose stream accepts messages as long as its first fact.
 *
 * @param current the current state.
 * @throws StudyError if the server accepts no message as long as that.
 */
function studyLog<P>(nc: NatsConnection, space: Space<P>, options: ServeStudyOptions, current?: () => Settings): Promise<NatsLog> {
  const { study, strategy, lease = LEASE, create, warn, signal, onLead, spans, replicas, maxBytes, prefix, domain, apiPrefix } = options;
  const traceparent = spans && ((trial: TrialId) => spans.traceparent(trial));
  const longest = messageBytesFor(nc, createdOf(space, strategy, options), options.maxMessageBytes);
  return natsLog(
    nc,
    study,
    omitUndefined({
      lease,
      create,
      warn,
      signal,
      onLead,
      settings: current,
      traceparent,
      replicas,
      maxBytes,
      maxMessageBytes: longest,
      prefix,
      domain,
      apiPrefix,
    }),
  );
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
export async function serveStudy<P>(nc: NatsConnection, space: Space<P>, options: ServeStudyOptions): Promise<ServedStudy> {
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
  const { strategy, lease = LEASE, onEntry, warn = console.warn, signal, replicas = 1, checkpointBytes, room, atMost } = options;
  const subjects = subjectsOf(options.study, options);
  const jsm = await jetstreamManager(nc, { checkAPI: false, timeout: 2000, apiPrefix: subjects.apiPrefix });
  const missing = (error: unknown) => (isStreamMissing(error) ? deleted(subjects.stream, error) : error);
  const log = await studyLog(nc, space, options, () => running.engine.ledger.settings).catch((error) => Promise.reject(missing(error)));
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
  const shell = new Shell<P>(nc, jsm, log, subjects, lease * 1000);
  const checkpoints = keepCheckpoints<P>(nc, jsm, subjects, { replicas, ...roomFor(checkpointBytes) });
  const { promise: finished, resolve, reject } = withResolvers<void>();
  finished.catch(() => {});
  const { promise: ended, resolve: end } = withResolvers<unknown>();
  const close = async () => {
    signal?.removeEventListener('abort', close);
    running.stop();
    shell.close();
    checkpoints.close();
    leave();
    unlist();
    rpc.close();
    await log.close();
    resolve();
    end(undefined);
  };
  const fail = (error: unknown) => {
    const failure = missing(error);
    reject(failure);
    end(failure);
    void close();
  };
  const reporting = watchReports('let the trainer report its value', () => past, warn);
  const running: EngineRun<P> = runEngine<P>(
    space,
    strategy,
    log,
    {
      ...options,
      parseStrategy,
      stay: true,
      areClaimed: true,
      isTrialWanted: () =>
        (running.engine.ledger.queue.reserved > 0 || shell.lookahead.isWanted()) && (room?.isOpen(() => running.engine.wake()) ?? true),
      onEntry: (applied) => {
        shell.apply(applied);
        checkpoints.apply(applied);
        rpc.apply(applied);
        reporting(applied);
        onEntry?.(applied);
      },
    },
    {
      direct: (directive) => shell.direct(directive),
      finished: () => {
        shell.closed();
        resolve();
      },
      fail,
    },
  );
  shell.run = running;
  const rpc = answerRequests(nc, subjects, log, running, { present: () => shell.present(), waits: room?.why, atMost }); // the engine reads its first entry after this
  signal?.addEventListener('abort', close);
  const begin = async () => {
    await running.started;
    hasStarted = true;
    await shell.watch();
    checkpoints.watch({
      get ledger() {
        return running.engine.ledger; // another one after a change of the strategy
      },
      rows: rpc.rows,
      leads: () => log.leads,
      head: () => log.head(),
      warn,
    });
  };
  const begun = begin();
  void begun.catch(fail);
  const started = Promise.race([begun, finished]);
  started.catch(() => {});
  return {
    started,
    finished,
    ended,
    submit: rpc.submit,
    close,
    past,
    rows: rpc.rows,
    get ledger() {
      return running.engine.ledger;
    },
    get leads() {
      return log.leads;
    },
    get isFull() {
      return log.isFull;
    },
    stored: async () => {
      const { head, ...size } = await log.stored();
      return { ...size, lag: Math.max(0, head - running.engine.ledger.position) };
    },
  };
}
