import { messagesOf } from '../errors.ts';
import type { Entry } from '../facts/entry.ts';
import type {
  Annotated,
  Cancelled,
  Changed,
  Closed,
  CloseReason,
  Created,
  Enqueued,
  ProposedFact,
  SuggestedFact,
  TrialEvent,
  UserFact,
} from '../facts/facts.ts';
import { isRefusal, parseFact } from '../facts/parse.ts';
import type { Refusal } from '../facts/refusal.ts';
import { rngFor } from '../numeric/random.ts';
import type { Point } from '../space/axis.ts';
import { fixedIn } from '../space/fixed.ts';
import type { Space } from '../space/space.ts';
import { frozen } from '../space/value.ts';
import type { TrialId } from '../strategy/messages.ts';
import { type Applied, type AppliedEntry, type Demand, rejected } from './appliedEntry.ts';
import { refuse } from './claim.ts';
import type { Configurations } from './configurations.ts';
import type { ExampleResults } from './exampleResults.ts';
import type { Inbox } from './inbox.ts';
import { heldIn } from './openTrials.ts';
import { Proposers } from './proposers.ts';
import { Queue } from './queue.ts';
import type { Best } from './ranking.ts';
import type { Results } from './results.ts';
import { changedBy, type Settings, settingsOf } from './settings.ts';
import { metricsSpent } from './spending.ts';
import type { Trainers } from './trainers.ts';
import type { EndStatus, OpenTrial } from './trial.ts';
import { Trials } from './trials.ts';

/**
 * A fold over the entries of a log. It decides which facts count, tracks the open trials, and converts names, units and directions to points and
 * losses for strategies. It makes no decisions of strategies.
 *
 * @typeParam P the type of configurations
 */
export class Ledger<P> {
  readonly #space: Space<P>;
  readonly #trials: Trials<P>;
  /** The configurations that are enqueued. */
  readonly queue = new Queue<P>();
  readonly #proposers = new Proposers();
  #settings: Settings | undefined;
  #created: Created | undefined;
  #position = 0;
  /** Position of the last entry that changed or closed the study. */
  #switched = 0;
  #closed: CloseReason | undefined;
  #metric: string | undefined;

  /** @param retracted trials whose results are retracted by later entries. */
  constructor(space: Space<P>, retracted: ReadonlySet<TrialId> = new Set()) {
    this.#space = space;
    this.#trials = new Trials(space, retracted);
  }

  /** Applies the next entry. */
  fold(entry: Entry): AppliedEntry<P> {
    const { position, at, author } = entry;
    this.#position = position;
    const applied = this.#apply(entry);
    return author === undefined ? { position, at, ...applied } : { position, at, author, ...applied };
  }

  #apply({ fact: data, refusal, position, author, at }: Entry): Applied<P> {
    if (refusal) return rejected(data, refusal);
    const fact = parseFact<P>(data);
    if (isRefusal(fact)) return rejected(data, fact);
    if (fact.type === 'created') return this.#create(fact);
    if (this.#settings === undefined) return rejected(fact, refuse('out-of-place', `a log begins with created, not ${fact.type}`));
    switch (fact.type) {
      case 'suggested':
        return this.#suggest(fact);
      case 'enqueued':
        return this.#enqueue(fact, position);
      case 'proposed':
        return this.#propose(fact, position);
      case 'expired':
        return this.#proposers.expire(fact);
      case 'retracted':
        return this.#trials.retract(fact);
      case 'annotated':
        return this.#annotate(fact);
      case 'changed':
        return this.#change(fact, position);
      case 'closed':
        return this.#close(fact, position);
      case 'instructed':
        this.#trials.trainers.instruct(fact);
        return { effect: 'noted', fact };
      default:
        return this.#applyToTrial(fact, author, at);
    }
  }

  #applyToTrial(fact: TrialEvent | Cancelled, author: string | undefined, at: number): Applied<P> {
    const applied = this.#trials.apply(fact, author, at);
    const { metric = this.#metric, reason } = fact as { readonly metric?: string; readonly reason?: string };
    if (!applied.refusal) this.#metric = reason === 'no-result' ? undefined : metric;
    return applied;
  }

  #create(fact: Created): Applied<P> {
    const isRepeated = JSON.stringify(fact) === JSON.stringify(this.#created); // it may be stored twice, so that damage cannot destroy it
    if (this.#settings && !isRepeated) return rejected(fact, refuse('out-of-place', 'a log has one created fact, at its beginning'));
    if (!this.#settings) {
      this.#settings = settingsOf(fact);
      this.#trials.govern(this.#settings);
      this.#proposers.repeats = this.#settings.duplicates === 'allow';
      this.#created = fact;
    }
    return { effect: 'noted', fact };
  }

  #suggest(fact: SuggestedFact<P>): Applied<P> {
    const applied = this.#trials.suggest(fact, this.#switched);
    if (applied.effect !== 'suggested') return applied;
    frozen(fact.params); // readers share them
    if (fact.queue !== undefined) this.queue.serve(fact.queue);
    this.#proposers.tell(applied.event);
    return applied;
  }

  #enqueue(fact: Enqueued, position: number): Applied<P> {
    const params = this.#complete(fact, position);
    if (params instanceof Error) return rejected(fact, refuse('bad-field', messagesOf(params).join('\n')));
    const fixed = fact.rest && fixedIn(this.#space, Object.keys(fact.params), params);
    this.queue.add({ position, params, fixed, for: fact.for });
    return { effect: 'noted', fact };
  }

  #propose(fact: ProposedFact, position: number): Applied<P> {
    const point = this.#pointOf(fact, position);
    if (point instanceof Error) return rejected(fact, refuse('bad-field', messagesOf(point).join('\n')));
    const refusal = this.#proposers.refuses(fact, point);
    return refusal ? rejected(fact, refusal) : this.#proposers.propose(fact, position, point);
  }

  #pointOf(fact: ProposedFact, position: number): Point | Error {
    const params = this.#complete(fact, position);
    return params instanceof Error ? params : this.#space.encode(params);
  }

  /** The parameters with those that were left out, or why they do not fit the space. */
  #complete({ params }: Enqueued | ProposedFact, position: number): P | Error {
    try {
      return this.#space.complete(params, rngFor(this.settings.seed, 'queue', position));
    } catch (error) {
      return error as Error;
    }
  }

  /** Why a command would be rejected as the next entry. It changes nothing. */
  refuses(fact: UserFact | Closed): Refusal | undefined {
    switch (fact.type) {
      case 'enqueued': {
        const params = this.#complete(fact, this.#position + 1);
        return params instanceof Error ? refuse('bad-field', messagesOf(params).join('\n')) : undefined;
      }
      case 'proposed': {
        const point = this.#pointOf(fact, this.#position + 1);
        return point instanceof Error ? refuse('bad-field', messagesOf(point).join('\n')) : this.#proposers.refuses(fact, point);
      }
      case 'retracted':
        return this.#trials.statuses.refuseRetract(fact.trial);
      case 'cancelled':
        return this.#trials.refuseCancel(fact.trial);
      case 'annotated':
        return fact.trial === undefined || fact.trial < this.nextTrial ? undefined : this.#trials.refuseCancel(fact.trial);
      case 'changed':
        return this.#trials.configurations.refuses(fact.uncounted ?? []);
      default:
        return undefined;
    }
  }

  /** Why a fact about a trial would be rejected, such as that the trial has ended, or that the value of an objective is missing. Changes nothing. */
  refusesFrom(fact: TrialEvent, author?: string): Refusal | undefined {
    return this.#trials.refuses(fact, author) ?? this.#trials.refusesValues(fact);
  }

  #annotate(fact: Annotated): Applied<P> {
    const refusal = this.refuses(fact);
    return refusal ? rejected(fact, refusal) : { effect: 'noted', fact };
  }

  #change(fact: Changed, position: number): Applied<P> {
    this.#settings = changedBy(this.settings, fact);
    if (fact.joined === undefined) this.#switched = position; // as if trainers had come or gone
    this.#closed = undefined;
    this.#trials.govern(this.#settings);
    this.#trials.configurations.change(fact);
    return { effect: fact.strategy === undefined ? 'noted' : 'switched', fact };
  }

  #close(fact: Closed, position: number): Applied<P> {
    this.#closed = fact.reason;
    this.#switched = position;
    return { effect: 'closed', fact };
  }

  /** What should happen next: no new trial while the study is closed, paused or full. */
  demand(): Demand<P> {
    if (this.#settings === undefined || this.#closed !== undefined) return { type: 'nothing' };
    const { open, configurations, continues, results, trainers } = this.#trials;
    const instruction = trainers.due();
    if (instruction) return { type: 'instruct', fact: instruction };
    if (results.reached) return { type: 'close', reason: 'target' };
    const { paused, parallel, joined, limits } = this.#settings;
    if (metricsSpent(limits, results.spent).length > 0) return { type: 'close', reason: 'spend' };
    const change = configurations.due(this.#settings);
    if (change) return { type: 'change', fact: change };
    if (paused) return { type: 'nothing' };
    const { due, running } = open;
    if (due) return { type: 'retry', trial: due };
    const fresh = configurations.count < (limits.trials ?? Number.POSITIVE_INFINITY);
    const enough = !fresh && !continues ? 'trials' : results.enough(limits);
    if (enough) return running === 0 ? { type: 'close', reason: enough } : { type: 'nothing' };
    const isFull = running >= parallel + joined;
    const mayBegin = !isFull || (this.queue.reserved > 0 && heldIn(open.byId).length < parallel + joined);
    const queued = fresh && mayBegin ? this.queue.next(isFull) : undefined;
    if (queued) return { type: 'queue', ...queued };
    return isFull ? { type: 'nothing' } : { type: 'ask', fresh };
  }

  get settings(): Settings {
    return this.#settings!;
  }
  get created(): Created | undefined {
    return this.#created;
  }
  /** Position of the last entry folded. */
  get position(): number {
    return this.#position;
  }
  get nextTrial(): TrialId {
    return this.#trials.statuses.next;
  }
  /** How many trials are open, without imports. */
  get running(): number {
    return this.#trials.open.running;
  }
  /** Those that count towards the limit of trials. */
  get configurations(): number {
    return this.#trials.configurations.count;
  }
  /** Whether the program is broken: none of the first trials has a result. */
  get program(): Pick<Configurations, 'failures' | 'triedAgain'> {
    return this.#trials.configurations;
  }
  /** The configurations that were tried, and those that are enqueued. */
  get planned(): number {
    return this.configurations + this.queue.size;
  }
  /** What ended trials have cost in steps, the sums of metrics so far, and the checkpoints of ended trials, from which others may resume. */
  get results(): Pick<Results<P>, 'cost' | 'spent' | 'checkpoint'> {
    return this.#trials.results;
  }
  get space(): Space<P> {
    return this.#space;
  }
  get closed(): CloseReason | undefined {
    return this.#closed;
  }
  get best(): Best<P> | undefined {
    return this.#trials.results.best;
  }
  get open(): ReadonlyMap<TrialId, OpenTrial<P>> {
    return this.#trials.open.byId;
  }
  /** The trainers that the log names. */
  get trainers(): Trainers {
    return this.#trials.trainers;
  }
  /** The printed metric that is the value, by the last fact with a `metric`. */
  get metric(): string | undefined {
    return this.#metric;
  }
  /** The proposals of an external proposer. */
  inbox(proposer: string): Inbox {
    return this.#proposers.of(proposer);
  }
  /** How a trial ended; undefined while it is open. */
  status(id: TrialId): EndStatus | undefined {
    return this.#trials.statuses.of(id);
  }
  /** The results of examples, if the study has examples. */
  get examples(): ExampleResults | undefined {
    return this.#trials.results.examples;
  }
}
