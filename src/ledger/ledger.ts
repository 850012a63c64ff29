import type { Entry } from '../entry.ts';
import type {
  Changed,
  Closed,
  CloseReason,
  Completed,
  Created,
  Enqueued,
  Fact,
  FailedFact,
  Params,
  ReportedFact,
  Started,
  Stopped,
  SuggestedFact,
} from '../facts/facts.ts';
import { isRefusal, parseFact } from '../facts/parse.ts';
import type { Ended, TrialId } from '../messages.ts';
import { rngFor } from '../numeric/random.ts';
import type { Space } from '../space/space.ts';
import { refuseClaim, refuseFailure, refuseResult, refuseRun, refuseStep } from './claim.ts';
import { type Demand, type Effect, noted, refused } from './effect.ts';
import { extrasOf } from './extras.ts';
import { type Best, Ranking } from './ranking.ts';
import { changedBy, lossesOf, type Settings, settingsOf } from './settings.ts';
import { type OpenTrial, openTrial, type Status } from './trial.ts';

/**
 * The border between what is written and what strategies see: a fold over the entries of a log. It alone decides what counts, knows the
 * open trials, and turns names, units and directions into points and losses. Nothing in it is a decision.
 */
export class Ledger<P> {
  readonly #space: Space<P>;
  readonly #retracted: ReadonlySet<TrialId>;
  readonly #open = new Map<TrialId, OpenTrial>();
  readonly #statuses: (Status | undefined)[] = [undefined]; // trials are numbered from 1
  readonly #checkpoints = new Map<TrialId, string>();
  readonly #queue = new Map<number, Params>();
  readonly #awaiting = new Set<TrialId>();
  readonly #ranking = new Ranking();
  #settings: Settings | undefined;
  #created: Created | undefined;
  #position = 0;
  #switched = 0;
  #configurations = 0;
  #running = 0;
  #budgeted = false;
  #closed: CloseReason | undefined;

  /** @param retracted trials whose results are known to be wrong, though the fold has not come to where that was said. */
  constructor(space: Space<P>, retracted: ReadonlySet<TrialId> = new Set()) {
    this.#space = space;
    this.#retracted = retracted;
  }

  /** Takes the next entry in. */
  fold(entry: Entry): Effect {
    this.#position = entry.position;
    if (entry.refusal) return { type: 'refused', refusal: entry.refusal };
    const fact = parseFact(entry.fact);
    if (isRefusal(fact)) return { type: 'refused', refusal: fact };
    if (fact.type === 'created') return this.#create(fact);
    if (this.#settings === undefined) return refused('out-of-place', `a log begins with created, not ${fact.type}`);
    return this.#apply(fact, entry.position);
  }

  #apply(fact: Exclude<Fact, Created>, position: number): Effect {
    switch (fact.type) {
      case 'suggested':
        return fact.attempt > 1 ? this.#suggestAgain(fact) : this.#suggest(fact);
      case 'enqueued':
        return this.#enqueue(fact, position);
      case 'retracted':
        return this.#retract(fact.trial);
      case 'changed':
        return this.#change(fact, position);
      case 'closed':
        return this.#close(fact, position);
      default:
        return this.#ofTrial(fact);
    }
  }

  #ofTrial(
    fact: Extract<Fact, { trial: TrialId }> & { type: 'started' | 'reported' | 'completed' | 'stopped' | 'failed' | 'cancelled' },
  ): Effect {
    const trial = this.#open.get(fact.trial);
    if (trial === undefined) return this.#unknown(fact.trial);
    switch (fact.type) {
      case 'started':
        return this.#start(fact, trial);
      case 'reported':
        return this.#report(fact, trial);
      case 'completed':
        return this.#complete(fact, trial);
      case 'stopped':
        return this.#stop(fact, trial);
      case 'failed':
        return this.#fail(fact, trial);
      case 'cancelled':
        return this.#cancel(trial);
    }
  }

  #unknown(id: TrialId): Effect {
    const status = this.#statuses[id];
    return status === undefined
      ? refused('unknown-trial', `no trial ${id} has been suggested; the last one is ${this.#statuses.length - 1}`)
      : refused('ended', `trial ${id} has ended: ${status}`);
  }

  #create(fact: Created): Effect {
    if (this.#settings) return refused('out-of-place', 'created stands once, at the beginning of a log');
    this.#settings = settingsOf(fact);
    this.#ranking.aimAt(this.#settings);
    this.#created = fact;
    return noted;
  }

  #suggest(fact: SuggestedFact): Effect {
    const id = fact.trial;
    if (id !== this.nextTrial) return refused('out-of-place', `the next trial is ${this.nextTrial}, not ${id}`);
    if (fact.by !== 'import' && fact.after !== undefined && fact.after < this.#switched) {
      this.#statuses.push('void');
      return { type: 'void', trial: id };
    }
    const point = this.#encode(fact);
    if (typeof point === 'string') {
      this.#statuses.push('void');
      return refused('bad-field', point);
    }
    this.#statuses.push(undefined);
    const trial = openTrial(fact, point);
    this.#open.set(id, trial);
    if (fact.budget !== undefined) this.#budgeted = true;
    if (fact.queue !== undefined) this.#queue.delete(fact.queue);
    if (fact.by !== 'import') {
      this.#running++;
      if (fact.resumes === undefined) this.#configurations++;
    }
    return { type: 'told', told: { ...trial.proposal, type: 'suggested' } };
  }

  #encode({ params }: Pick<SuggestedFact, 'params'>): readonly number[] | string {
    try {
      return this.#space.encode(this.#space.parse(params));
    } catch (error) {
      return (error as Error).message;
    }
  }

  #suggestAgain(fact: SuggestedFact): Effect {
    const trial = this.#open.get(fact.trial);
    if (trial === undefined) return this.#unknown(fact.trial);
    const due = trial.suggestion.attempt + 1;
    if (!trial.awaiting || fact.attempt !== due) {
      return refused('out-of-place', `attempt ${fact.attempt} at trial ${fact.trial} is not due`);
    }
    trial.suggestion = fact;
    trial.awaiting = false;
    delete trial.run;
    delete trial.at;
    this.#awaiting.delete(fact.trial);
    return { type: 'again' };
  }

  #start(fact: Started, trial: OpenTrial): Effect {
    const refusal = refuseClaim(fact, trial);
    if (refusal) return refusal;
    if (trial.run === undefined) trial.runs.push(fact.run);
    trial.run = fact.run;
    return noted;
  }

  #report(fact: ReportedFact, trial: OpenTrial): Effect {
    const losses = lossesOf(this.settings.objectives, fact.values);
    const refusal = refuseRun(fact, trial) ?? refuseStep(fact, trial) ?? refuseValues(losses);
    if (refusal) return refusal;
    trial.at = fact.step;
    if (trial.step !== undefined && fact.step <= trial.step) return noted; // a new attempt comes along where an earlier one has been
    trial.step = fact.step;
    trial.losses = losses as number[];
    return { type: 'told', told: { type: 'reported', id: fact.trial, step: fact.step, losses: trial.losses } };
  }

  #complete(fact: Completed, trial: OpenTrial): Effect {
    const losses = lossesOf(this.settings.objectives, fact.values);
    const refusal = refuseResult(fact, trial) ?? refuseValues(losses);
    if (refusal) return refusal;
    if (this.#retracted.has(fact.trial)) return this.#end(trial, 'retracted', { outcome: 'failed', reason: 'retracted' });
    if (fact.checkpoint !== undefined) this.#checkpoints.set(fact.trial, fact.checkpoint);
    this.#ranking.add(trial, fact.values, losses[0] as number);
    const extras = extrasOf(fact, trial.proposal.point, this.#space, this.settings.objectives);
    return this.#end(trial, 'completed', { outcome: 'completed', losses: losses as number[], ...extras });
  }

  #stop(fact: Stopped, trial: OpenTrial): Effect {
    const refusal = refuseRun(fact, trial);
    if (refusal) return refusal;
    if (this.#retracted.has(fact.trial)) return this.#end(trial, 'retracted', { outcome: 'failed', reason: 'retracted' });
    if (fact.checkpoint !== undefined) this.#checkpoints.set(fact.trial, fact.checkpoint);
    return this.#end(trial, 'stopped', trial.losses ? { outcome: 'stopped', losses: trial.losses } : { outcome: 'stopped' });
  }

  #fail(fact: FailedFact, trial: OpenTrial): Effect {
    const refusal = refuseFailure(fact, trial);
    if (refusal) return refusal;
    const { reason, checkpoint } = fact;
    if (checkpoint !== undefined) trial.checkpoint = checkpoint;
    const { attempts = 3, retryErrors = false } = this.settings.limits;
    const again = reason === 'lost' || reason === 'preempted' || (reason === 'error' && retryErrors);
    if (!again || trial.cancelled || trial.suggestion.attempt >= attempts) return this.#end(trial, 'failed', { outcome: 'failed', reason });
    trial.awaiting = true;
    this.#awaiting.add(fact.trial);
    return noted;
  }

  #cancel(trial: OpenTrial): Effect {
    if (trial.cancelled) return noted;
    trial.cancelled = true;
    if (trial.awaiting) return this.#end(trial, 'failed', { outcome: 'failed', reason: 'cancelled' });
    return { type: 'cancelled', trial: trial.proposal.id };
  }

  #end(trial: OpenTrial, status: Status, end: Pick<Ended, 'outcome'> & Partial<Ended>): Effect {
    const { id, by } = trial.proposal;
    this.#open.delete(id);
    this.#awaiting.delete(id);
    this.#statuses[id] = status;
    if (by !== 'import') this.#running--;
    const told: Ended = { ...trial.proposal, type: 'ended', ...end };
    return { type: 'told', told: trial.step === undefined ? told : { ...told, step: trial.step } };
  }

  #enqueue({ params }: Enqueued, position: number): Effect {
    try {
      this.#queue.set(position, this.#space.complete(params, rngFor(this.settings.seed, 'queue', position)) as Params);
      return noted;
    } catch (error) {
      return refused('bad-field', (error as Error).message);
    }
  }

  #retract(id: TrialId): Effect {
    if (this.#open.has(id)) return refused('open', `trial ${id} is still open; cancel it, or wait for its end`);
    const status = this.#statuses[id];
    if (status === undefined || status === 'void') return refused('unknown-trial', `there is no trial ${id} to retract`);
    if (status === 'retracted' || this.#retracted.has(id)) return noted;
    return { type: 'retracted', trial: id };
  }

  #change(fact: Changed, position: number): Effect {
    this.#settings = changedBy(this.settings, fact);
    this.#switched = position;
    this.#closed = undefined;
    this.#ranking.aimAt(this.#settings);
    return fact.strategy === undefined ? noted : { type: 'switched' };
  }

  #close({ reason }: Closed, position: number): Effect {
    this.#closed = reason;
    this.#switched = position;
    return { type: 'closed' };
  }

  /** What should happen next; nothing while it is closed, paused or full. */
  demand(): Demand {
    if (this.#settings === undefined || this.#closed !== undefined) return { type: 'nothing' };
    if (this.#ranking.reached) return { type: 'close', reason: 'target' };
    const { paused, parallel, limits } = this.#settings;
    if (paused) return { type: 'nothing' };
    const [again] = this.#awaiting;
    if (again !== undefined) return { type: 'retry', trial: this.#open.get(again)! };
    const fresh = this.#configurations < (limits.trials ?? Number.POSITIVE_INFINITY);
    if (!fresh && !this.#budgeted) return this.#running === 0 ? { type: 'close', reason: 'trials' } : { type: 'nothing' };
    if (this.#running >= parallel) return { type: 'nothing' };
    const [queued] = this.#queue;
    if (queued && fresh) return { type: 'queue', position: queued[0], params: queued[1] };
    return { type: 'ask', fresh };
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
    return this.#statuses.length;
  }
  /** How many trials are open, imports not counted. */
  get running(): number {
    return this.#running;
  }
  /** How many of the running trials wait for their next attempt. */
  get awaiting(): number {
    return this.#awaiting.size;
  }
  get configurations(): number {
    return this.#configurations;
  }
  get closed(): CloseReason | undefined {
    return this.#closed;
  }
  get best(): Best | undefined {
    return this.#ranking.best;
  }
  get open(): ReadonlyMap<TrialId, OpenTrial> {
    return this.#open;
  }
  /** Why parameters are none of this space; nothing if they are. */
  unfit(params: Params): string | undefined {
    const point = this.#encode({ params });
    return typeof point === 'string' ? point : undefined;
  }
  /** How a trial ended; nothing while it is open. */
  status(id: TrialId): Status | undefined {
    return this.#statuses[id];
  }
  /** What a trial left for others to go on from. */
  checkpoint(id: TrialId): string | undefined {
    return this.#checkpoints.get(id);
  }
}

const refuseValues = (losses: readonly number[] | string): Effect | undefined =>
  typeof losses === 'string' ? refused('missing-field', `values.${losses} is missing`) : undefined;
