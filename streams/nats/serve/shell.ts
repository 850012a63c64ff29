import type { JetStreamManager } from '@nats-io/jetstream';
import type { Msg, NatsConnection } from '@nats-io/nats-core';
import { identityOf } from '../../../src/facts/parse.ts';
import type { AppliedEntry } from '../../../src/ledger/appliedEntry.ts';
import { omitUndefined } from '../../../src/schema/omitUndefined.ts';
import type { TrialId } from '../../../src/strategy/messages.ts';
import type { Present } from '../../../src/study/trainerRows.ts';
import { Attempts } from '../../attempts/attempts.ts';
import { type AttemptWatch, watchAttempts } from '../../attempts/watchAttempts.ts';
import type { Directive, Rejected } from '../../engine/directive.ts';
import type { EngineRun } from '../../engine/runEngine.ts';
import { jsonOf, onStatus, publish } from '../connection/connection.ts';
import { withRetry } from '../connection/retry.ts';
import type { NatsLog } from '../log/natsLog.ts';
import { type Beat, type DirectiveMessage, PRESENCE, type RejectedMessage } from '../protocol/messages.ts';
import type { Subjects } from '../protocol/subjects.ts';
import { SuggestionConsumer, waitingPulls } from './consumer.ts';
import { Lookahead } from './lookahead.ts';
import { Roster } from './roster.ts';

/** The parts around an engine on a server: its consumer, the attempts that it watches, and messages to trainers. */
export class Shell<P> {
  run!: EngineRun<P>;
  readonly #nc: NatsConnection;
  readonly #log: NatsLog;
  readonly #subjects: Subjects;
  readonly #attempts: Attempts;
  #watch: AttemptWatch | undefined;
  readonly #consumer: SuggestionConsumer;
  readonly #roster = new Roster();
  /** Says whether the engine may suggest another trial. */
  readonly lookahead: Lookahead;
  /** When it began to receive messages from trainers. */
  #listensSince = Number.POSITIVE_INFINITY;
  /** Trainers that ever had an instruction. */
  readonly #instructed = new Set<string>();
  #end = () => {};
  /** Whether the past has been read: its directives are past, too. */
  #watches = false;
  #isOver = false;

  /** @param lease milliseconds */
  constructor(nc: NatsConnection, jsm: JetStreamManager, log: NatsLog, subjects: Subjects, lease: number) {
    this.#nc = nc;
    this.#log = log;
    this.#subjects = subjects;
    this.#attempts = new Attempts(lease);
    this.lookahead = new Lookahead({
      attempts: this.#attempts,
      slots: () => this.#roster.slots(performance.now()),
      waiting: async () => (log.leads ? waitingPulls(jsm, subjects) : undefined),
      wake: () => this.run.engine.wake(),
    });
    this.#consumer = new SuggestionConsumer(jsm, subjects, lease);
  }

  /** Begins to watch leases, once the log has been read. */
  async watch(): Promise<void> {
    this.#watches = true;
    const look = () => this.#look();
    await withRetry(this.#nc, look);
    if (this.#isOver) return;
    const beats = this.#nc.subscribe(this.#subjects.beat('*', '*'), {
      callback: (error, message) => (error ? undefined : this.#beat(message)),
    });
    this.#listensSince = performance.now();
    const unsubscribe = onStatus(this.#nc, ({ type }) => {
      if (type !== 'reconnect') return;
      this.#attempts.restart(performance.now());
      this.#listensSince = performance.now();
      withRetry(this.#nc, look).catch(() => {}); // the server may not answer yet, or this engine has ended
    });
    this.#watch = watchAttempts(this.#attempts, this.#log, () => {}, look); // it tries again
    const timer = setInterval(() => this.#noteRoom(), PRESENCE); // a trainer that waited for room may be gone
    this.#end = () => {
      clearInterval(timer);
      this.#watch?.close();
      unsubscribe();
      beats.unsubscribe();
    };
  }

  close(): void {
    this.#isOver = true;
    this.lookahead.close();
    this.#end();
  }

  /** The trainers that are connected. A trainer that started before this engine may be missing at first. */
  present(): Present {
    const now = performance.now();
    return { trainers: this.#roster.present(now), isComplete: now - this.#listensSince > 2 * PRESENCE };
  }

  /** Handles an entry: the time of its attempt, and messages to its trainer. */
  apply(applied: AppliedEntry<P>): void {
    this.lookahead.apply(applied);
    this.#attempts.apply(applied, performance.now());
    const { fact, refusal } = applied;
    if (refusal?.code === 'paused') this.#offerAgain(identityOf(fact).trial!);
    if (refusal) return;
    if (fact.type === 'instructed') {
      this.#instructed.add(fact.trainer);
      if (this.#watches) this.#instruct(fact.trainer);
    }
    if (fact.type === 'reported') this.#stopAgain(fact.trial);
  }

  direct(directive: Directive<P>): void {
    if (directive.type === 'rejected') return this.#reject(directive);
    if (directive.type !== 'stop') return; // suggestions are in the stream already
    this.#attempts.stop(directive.trial, directive.by, performance.now());
    this.#tell(directive);
    this.#watch?.check();
  }

  /** Tells all trainers that the study is over. */
  closed(): void {
    this.#tell({ type: 'closed', reason: this.run.engine.ledger.closed! });
  }

  #beat(message: Msg): void {
    const [id, trainer] = message.subject.split('.').reverse();
    if (id === '0') return this.#greet(trainer!, message);
    const run = (jsonOf(message) as Beat | undefined)?.run;
    if (run !== undefined && this.#attempts.hear(Number(id), run, trainer, performance.now())) this.#stopAgain(Number(id));
  }

  /** A trainer may have missed its last instruction: it may have started since, or lost its connection. */
  #greet(trainer: string, message: Msg): void {
    const isThere = this.#roster.hear(trainer, jsonOf(message), performance.now());
    this.lookahead.announced();
    this.#noteRoom();
    if (!isThere) return;
    if (this.#instructed.has(trainer)) this.#instruct(trainer);
    if (this.run.engine.ledger.closed !== undefined) this.closed(); // a later fact may hide the close from it
  }

  #noteRoom(): void {
    this.#log.noteTrainers(this.#roster.isRefused(performance.now()));
  }

  #instruct(name: string): void {
    const { to, reason } = this.run.engine.ledger.trainers.get(name)!;
    this.#tell(omitUndefined({ type: 'instructed', trainer: name, to, reason }));
  }

  /** A stop may get lost, so it is repeated while the trial runs. */
  #stopAgain(trial: TrialId): void {
    const by = this.#attempts.stopOf(trial);
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
  }

  /**
   * No trainer will claim an attempt whose claim by a paused trainer was refused: the consumer does not deliver it again, or another trainer takes the
   * claim, the last fact of the trial, for one that counts, and acknowledges. A trainer that does not receive its pause takes the next attempt too: that
   * one ends only by its lease, so that the two do not fill the log.
   */
  #offerAgain(trial: TrialId): void {
    if (this.run.engine.ledger.open.get(trial)?.unclaimed) return;
    this.#attempts.hide(trial, performance.now());
    this.#watch?.check();
  }

  /** Ensures that suggestions are delivered, from the first unclaimed one on, and notes which of them trainers do not get although they ask. */
  async #look(): Promise<void> {
    const now = performance.now();
    const delivering = await this.#consumer.ensure(this.#attempts.unclaimed, now);
    if (delivering.isNew) this.#attempts.deliverAgain();
    else this.#attempts.passOver(delivering.passed, now);
  }
}
