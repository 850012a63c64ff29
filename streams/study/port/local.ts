import { type Observable, Subject } from 'rxjs';
import type { Entry } from '../../../src/facts/entry.ts';
import type { Params, TrialEvent } from '../../../src/facts/facts.ts';
import type { AppliedEntry } from '../../../src/ledger/appliedEntry.ts';
import { type Said, withMeans } from '../../../src/ledger/exampleFacts.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import type { Space } from '../../../src/space/space.ts';
import type { TrialId } from '../../../src/strategy/messages.ts';
import type { AtMost } from '../../../src/study/atMost.ts';
import { LET_GO, RefusedError } from '../../../src/study/commands.ts';
import type { Intent } from '../../../src/study/intents.ts';
import type { Answered, StudySource, SubmitOrigin } from '../../../src/study/source.ts';
import { type StudyStatus, studyStatusOf } from '../../../src/study/status.ts';
import { TrialRows } from '../../../src/study/trials.ts';
import { Attempts } from '../../attempts/attempts.ts';
import { type AttemptWatch, watchAttempts } from '../../attempts/watchAttempts.ts';
import type { Directive } from '../../engine/directive.ts';
import type { EarlierOption } from '../../engine/earlier.ts';
import { type EngineRun, type RunOptions, runEngine } from '../../engine/runEngine.ts';
import { type Submitter, submit, submitter } from '../../engine/submit.ts';
import type { ParseStrategy } from '../../kernel/strategy.ts';
import { type AuthoredLog, LogInUseError } from '../../log/log.ts';
import { past } from '../../log/past.ts';
import { unlessAborted } from '../../promises.ts';
import { type ParseOption, parseNone, type StrategyOption, type StudyOptions } from '../../spec/options.ts';
import { Claims } from './claims.ts';
import { StudyEnd } from './ending.ts';
import { reached, replayed } from './entries.ts';
import { explaining } from './explaining.ts';
import { type NoResultError, noResultIn } from './noResult.ts';
import {
  type AskOptions,
  type ClaimReply,
  type HeartbeatOptions,
  type Named,
  type Recorded,
  type Stopping,
  type StudyPort,
  stoppingOf,
} from './port.ts';
import { Repeats, wantedOf } from './repeats.ts';
import { type Turn, type TurnOptions, Turns } from './turns.ts';

export interface HostOptions<P>
  extends StudyOptions,
    StrategyOption,
    ParseOption,
    EarlierOption,
    Pick<RunOptions<P>, 'exclusive' | 'spans' | 'areClaimed' | 'isTrialWanted'> {
  /** Whether it stays when the study has closed: a change may reopen it. Default: true. */
  readonly stay?: boolean | undefined;
  /** Seconds without a message of its trainer after which an attempt is lost. Default: 30. */
  readonly lease?: number | undefined;
  /** Takes the suggestions that no ask waits for, stops, and rejections. Default: suggestions are made when there are asks. */
  readonly direct?: ((directive: Directive<P>) => void) | undefined;
  /** What requests may ask for. */
  readonly atMost?: AtMost | undefined;
  /** Where its log is, for people. */
  readonly place?: string | undefined;
  /** What an error that ends the study means. Default: the error itself. */
  readonly meaning?: ((error: unknown) => unknown) | undefined;
}

/** The longest that a heartbeat waits for a decision. */
const DECIDED_MS = 2000;

/** The logs on which a study of this process runs: another one would write its decisions between these. */
const inUse = new WeakSet<AuthoredLog>();

/**
 * A study that this process runs: it decides, gives trials to trainers that ask, takes their facts, and answers requests. Trainers may vanish, unless
 * they are all in this process. In the log, the facts of a known trainer have its name, so the same rules apply as over NATS.
 */
export class LocalPort<P = Params> implements StudySource, StudyPort<P> {
  readonly place: string;
  readonly space: Space<P>;
  readonly source: StudySource = this;
  readonly log: AuthoredLog;
  /** The attempts that have not ended. */
  readonly attempts: Attempts;
  /** The trials so far. */
  readonly rows = new TrialRows<P>();
  /** Whether it also gives trials to trainers of other programs. */
  readonly isShared: boolean;
  readonly importance: StudyPort<P>['importance'];
  readonly why: StudyPort<P>['why'];
  /** Makes the strategies that its log names. */
  get parseStrategy(): ParseStrategy {
    return this.#run.parseStrategy;
  }
  /** Every subscriber gets all entries, from the first one on. Completes when the study runs no longer. */
  readonly entries$: Observable<AppliedEntry<P>>;
  readonly #live$ = new Subject<AppliedEntry<P>>();
  readonly live$: Observable<AppliedEntry<P>> = this.#live$;
  /** Appends a fact, and waits until the study has applied it. @throws RefusedError if it does not count */
  readonly append: Submitter['append'];
  get broken(): NoResultError | undefined {
    return this.#hasBegun ? noResultIn(this) : undefined;
  }
  readonly #run: EngineRun<P>;
  readonly #options: HostOptions<P>;
  readonly #repeats: Repeats;
  readonly #claims: Claims<P>;
  readonly #turns: Turns;
  #watch: AttemptWatch | undefined;
  /** Settled once: a race on each request would be kept by `finished` until the study ends. */
  readonly #began: Promise<void>;
  #hasBegun = false;
  readonly #finished = new StudyEnd(this.live$);

  /** @throws OptionError, LogInUseError; into `finished`: MismatchError if the log is of another study, and what the strategy throws. */
  constructor(space: Space<P>, log: AuthoredLog, options: HostOptions<P> = {}) {
    const { strategy, parseStrategy = parseNone, lease = 30, exclusive = false, stay = true, place = '', ...settings } = options;
    const { direct, areClaimed, isTrialWanted = direct ? undefined : () => this.#claims.any } = settings;
    if (inUse.has(log)) throw new LogInUseError();
    this.place = place;
    this.space = space;
    this.log = log;
    this.isShared = !exclusive;
    ({ importance: this.importance, why: this.why } = explaining<P>(() => this));
    this.#options = settings;
    const { append, isOwn } = submitter(log, this.live$);
    this.append = append;
    this.#repeats = new Repeats(isOwn);
    this.attempts = new Attempts(lease * 1000);
    this.#turns = new Turns({ ledger: () => this.ledger, isAwaited: (proposer) => this.#run.isAwaited(proposer) }, this.live$);
    this.#claims = new Claims(
      {
        ledger: () => this.ledger,
        lease: exclusive ? undefined : lease,
        traceparent: settings.spans && ((trial) => settings.spans!.traceparent(trial)),
        record: (fact, origin) => this.#record(fact, origin),
        append,
        wake: () => this.wake(),
      },
      this.live$,
    );
    this.#run = runEngine<P>(
      space,
      strategy,
      log,
      { ...settings, parseStrategy, exclusive, stay, isTrialWanted, onEntry: (entry) => this.#apply(entry) },
      {
        direct: (directive) => this.#direct(directive),
        finished: () => {
          this.#claims.end();
          this.#finished.set(true);
          if (!stay) this.stop();
        },
        fail: (error) => this.fail(error),
        onProposerAwaited: () => this.#turns.look(),
      },
    );
    inUse.add(log);
    const free = () => inUse.delete(log);
    this.live$.subscribe({ error: free, complete: free });
    this.#began = Promise.race([this.#run.started, this.finished]);
    this.#began.then(
      () => {
        this.#hasBegun = true;
      },
      () => {}, // as above
    );
    this.entries$ = replayed(space, log, this.live$, () => this.ledger.position);
    if (exclusive || areClaimed) return;
    this.#watch = watchAttempts(this.attempts, log, (error) => this.fail(error));
    this.live$.subscribe({ error: this.#watch.close, complete: this.#watch.close });
  }

  get ledger(): Ledger<P> {
    return this.#run.engine.ledger;
  }
  /** The study must have begun. */
  status(): StudyStatus {
    return studyStatusOf(this.ledger, this.#run.engine.phase, this.rows);
  }

  /** Resolves when the study has closed and no trial is open; when it is reopened, there is another promise. @throws what the study throws. */
  get finished(): Promise<void> {
    return this.#finished.promise;
  }

  /** Resolves when the log has been read. @throws what keeps the study from running. */
  async ready(): Promise<void> {
    if (!this.failure && !this.#stopped) await this.#began;
    if (this.failure) throw this.failure.error;
  }

  /** The same for requests, of which each pays for a wait; undefined if there is nothing to wait for. */
  #notReady(): Promise<void> | undefined {
    if (this.#hasBegun && !this.failure && !this.#stopped) return undefined;
    return this.ready().then(() => {
      if (this.#stopped) throw this.#stopped.error;
    });
  }

  /** Why it cannot be run any more; undefined if it can. */
  failure: { readonly error: unknown } | undefined;
  /** What is answered after `stop`. */
  #stopped: { readonly error: unknown } | undefined;

  read = (from: number, signal?: AbortSignal): AsyncIterable<readonly Entry[]> => this.log.read(from, signal);
  past = (from: number): AsyncIterable<readonly Entry[]> => past(this.log, from);

  /** Claims the next trial for a trainer. @throws what the study throws. */
  async ask(options: AskOptions = {}): Promise<ClaimReply<P>> {
    const { closed } = this.ledger;
    if (this.#stopped && closed !== undefined) return { next: 'over', reason: closed };
    const notReady = this.#notReady();
    if (notReady) await notReady;
    return this.#claims.ask(options);
  }

  /** Takes a fact of a trainer. @throws RefusedError */
  async record(said: Said, origin: Named = {}): Promise<Recorded> {
    const notReady = this.#notReady();
    if (notReady) await notReady;
    const store = async () => {
      const fact = withMeans(this.attempts.asStopped(said), this.ledger.open);
      return { position: await this.#record(fact, origin), fact };
    };
    const { position } = await this.#repeats.once(origin, { ...said }, store);
    const stopped = said.type === 'reported' ? this.attempts.tellStop(said.trial) : undefined;
    return { ...stoppingOf(stopped), position };
  }

  /** Takes a heartbeat of a run. @throws RefusedError if the run does not hold the trial. */
  async heartbeat(trial: TrialId, run: string, { author, after = 0 }: HeartbeatOptions = {}): Promise<Stopping> {
    if (after > this.ledger.position) await unlessAborted(reached(this, after), AbortSignal.timeout(DECIDED_MS)); // it may have the claim, too
    if (!this.attempts.hear(trial, run, author, performance.now()))
      throw new RefusedError({ code: 'stale-run', message: `trial ${trial} is not held by run ${run}` });
    return stoppingOf(this.attempts.stopOf(trial));
  }

  /** Waits until it is the turn of an external proposer. @throws RefusedError if the strategy has no such proposer */
  async turn(proposer: string, options: TurnOptions = {}): Promise<Turn> {
    await this.ready();
    return this.#turns.wait(proposer, options);
  }

  /** Does what a person asks of the study. @throws RefusedError; OptionError, StrategyError for a strategy that does not suit. */
  async submit(intent: Intent, origin: SubmitOrigin = {}): Promise<Answered> {
    await this.#notReady();
    const decide = () => submit(intent, this, this.append, { ...origin, atMost: this.#options.atMost });
    return { ...(await this.#repeats.once(origin, wantedOf(intent), decide)), running: true };
  }

  /** Call this when something outside the log may require a new trial. */
  wake(): void {
    this.#run.engine.wake();
  }

  /** Ends the study in this process with an error. */
  fail(cause: unknown): void {
    if (this.#stopped) return;
    const error = this.#options.meaning?.(cause) ?? cause;
    this.failure ??= { error };
    this.#run.stop();
    this.#live$.error(error);
  }

  /** Ends the engine. The study can be resumed. */
  stop(): void {
    this.#run.stop();
    this.#stopped ??= { error: new RefusedError(LET_GO) };
    this.#live$.complete();
  }

  /** Ends the engine and closes the log. */
  async close(): Promise<void> {
    this.stop();
    await this.log.close();
  }

  /** Updates the state after the ledger, then emits the entry. The subscribers of `live$` may run in any order. */
  #apply(entry: AppliedEntry<P>): void {
    this.rows.apply(entry);
    this.attempts.apply(entry, performance.now());
    this.#repeats.apply(entry);
    if (this.ledger.closed === undefined) this.#finished.set(false);
    this.#live$.next(entry);
  }

  /** Appends a fact of a trainer, and waits until it counts. @returns its position. @throws RefusedError */
  #record(fact: TrialEvent, origin: Named): Promise<number> {
    const refusal = this.ledger.refusesFrom(fact, origin.author);
    if (refusal) throw new RefusedError(refusal);
    return this.append(fact, origin);
  }

  #direct(directive: Directive<P>): void {
    const { direct } = this.#options;
    if (directive.type === 'suggested' && !direct) return this.#claims.put(directive);
    if (directive.type === 'suggested' && this.#claims.offer(directive)) return;
    if (directive.type === 'stop') this.attempts.stop(directive.trial, directive, performance.now());
    direct?.(directive);
    if (directive.type === 'stop') this.#watch?.check();
  }
}
