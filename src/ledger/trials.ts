import type {
  Cancelled,
  Completed,
  FailedFact,
  Params,
  ReportedFact,
  Retracted,
  Started,
  Stopped,
  SuggestedFact,
  TrialEvent,
} from '../facts/facts.ts';
import type { Refusal } from '../facts/refusal.ts';
import type { Point } from '../space/axis.ts';
import type { Space } from '../space/space.ts';
import { type TrialId, violates } from '../strategy/messages.ts';
import { type Applied, rejected } from './appliedEntry.ts';
import {
  isReference,
  refuse,
  refuseAuthor,
  refuseClaim,
  refuseFailure,
  refuseResult,
  refuseRun,
  refuseStep,
  refuseValues,
} from './claim.ts';
import { Configurations } from './configurations.ts';
import { lossesByExample, meansAfter, refuseResults, takeMeans } from './exampleFacts.ts';
import type { ExampleResults } from './exampleResults.ts';
import { extrasOf } from './extras.ts';
import { OpenTrials } from './openTrials.ts';
import { Results } from './results.ts';
import { boundedLosses, lossesOf, type Settings } from './settings.ts';
import { Statuses } from './statuses.ts';
import { StepCount } from './stepCount.ts';
import { Trainers } from './trainers.ts';
import { countAttempt, type End, type EndStatus, endedOf, isLastAttempt, type OpenTrial, openTrial } from './trial.ts';

/** The facts that end a trial. */
type EndFact = Completed | Stopped | FailedFact | Cancelled;

/** The trials of a study, and which facts about them count. */
export class Trials<P> {
  readonly open = new OpenTrials<P>();
  readonly statuses = new Statuses();
  readonly trainers = new Trainers();
  readonly configurations = new Configurations();
  readonly results = new Results<P>();
  readonly #space: Space<P>;
  readonly #retracted: ReadonlySet<TrialId>;
  readonly #stepCount = new StepCount();
  #settings!: Settings;
  /** Whether trials have budgets or examples, so that others may resume them. */
  continues = false;
  /** Whether a result has had outcome constraints. */
  #constrained = false;

  constructor(space: Space<P>, retracted: ReadonlySet<TrialId>) {
    this.#space = space;
    this.#retracted = retracted;
  }

  /** Applies settings from here on. Must be called before the first trial. */
  govern(settings: Settings): void {
    this.#settings = settings;
    this.results.govern(settings);
    this.trainers.arePaused = settings.paused;
  }

  /** Applies a fact about an open trial. @param author the trainer that wrote it, if the log knows authors. @param at milliseconds since 1970 */
  apply(fact: TrialEvent | Cancelled, author: string | undefined, at: number): Applied<P> {
    const trial = this.open.byId.get(fact.trial);
    const refusal = this.refuses(fact, author);
    if (refusal || trial === undefined) return rejected(fact, refusal ?? this.statuses.refuseEnded(fact.trial));
    switch (fact.type) {
      case 'started':
        return this.#start(fact, trial, author, at);
      case 'reported':
        return this.#report(fact, trial, at);
      case 'completed':
        return this.#complete(fact, trial, at);
      case 'stopped':
        return this.#stop(fact, trial, at);
      case 'failed':
        return this.#fail(fact, trial, at);
      case 'cancelled':
        return this.#cancel(fact, trial);
    }
  }

  /** Why a fact does not count, whatever its values are: its trial is not open, or belongs to another trainer. */
  refuses(fact: TrialEvent | Cancelled, author?: string): Refusal | undefined {
    const trial = this.open.byId.get(fact.trial);
    if (trial === undefined) return this.statuses.refuseEnded(fact.trial);
    return author !== undefined ? refuseAuthor(fact, author, trial) : undefined;
  }

  /** Why the values of a fact do not count: that of an objective is missing. */
  refusesValues(fact: TrialEvent): Refusal | undefined {
    const hasResult = fact.type === 'reported' || fact.type === 'completed';
    return hasResult ? refuseValues(lossesOf(this.#settings.objectives, fact.values), fact.values) : undefined;
  }

  /** Why a trial cannot be cancelled. */
  refuseCancel(id: TrialId): Refusal | undefined {
    return this.open.byId.has(id) ? undefined : this.statuses.refuseEnded(id);
  }

  /** @param since position of the last change of the study: a suggestion that was decided before it, but stored after it, is void. */
  suggest(fact: SuggestedFact<P>, since: number): Applied<P> {
    const id = fact.trial;
    const isKnown = this.statuses.has(id);
    if (fact.attempt > 1 && isKnown) return this.#suggestAgain(fact);
    // A lost suggestion costs only its own trial: later suggestions still count.
    if (isKnown) return rejected(fact, refuse('out-of-place', `the next trial is ${this.statuses.next}, not ${id}`));
    const point = this.encode(fact.params);
    if (typeof point === 'string' && id !== this.statuses.next) return rejected(fact, refuse('bad-field', point));
    if (fact.by !== 'import' && fact.after !== undefined && fact.after < since) {
      this.statuses.set(id, 'void');
      return { effect: 'void', fact };
    }
    if (typeof point === 'string') {
      this.statuses.set(id, 'void');
      return rejected(fact, refuse('bad-field', point));
    }
    this.statuses.set(id, 'open');
    const trial = openTrial(fact, point);
    this.open.add(trial);
    if (fact.budget !== undefined || fact.examples !== undefined) this.continues = true;
    this.results.examples?.begin(trial.proposal);
    this.configurations.begin(fact);
    return { effect: 'suggested', fact, event: trial.proposal };
  }

  /** The point of a configuration, or why the parameters are not one of this space. */
  encode(params: Params | P): Point | string {
    try {
      return this.#space.encode(this.#space.parse(params));
    } catch (error) {
      return (error as Error).message;
    }
  }

  #suggestAgain(fact: SuggestedFact<P>): Applied<P> {
    const trial = this.open.byId.get(fact.trial);
    if (trial === undefined) return rejected(fact, this.statuses.refuseEnded(fact.trial));
    if (fact.attempt <= trial.suggestion.attempt)
      return rejected(fact, refuse('out-of-place', `attempt ${fact.attempt} at trial ${fact.trial} is not due`));
    this.trainers.released(trial);
    this.open.retry(trial, fact);
    return { effect: 'retried', fact };
  }

  #start(fact: Started, trial: OpenTrial<P>, author: string | undefined, at: number): Applied<P> {
    const isNew = author !== undefined && trial.run === undefined;
    const refusal = refuseClaim(fact, trial) ?? (isNew ? this.trainers.refuseClaim(author, trial.suggestion) : undefined);
    if (refusal) return rejected(fact, refusal);
    if (!trial.runs.has(fact.run)) trial.runs.set(fact.run, author);
    trial.run = fact.run;
    if (isNew) this.trainers.claimed(trial, author, at);
    return { effect: 'noted', fact };
  }

  #report(fact: ReportedFact, trial: OpenTrial<P>, at: number): Applied<P> {
    const { objectives } = this.#settings;
    const examples = fact.results && this.results.examples;
    const losses = lossesOf(objectives, fact.values);
    const refused = examples
      ? refuseResults(fact.results, examples, objectives)
      : (refuseStep(fact, trial) ?? refuseValues(losses, fact.values));
    const refusal = refuseRun(fact, trial) ?? refused;
    if (refusal) return rejected(fact, refusal);
    trial.at = fact.step;
    if (fact.checkpoint !== undefined && isReference(fact.checkpoint)) trial.checkpoint = fact.checkpoint;
    this.trainers.reported(trial, at);
    if (examples) return this.#evaluate(fact, fact.results, trial, examples);
    const step = this.#stepCount.take(fact.step, trial.proposal.budget);
    if (trial.step !== undefined && step <= trial.step) return { effect: 'noted', fact }; // an earlier attempt reported this step
    trial.step = step;
    trial.values = fact.values;
    trial.losses = boundedLosses(losses as number[]);
    if (fact.metrics) trial.metrics = fact.metrics;
    return { effect: 'reported', fact, event: { type: 'reported', id: fact.trial, step, losses: trial.losses } };
  }

  /** Takes results of examples. */
  #evaluate(fact: ReportedFact, given: NonNullable<ReportedFact['results']>, trial: OpenTrial<P>, examples: ExampleResults): Applied<P> {
    const { objectives } = this.#settings;
    const results = this.#retracted.has(fact.trial) ? [] : examples.add(fact.trial, lossesByExample(given, objectives));
    if (results.length === 0) return { effect: 'noted', fact }; // an earlier attempt reported them
    this.results.pay(fact.metrics);
    const { told, losses } = meansAfter(fact, trial, examples.of(fact.trial)!, objectives);
    return { effect: 'reported', fact: told, event: { type: 'reported', id: fact.trial, step: told.step, losses, results } };
  }

  #complete(fact: Completed, trial: OpenTrial<P>, at: number): Applied<P> {
    const losses = lossesOf(this.#settings.objectives, fact.values);
    const refusal = refuseResult(fact, trial) ?? refuseValues(losses, fact.values);
    if (refusal) return rejected(fact, refusal);
    this.trainers.succeeded(trial, at, fact.run);
    if (fact.metrics) trial.metrics = { ...trial.metrics, ...fact.metrics };
    if (fact.constraints !== undefined) this.#constrained = true;
    const extras = extrasOf(fact, trial.proposal.point, this.#space, this.#settings.objectives);
    if (trial.evaluated) return this.#endEvaluated(fact, trial, 'completed', extras);
    if (!this.#retracted.has(fact.trial) && !violates(fact)) this.results.rank(trial, fact.values, losses[0] as number);
    return this.#conclude(fact, trial, 'completed', { outcome: 'completed', losses: boundedLosses(losses as number[]), ...extras });
  }

  #stop(fact: Stopped, trial: OpenTrial<P>, at: number): Applied<P> {
    const refusal = refuseRun(fact, trial);
    if (refusal) return rejected(fact, refusal);
    this.trainers.succeeded(trial, at);
    return this.#endEarly(fact, trial);
  }

  /**
   * Ends a trial with its last report as the result. One that has reported its whole budget is completed: the stop came too late. Not if results
   * have constraints, which come at the end only.
   */
  #endEarly(fact: EndFact, trial: OpenTrial<P>): Applied<P> {
    if (trial.evaluated) return this.#endEvaluated(fact, trial, 'stopped');
    const { losses, values, step = 0 } = trial;
    if (losses === undefined || values === undefined) return this.#conclude(fact, trial, 'stopped', { outcome: 'stopped' });
    const { id, budget = Number.POSITIVE_INFINITY } = trial.proposal;
    const outcome = step >= budget && !this.#constrained ? 'completed' : 'stopped';
    if (outcome === 'completed' && !this.#retracted.has(id)) this.results.rank(trial, values, losses[0]!);
    return this.#conclude(fact, trial, outcome, { outcome, losses });
  }

  /** Ends a trial that was evaluated on examples: its result is an estimate. One that was evaluated on all of its examples is completed. */
  #endEvaluated(fact: EndFact, trial: OpenTrial<P>, asked: 'completed' | 'stopped', extras: Partial<End> = {}): Applied<P> {
    const examples = this.results.examples!;
    const of = examples.of(fact.trial)!;
    const { proposal, values, metrics } = takeMeans(trial, of, this.#settings.objectives);
    const estimate = examples.estimate(of);
    const outcome = examples.isWhole(proposal) && (estimate.constraints || !this.#constrained) ? 'completed' : asked;
    const told = { ...fact, values, ...(metrics && { metrics }) };
    return this.#conclude(told, trial, outcome, { ...extras, outcome, evaluated: of.results.size, ...estimate });
  }

  /** Ends a trial with a result, or as failed if the result is known to be wrong. */
  #conclude(fact: EndFact, trial: OpenTrial<P>, status: EndStatus, end: End): Applied<P> {
    const { id } = trial.proposal;
    if (this.#retracted.has(id)) return this.#end(fact, trial, 'retracted', { outcome: 'failed', reason: 'retracted' });
    this.results.keep(id, 'checkpoint' in fact ? fact.checkpoint : undefined);
    return this.#end(fact, trial, status, end);
  }

  #fail(fact: FailedFact, trial: OpenTrial<P>, at: number): Applied<P> {
    const refusal = refuseFailure(fact, trial);
    if (refusal) return rejected(fact, refusal);
    const { reason, checkpoint } = fact;
    if (checkpoint !== undefined && isReference(checkpoint)) trial.checkpoint = checkpoint;
    const isInterrupted = reason === 'lost' || reason === 'preempted';
    trial.unclaimed = trial.run === undefined;
    const isForOthers = this.trainers.failed(trial, fact, at, !trial.cancelled);
    if (!isForOthers) countAttempt(trial, isInterrupted);
    if (trial.evaluated && reason !== 'infeasible' && this.results.examples!.hasAll(trial.proposal)) return this.#endEarly(fact, trial);
    const { retryErrors = false } = this.#settings.limits;
    const again = isForOthers || isInterrupted || (reason === 'error' && retryErrors);
    if (trial.cancelled && reason !== 'infeasible' && reason !== 'non-finite') return this.#endCancelled(fact, trial, reason);
    if (!again || trial.cancelled || (!isForOthers && isLastAttempt(trial, this.#settings.limits, isInterrupted)))
      return this.#end(fact, trial, 'failed', { outcome: 'failed', reason });
    this.open.await(trial);
    return { effect: 'noted', fact };
  }

  #cancel(fact: Cancelled, trial: OpenTrial<P>): Applied<P> {
    if (trial.cancelled) return { effect: 'noted', fact };
    trial.cancelled = true;
    return trial.awaiting ? this.#endCancelled(fact, trial, 'cancelled') : { effect: 'cancelled', fact };
  }

  /** Ends a cancelled trial whose trainer did not obey. Its last report is its result, as if the trainer had. */
  #endCancelled(fact: FailedFact | Cancelled, trial: OpenTrial<P>, reason: NonNullable<End['reason']>): Applied<P> {
    return trial.losses ? this.#endEarly(fact, trial) : this.#end(fact, trial, 'failed', { outcome: 'failed', reason });
  }

  #end(fact: EndFact, trial: OpenTrial<P>, status: EndStatus, end: End): Applied<P> {
    this.open.remove(trial);
    this.statuses.set(trial.proposal.id, status);
    if (!trial.evaluated) this.results.pay(trial.metrics);
    if (status === 'failed') this.configurations.fail(trial.suggestion, fact.type === 'failed' ? fact : undefined);
    else this.configurations.failures.succeeded();
    const event = endedOf(trial, end);
    const leader = this.results.add(event, trial);
    return { effect: 'ended', fact, event, ...(leader !== undefined && { leader }) };
  }

  retract(fact: Retracted): Applied<P> {
    const { trial: id } = fact;
    const refusal = this.statuses.refuseRetract(id);
    if (refusal) return rejected(fact, refusal);
    const isKnown = this.statuses.of(id) === 'retracted' || this.#retracted.has(id);
    return { effect: isKnown ? 'noted' : 'retracted', fact };
  }
}
