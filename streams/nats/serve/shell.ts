import type { JetStreamManager } from '@nats-io/jetstream';
import type { Msg, NatsConnection } from '@nats-io/nats-core';
import { identityOf } from '../../../src/facts/parse.ts';
import type { AppliedEntry } from '../../../src/ledger/appliedEntry.ts';
import type { TrialId } from '../../../src/messages.ts';
import { omitUndefined } from '../../../src/schema/omitUndefined.ts';
import type { Present } from '../../../src/study/trainerRows.ts';
import type { Directive, Rejected } from '../../engine/directive.ts';
import { Leases } from '../../engine/leases.ts';
import type { EngineRun } from '../../engine/run.ts';
import { jsonOf, onStatus, publish } from '../connection/connection.ts';
import { withRetry } from '../connection/retry.ts';
import type { NatsLog } from '../log/log.ts';
import { type Beat, type DirectiveMessage, PRESENCE, type RejectedMessage } from '../protocol/messages.ts';
import type { Subjects } from '../protocol/subjects.ts';
import { ensureConsumer, waitingPulls } from './consumer.ts';
import { Lookahead } from './lookahead.ts';
import { Roster } from './roster.ts';

/** The parts around an engine on a server: leases, and messages to trainers. */
export class Shell<P> {
  run!: EngineRun<P>;
  readonly #nc: NatsConnection;
  readonly #jsm: JetStreamManager;
  readonly #log: NatsLog;
  readonly #subjects: Subjects;
  readonly #lease: number;
  readonly #leases: Leases;
  readonly #stopping = new Map<TrialId, string>();
  /** The position of the suggestion of each unclaimed attempt. */
  readonly #unclaimed = new Map<TrialId, number>();
  readonly #judging = new Set<TrialId>();
  readonly #roster = new Roster();
  /** Says whether the engine may suggest another trial. */
  readonly lookahead = new Lookahead({
    open: () => this.run.engine.ledger.open,
    slots: () => this.#roster.slots(performance.now()),
    waiting: async () => (this.#log.leads ? waitingPulls(this.#jsm, this.#subjects) : undefined),
    stir: () => this.run.engine.stir(),
  });
  /** When it began to receive messages from trainers. */
  #listensSince = Number.POSITIVE_INFINITY;
  /** Trainers that ever had an instruction. */
  readonly #instructed = new Set<string>();
  /** Trials of which an attempt was offered again since a trainer last claimed one. */
  readonly #offeredAgain = new Set<TrialId>();
  #end = () => {};
  /** Whether the past has been read: its directives are past, too. */
  #watches = false;
  #over = false;

  constructor(nc: NatsConnection, jsm: JetStreamManager, log: NatsLog, subjects: Subjects, lease: number) {
    this.#nc = nc;
    this.#jsm = jsm;
    this.#log = log;
    this.#subjects = subjects;
    this.#lease = lease;
    this.#leases = new Leases(lease);
  }

  /** Begins to watch leases, once the log has been read. */
  async watch(): Promise<void> {
    this.#watches = true;
    await withRetry(this.#nc, () => this.#consumer());
    if (this.#over) return;
    const beats = this.#nc.subscribe(this.#subjects.beat('*', '*'), {
      callback: (error, message) => (error ? undefined : this.#beat(message)),
    });
    this.#listensSince = performance.now();
    const deafen = onStatus(this.#nc, ({ type }) => {
      if (type !== 'reconnect') return;
      this.#leases.restart(performance.now());
      this.#listensSince = performance.now();
      this.#consumer().catch(() => {}); // it is checked again when an attempt stays unclaimed
    });
    this.#leases.restart(performance.now());
    const timer = setInterval(() => {
      for (const trial of this.#leases.due(performance.now())) void this.#judge(trial).catch(() => {});
    }, this.#leases.interval);
    this.#end = () => {
      clearInterval(timer);
      deafen();
      beats.unsubscribe();
    };
  }

  close(): void {
    this.#over = true;
    this.lookahead.close();
    this.#end();
  }

  /** The trainers that are connected. A trainer that started before this engine may be missing at first. */
  present(): Present {
    const now = performance.now();
    return { trainers: this.#roster.present(now), isComplete: now - this.#listensSince > 2 * PRESENCE };
  }

  /** Handles an entry: the lease of its trial, and messages to its trainer. */
  apply(noted: AppliedEntry): void {
    this.lookahead.apply(noted);
    const { position, fact, refusal } = noted;
    if (refusal) return;
    if (fact.type === 'instructed') {
      this.#instructed.add(fact.trainer);
      if (this.#watches) this.#instruct(fact.trainer);
    }
    if (!('trial' in fact)) return;
    const { type, trial: id } = fact;
    const trial = this.run.engine.ledger.open.get(id);
    if (trial === undefined) this.#stopping.delete(id);
    if (trial === undefined || trial.run !== undefined) this.#offeredAgain.delete(id);
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

  /** Tells all trainers that the study is over. */
  closed(): void {
    this.#tell({ type: 'closed', reason: this.run.engine.ledger.closed! });
  }

  #beat(message: Msg): void {
    const [id, trainer] = message.subject.split('.').reverse();
    if (id === '0') return this.#greet(trainer!, message);
    const trial = this.run.engine.ledger.open.get(Number(id));
    if (trial?.run === undefined || trial.awaiting || (jsonOf(message) as Beat | undefined)?.run !== trial.run) return;
    if (trial.runs.get(trial.run) !== trainer) return; // another trainer can read the run in the log
    this.#leases.extend(Number(id), performance.now());
    this.#stopAgain(Number(id));
  }

  /** A trainer may have missed its last instruction: it may have started since, or lost its connection. */
  #greet(trainer: string, message: Msg): void {
    const isThere = this.#roster.hear(trainer, jsonOf(message), performance.now());
    this.lookahead.announced();
    if (!isThere) return;
    if (this.#instructed.has(trainer)) this.#instruct(trainer);
    if (this.run.engine.ledger.closed !== undefined) this.closed(); // a later fact may hide the close from it
  }

  #instruct(name: string): void {
    const { to, reason } = this.run.engine.ledger.trainers.get(name)!;
    this.#tell(omitUndefined({ type: 'instructed', trainer: name, to, reason }));
  }

  /** A stop may get lost, so it is repeated while the trial runs. */
  #stopAgain(trial: TrialId): void {
    const by = this.#stopping.get(trial);
    if (by !== undefined) this.#tell({ type: 'stop', trial, by });
  }

  #tell(message: DirectiveMessage): void {
    const subject = this.#subjects.directive(message.type === 'stop' ? message.trial : 'all');
    publish(this.#nc, subject, JSON.stringify(message));
  }

  /** Of several engines, the one that appended last answers. */
  #reject({ position, fact, author, refusal }: Rejected): void {
    if (author === undefined || !this.#log.leads) return;
    const message: RejectedMessage = { position, ...refusal, ...identityOf(fact) };
    publish(this.#nc, this.#subjects.rejected(author), JSON.stringify(message));
    if (refusal.code === 'paused' && message.trial !== undefined) void this.#offerAgain(message.trial).catch(() => {});
  }

  /**
   * An attempt that a paused trainer has taken from the consumer will not be delivered to others. A trainer that does not receive its pause takes the
   * next one too: that one ends only by its lease, so that the two do not fill the log.
   */
  async #offerAgain(id: TrialId): Promise<void> {
    const trial = this.run.engine.ledger.open.get(id);
    if (trial === undefined || trial.run !== undefined || trial.awaiting || this.#offeredAgain.has(id)) return;
    this.#offeredAgain.add(id);
    const { attempt } = trial.suggestion;
    await this.#log.append({ type: 'failed', trial: id, attempt, reason: 'lost', message: 'a paused trainer took it' });
  }

  /** A deadline has passed. The attempt is lost only if all stored messages are read and there was no heartbeat among them. */
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
      if (!unclaimed) await this.#log.append({ ...lost, run: trial.run, message: 'no heartbeat' });
      else if (trial.suggestion.avoid || (await this.#isForgotten(id)))
        await this.#log.append({ ...lost, message: 'no trainer claimed it' });
    } finally {
      this.#judging.delete(id);
    }
  }

  /** Whether the consumer will no longer deliver an attempt. */
  async #isForgotten(trial: TrialId): Promise<boolean> {
    const { idle } = await this.#consumer();
    return idle && this.#unclaimed.has(trial);
  }

  /** Ensures that suggestions are delivered, from the first unclaimed one on. */
  #consumer(): Promise<{ readonly idle: boolean }> {
    let from = this.run.engine.ledger.position + 1;
    for (const position of this.#unclaimed.values()) from = Math.min(from, position);
    return ensureConsumer(this.#jsm, this.#subjects, { count: this.#unclaimed.size, from }, this.#lease);
  }
}
