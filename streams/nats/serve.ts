import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import type { TrialId } from '../../src/messages.ts';
import type { Space } from '../../src/space/space.ts';
import type { Directive, Rejected } from '../directive.ts';
import { Leases } from '../leases.ts';
import type { Noted } from '../noted.ts';
import type { StudyOptions } from '../options.ts';
import { type Run, run } from '../run.ts';
import type { Strategy } from '../strategy.ts';
import { ensureConsumer } from './consumer.ts';
import { type NatsLog, natsLog } from './log.ts';
import { type Beat, type DirectiveMessage, LEASE, type RejectedMessage } from './messages.ts';
import { insist } from './patience.ts';
import { answerRequests } from './rpc.ts';
import type { StreamOptions } from './stream.ts';
import { type Subjects, subjectsOf } from './subjects.ts';

export interface ServeOptions extends StudyOptions, StreamOptions {
  /** Name of the study. */
  readonly study: string;
  /** Seconds between signs of life after which a run counts as lost. Default 30. */
  readonly lease?: number;
  /** Told of each entry, and what it did. */
  readonly note?: (noted: Noted) => void;
}

/** A study that this process serves. */
export interface Served {
  /** Resolves when the study has closed and no trial is open, though it may be reopened. @throws what the study throws. */
  readonly finished: Promise<void>;
  /** Ends this engine; another one may go on. */
  close(): Promise<void>;
}

/**
 * Runs a study on a server: makes its stream and its consumer, decides, watches over leases, tells trainers what to stop, and answers
 * requests. Several engines may serve one study: of two decisions one is stored, and when one engine is gone the other goes on.
 *
 * @param strategy nothing: that of the log, which begins with `auto()`.
 * @param nc the caller closes it. To outlast a server it needs settings such as `lasting`.
 * @throws into `finished`: MismatchError where the stream is of another study; StalledError, StrategyError of strategies.
 * @example
 * const { finished } = await serve(await connect(), space, tpe(), { study: 'digits', trials: 100, parallel: 8 });
 */
export async function serve<P>(
  nc: NatsConnection,
  space: Space<P>,
  strategy: Strategy | undefined,
  options: ServeOptions,
): Promise<Served> {
  const { lease = LEASE, note, replicas, maxMessageBytes, ...settings } = options;
  const subjects = subjectsOf(options.study);
  const jsm = await jetstreamManager(nc, { checkAPI: false, timeout: 2000 });
  const log = await natsLog(nc, options.study, {
    lease,
    ...(replicas !== undefined && { replicas }),
    ...(maxMessageBytes !== undefined && { maxMessageBytes }),
  });
  const rpc = answerRequests<P>(nc, subjects, log);
  const shell = new Shell<P>(nc, jsm, log, subjects, lease * 1000);
  let resolve!: () => void;
  let reject!: (error: unknown) => void;
  const finished = new Promise<void>((yes, no) => {
    [resolve, reject] = [yes, no];
  });
  finished.catch(() => {});
  const close = async () => {
    running.stop();
    shell.close();
    rpc.close();
    await log.close();
    resolve();
  };
  const running: Run<P> = run<P>(
    space,
    strategy,
    log,
    {
      ...settings,
      stay: true,
      note: (noted) => {
        shell.note(noted);
        rpc.note(noted);
        note?.(noted);
      },
    },
    {
      direct: (directive) => shell.direct(directive),
      finished: () => {
        shell.closed();
        resolve();
      },
      fail: (error) => {
        reject(error);
        void close();
      },
    },
  );
  shell.run = running;
  rpc.run = running;
  void running.started.then(() => shell.watch()).catch(reject);
  return { finished, close };
}

/** What lies around an engine on a server: leases, and what trainers are told. */
class Shell<P> {
  run!: Run<P>;
  readonly #nc: NatsConnection;
  readonly #jsm: JetStreamManager;
  readonly #log: NatsLog;
  readonly #subjects: Subjects;
  readonly #lease: number;
  readonly #leases: Leases;
  readonly #stopping = new Map<TrialId, string>();
  /** Where the suggestion of each attempt that nobody has taken on stands. */
  readonly #unclaimed = new Map<TrialId, number>();
  readonly #judging = new Set<TrialId>();
  #timer: ReturnType<typeof setInterval> | undefined;
  #over = false;

  constructor(nc: NatsConnection, jsm: JetStreamManager, log: NatsLog, subjects: Subjects, lease: number) {
    this.#nc = nc;
    this.#jsm = jsm;
    this.#log = log;
    this.#subjects = subjects;
    this.#lease = lease;
    this.#leases = new Leases(lease);
  }

  /** Begins to watch over leases, once the log has been taken in. */
  async watch(): Promise<void> {
    const from = () => Math.min(...this.#unclaimed.values(), this.run.engine.ledger.position + 1);
    await insist(this.#nc, () => ensureConsumer(this.#jsm, this.#subjects, from(), this.#lease));
    if (this.#over) return;
    this.#nc.subscribe(this.#subjects.beat('*', '*'), { callback: (_, message) => this.#beat(message.subject, message.data) });
    this.#leases.restart(performance.now());
    this.#timer = setInterval(() => {
      for (const trial of this.#leases.due(performance.now())) void this.#judge(trial).catch(() => {});
    }, this.#leases.interval);
    for await (const { type } of this.#nc.status()) {
      if (this.#over) return;
      if (type === 'reconnect') this.#leases.restart(performance.now());
    }
  }

  close(): void {
    this.#over = true;
    clearInterval(this.#timer);
  }

  /** What an entry means for the lease of its trial. */
  note({ position, fact, refusal }: Noted): void {
    if (refusal) return;
    const { type, trial: id } = fact as { type: string; trial?: TrialId };
    if (id === undefined) return;
    const trial = this.run.engine.ledger.open.get(id);
    if (trial === undefined) this.#stopping.delete(id);
    if (trial === undefined || trial.awaiting || trial.proposal.by === 'import') {
      this.#leases.end(id);
      this.#unclaimed.delete(id);
      return;
    }
    if (type === 'suggested') this.#unclaimed.set(id, position);
    if (trial.run !== undefined) this.#unclaimed.delete(id);
    this.#leases.extend(id, performance.now(), trial.run === undefined ? 2 : 1);
    if (type === 'reported') this.#stopAgain(id);
  }

  direct(directive: Directive<P>): void {
    if (directive.type === 'rejected') return this.#reject(directive);
    if (directive.type !== 'stop') return; // suggestions are in the stream already
    this.#stopping.set(directive.trial, directive.by);
    this.#tell(directive);
  }

  closed(): void {
    this.#tell({ type: 'closed', reason: this.run.engine.ledger.closed! });
  }

  #beat(subject: string, data: Uint8Array): void {
    const id = Number(subject.slice(subject.lastIndexOf('.') + 1));
    const trial = this.run.engine.ledger.open.get(id);
    if (trial?.run === undefined || trial.awaiting || beatOf(data)?.run !== trial.run) return;
    this.#leases.extend(id, performance.now());
    this.#stopAgain(id);
  }

  /** A stop may have been missed: it is told again as long as the trial goes on. */
  #stopAgain(trial: TrialId): void {
    const by = this.#stopping.get(trial);
    if (by !== undefined) this.#tell({ type: 'stop', trial, by });
  }

  #tell(message: DirectiveMessage): void {
    const subject = this.#subjects.directive(message.type === 'stop' ? message.trial : 'all');
    if (!this.#nc.isClosed()) this.#nc.publish(subject, JSON.stringify(message));
  }

  /** Of several engines, the one that appended last answers. */
  #reject({ position, fact, author, refusal }: Rejected): void {
    if (author === undefined || !this.#log.leads || this.#nc.isClosed()) return;
    const { type, trial, run: held } = (fact ?? {}) as Record<string, unknown>;
    const message: RejectedMessage = {
      position,
      ...refusal,
      ...(typeof type === 'string' && { type }),
      ...(typeof trial === 'number' && { trial }),
      ...(typeof held === 'string' && { run: held }),
    };
    this.#nc.publish(this.#subjects.rejected(author), JSON.stringify(message));
  }

  /** A deadline is over. Only when all that the server holds has been heard, a sign of life among it, is the attempt given up. */
  async #judge(id: TrialId): Promise<void> {
    if (this.#judging.has(id)) return;
    this.#judging.add(id);
    try {
      const head = await this.#log.head();
      const { ledger } = this.run.engine;
      const trial = ledger.open.get(id);
      if (this.#over || trial === undefined || !this.#leases.isDue(id, performance.now())) return;
      const unclaimed = trial.run === undefined;
      this.#leases.extend(id, performance.now(), unclaimed ? 2 : 1);
      if (ledger.position < head) return;
      const { attempt } = trial.suggestion;
      const lost = { type: 'failed', trial: id, attempt, reason: 'lost' } as const;
      if (!unclaimed) await this.#log.append({ ...lost, run: trial.run, message: 'no sign of life' });
      else if (await this.#isForgotten(id)) await this.#log.append({ ...lost, message: 'nobody has taken it on' });
    } finally {
      this.#judging.delete(id);
    }
  }

  /** Whether the consumer will not hand an attempt out any more. */
  async #isForgotten(trial: TrialId): Promise<boolean> {
    const { idle } = await ensureConsumer(this.#jsm, this.#subjects, Math.min(...this.#unclaimed.values()), this.#lease);
    return idle && this.#unclaimed.has(trial);
  }
}

function beatOf(data: Uint8Array): Beat | undefined {
  try {
    return JSON.parse(new TextDecoder().decode(data));
  } catch {
    return undefined;
  }
}
