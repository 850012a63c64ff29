import type { JetStreamManager } from '@nats-io/jetstream';
import type { Msg, NatsConnection } from '@nats-io/nats-core';
import { failureOf } from '../../../src/errors.ts';
import type { CloseReason } from '../../../src/facts/facts.ts';
import { identityOf } from '../../../src/facts/parse.ts';
import type { AppliedEntry } from '../../../src/ledger/appliedEntry.ts';
import { isTrialRunning } from '../../../src/ledger/openTrials.ts';
import { omitUndefined } from '../../../src/schema/omitUndefined.ts';
import type { TrialId } from '../../../src/strategy/messages.ts';
import type { Present } from '../../../src/study/trainerRows.ts';
import type { Attempts } from '../../attempts/attempts.ts';
import { type AttemptWatch, watchAttempts } from '../../attempts/watchAttempts.ts';
import type { Directive, Rejected } from '../../engine/directive.ts';
import { react } from '../../study/port/entries.ts';
import type { LocalPort } from '../../study/port/local.ts';
import { jsonOf, onStatus, publish } from '../connection/connection.ts';
import { withRetry } from '../connection/retry.ts';
import type { NatsLog } from '../log/natsLog.ts';
import { type Beat, type DirectiveMessage, PRESENCE, type RejectedMessage } from '../protocol/messages.ts';
import type { Subjects } from '../protocol/subjects.ts';
import { isInbox, type Reply, respond } from '../rpc.ts';
import { SuggestionConsumer, waitingPulls } from './consumer.ts';
import { Lookahead } from './lookahead.ts';
import { Roster } from './roster.ts';

/** The parts around a study on a server: its consumer, the attempts that it watches, and messages to trainers. */
export class Shell<P> {
  readonly #study: LocalPort<P>;
  readonly #nc: NatsConnection;
  readonly #log: NatsLog;
  readonly #subjects: Subjects;
  readonly #attempts: Attempts;
  #watch: AttemptWatch | undefined;
  readonly #consumer: SuggestionConsumer;
  readonly #roster = new Roster();
  readonly #makeRoom: (bytes: number) => Promise<void>;
  /** Says whether the engine may suggest another trial. */
  readonly lookahead: Lookahead;
  /** When it began to receive messages from trainers. */
  #listensSince = Number.POSITIVE_INFINITY;
  /** Trainers that ever had an instruction. */
  readonly #instructed = new Set<string>();
  /** Whether the study was ever paused. */
  #wasPaused = false;
  #end = () => {};
  /** Whether the past has been read: its directives are past, too. */
  #watches = false;
  #isOver = false;

  /** @param lease milliseconds. @param makeRoom for a checkpoint */
  constructor(
    study: LocalPort<P>,
    nc: NatsConnection,
    jsm: JetStreamManager,
    log: NatsLog,
    subjects: Subjects,
    lease: number,
    makeRoom: (bytes: number) => Promise<void>,
  ) {
    this.#study = study;
    this.#makeRoom = makeRoom;
    this.#nc = nc;
    this.#log = log;
    this.#subjects = subjects;
    this.#attempts = study.attempts;
    this.lookahead = new Lookahead({
      attempts: this.#attempts,
      slots: () => this.#roster.slots(performance.now()),
      waiting: async () => (log.leads ? waitingPulls(jsm, subjects) : undefined),
      wake: () => study.wake(),
    });
    this.#consumer = new SuggestionConsumer(jsm, subjects, lease);
    react(study.live$, (applied) => this.#hear(applied));
  }

  /** Begins to watch leases, once the log has been read. */
  async watch(): Promise<void> {
    if (this.#isOver) return;
    this.#watches = true;
    this.#closedIfOver();
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
    const timer = setInterval(() => {
      this.#noteRoom(); // a trainer that waited for room may be gone
      if (this.#log.leads) this.#tellPause(); // it may have missed it
    }, PRESENCE);
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

  /** Sends what an entry means to its trainer. */
  #hear(applied: AppliedEntry<P>): void {
    this.lookahead.apply(applied);
    const { fact, refusal } = applied;
    if (this.#watches) this.#closedIfOver();
    if (refusal?.code === 'paused') {
      this.#offerAgain(identityOf(fact).trial!);
      this.#tellPause();
    }
    if (refusal) return;
    if (fact.type === 'changed' && fact.paused !== undefined) {
      this.#wasPaused ||= fact.paused;
      this.#tellPause();
    }
    if (fact.type === 'instructed') {
      this.#instructed.add(fact.trainer);
      if (this.#watches) this.#instruct(fact.trainer);
    }
    if (fact.type === 'reported') this.#stopAgain(fact.trial);
  }

  direct(directive: Directive<P>): void {
    if (directive.type === 'rejected') return this.#reject(directive);
    if (directive.type !== 'stop') return; // suggestions are in the stream already
    this.#tell(directive);
    this.#watch?.check();
  }

  /** Tells all trainers that the study is over. */
  #closed(reason: CloseReason): void {
    this.#tell({ type: 'closed', reason });
  }

  /** The same, once no trial runs. */
  #closedIfOver(): void {
    const { ledger } = this.#study;
    if (ledger.closed !== undefined && !isTrialRunning(ledger, true)) this.#closed(ledger.closed);
  }

  #beat(message: Msg): void {
    const [id, trainer] = message.subject.split('.').reverse();
    if (id === '0') return this.#greet(trainer!, message);
    const { run, after, save } = (jsonOf(message) as Partial<Beat> | undefined) ?? {};
    if (run === undefined) return;
    if (isInbox(message.reply)) void this.#answer(message, save, Number(id), run, { author: trainer, after });
    else if (this.#attempts.hear(Number(id), run, trainer, performance.now())) this.#stopAgain(Number(id));
  }

  /** Of several engines, the one that appended last answers. Any may make room: one that has taken over may have had nothing to append yet. */
  async #answer(message: Msg, save: unknown, ...beat: Parameters<LocalPort['heartbeat']>): Promise<void> {
    const isSaving = Number.isSafeInteger(save) && Number(save) >= 0;
    const made = async () => {
      const result = await this.#study.heartbeat(...beat);
      if (isSaving) await this.#makeRoom(Number(save));
      return result;
    };
    const reply: Reply = await made().then(
      (result) => ({ ok: true, result }),
      (error) => ({ ok: false, ...failureOf(error) }),
    );
    if (isSaving || this.#log.leads) respond(message, reply);
  }

  /** A trainer may have missed its last instruction: it may have started since, or lost its connection. */
  #greet(trainer: string, message: Msg): void {
    if (!this.#roster.knows(trainer)) this.#tellPause();
    const isThere = this.#roster.hear(trainer, jsonOf(message), performance.now());
    this.lookahead.announced();
    this.#noteRoom();
    if (!isThere) return;
    if (this.#instructed.has(trainer)) this.#instruct(trainer);
    const { closed } = this.#study.ledger;
    if (closed !== undefined) this.#closed(closed); // a later fact may hide the close from it
  }

  #noteRoom(): void {
    this.#log.noteTrainers(this.#roster.isRefused(performance.now()));
  }

  #instruct(name: string): void {
    const { to, reason } = this.#study.ledger.trainers.get(name)!;
    this.#tell(omitUndefined({ type: 'instructed', trainer: name, to, reason }));
  }

  #tellPause(): void {
    const { paused, noResult } = this.#study.ledger.settings;
    if (!this.#watches || !this.#wasPaused) return;
    this.#tell(omitUndefined({ type: paused ? 'paused' : 'resumed', why: noResult ? 'no-result' : undefined }));
  }

  /** A stop may get lost, so it is repeated while the trial runs. */
  #stopAgain(trial: TrialId): void {
    const stopped = this.#attempts.stopOf(trial);
    if (stopped) this.#tell({ type: 'stop', trial, ...stopped });
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
    if (this.#study.ledger.open.get(trial)?.unclaimed) return;
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
