import type {
  Cancelled,
  Completed,
  FailedFact,
  Params,
  ReportedFact,
  Started,
  Stopped,
  SuggestedFact,
  TrialEvent,
} from '../facts/facts.ts';
import { type Ended, type TrialId, violates } from '../messages.ts';
import type { Point } from '../space/axis.ts';
import type { Space } from '../space/space.ts';
import { refuseAuthor, refuseClaim, refuseFailure, refuseResult, refuseRun, refuseStep, refuseValues } from './claim.ts';
import { type Effect, noted, refused } from './effect.ts';
import { extrasOf } from './extras.ts';
import { OpenTrials } from './openTrials.ts';
import { Plateau } from './plateau.ts';
import { type Best, Ranking } from './ranking.ts';
import { lossesOf, type Settings } from './settings.ts';
import { Spending } from './spending.ts';
import { type OpenTrial, openTrial, type Status } from './trial.ts';

/** The largest loss that strategies see: its fourth power is a number. */
const LARGEST = 1e75;
/** How often an attempt at a trial may be lost or preempted, before the trial is given up. */
const INTERRUPTIONS = 30;

/** How a trial ended, beside what its proposal says. */
type End = Pick<Ended, 'outcome'> & Partial<Ended>;

/** The trials of a study: what is said of each, in the order of the log, and which of it counts. */
export class Trials<P> {
  readonly open = new OpenTrials();
  readonly #space: Space<P>;
  readonly #retracted: ReadonlySet<TrialId>;
  /** How each trial ended, or that it is open. A number that is not there was never suggested, or its suggestion is lost. */
  readonly #statuses = new Map<TrialId, Status | 'open'>();
  #last: TrialId = 0;
  readonly #checkpoints = new Map<TrialId, string>();
  readonly #ranking = new Ranking();
  readonly #spending = new Spending();
  readonly #plateau = new Plateau();
  #settings!: Settings;
  #configurations = 0;
  #budgeted = false;

  constructor(space: Space<P>, retracted: ReadonlySet<TrialId>) {
    this.#space = space;
    this.#retracted = retracted;
  }

  /** The settings in force from here on. They come before the first trial. */
  govern(settings: Settings): void {
    this.#settings = settings;
    this.#ranking.aimAt(settings);
    this.#plateau.restart();
  }

  /** What a trainer or a person says of an open trial. @param author the trainer, where the log tells one from another. */
  hear(fact: TrialEvent | Cancelled, author?: string): Effect {
    const trial = this.open.byId.get(fact.trial);
    if (trial === undefined) return this.#unknown(fact.trial);
    const refusal = this.#settings.rules >= 2 && author !== undefined ? refuseAuthor(fact, author, trial) : undefined;
    if (refusal) return refusal;
    switch (fact.type) {
      case 'started':
        return this.#start(fact, trial, author);
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
    const status = this.#statuses.get(id);
    return status === undefined
      ? refused('unknown-trial', `no trial ${id} has been suggested; the last one is ${this.#last}`)
      : refused('ended', `trial ${id} has ended: ${status}`);
  }

  /** @param since position of the last change of the study: what was decided before it and stands behind it is void. */
  suggest(fact: SuggestedFact, since: number): Effect {
    const id = fact.trial;
    // From rules 2 on, the loss of a suggestion costs its trial alone: those behind it are taken as they are.
    const isLenient = this.#settings.rules >= 2;
    const isKnown = this.#statuses.has(id);
    if (fact.attempt > 1 && (isKnown || !isLenient)) return this.#suggestAgain(fact);
    if (isLenient ? isKnown : id !== this.next) return refused('out-of-place', `the next trial is ${this.next}, not ${id}`);
    const point = this.encode(fact.params);
    if (typeof point === 'string' && id !== this.next) return refused('bad-field', point);
    this.#last = Math.max(this.#last, id);
    if (fact.by !== 'import' && fact.after !== undefined && fact.after < since) {
      this.#statuses.set(id, 'void');
      return { type: 'void', trial: id };
    }
    if (typeof point === 'string') {
      this.#statuses.set(id, 'void');
      return refused('bad-field', point);
    }
    this.#statuses.set(id, 'open');
    const trial = openTrial(fact, point);
    this.open.add(trial);
    if (fact.budget !== undefined) this.#budgeted = true;
    if (fact.by !== 'import' && fact.resumes === undefined) this.#configurations++;
    return { type: 'told', told: trial.proposal };
  }

  /** The point of parameters, or why they are none of this space. */
  encode(params: Params): Point | string {
    try {
      return this.#space.encode(this.#space.parse(params));
    } catch (error) {
      return (error as Error).message;
    }
  }

  #suggestAgain(fact: SuggestedFact): Effect {
    const trial = this.open.byId.get(fact.trial);
    if (trial === undefined) return this.#unknown(fact.trial);
    const due = trial.suggestion.attempt + 1;
    const isDue = this.#settings.rules >= 2 ? fact.attempt >= due : trial.awaiting && fact.attempt === due;
    if (!isDue) {
      return refused('out-of-place', `attempt ${fact.attempt} at trial ${fact.trial} is not due`);
    }
    this.open.handOutAgain(trial, fact);
    return { type: 'again' };
  }

  #start(fact: Started, trial: OpenTrial, author: string | undefined): Effect {
    const refusal = refuseClaim(fact, trial);
    if (refusal) return refusal;
    if (!trial.runs.has(fact.run)) trial.runs.set(fact.run, author);
    trial.run = fact.run;
    return noted;
  }

  #report(fact: ReportedFact, trial: OpenTrial): Effect {
    const losses = lossesOf(this.#settings.objectives, fact.values);
    const refusal = refuseRun(fact, trial) ?? refuseStep(fact, trial) ?? refuseValues(losses);
    if (refusal) return refusal;
    trial.at = fact.step;
    if (trial.step !== undefined && fact.step <= trial.step) return noted; // a new attempt comes along where an earlier one has been
    trial.step = fact.step;
    trial.losses = this.#bounded(losses as number[]);
    return { type: 'told', told: { type: 'reported', id: fact.trial, step: fact.step, losses: trial.losses } };
  }

  #complete(fact: Completed, trial: OpenTrial): Effect {
    const losses = lossesOf(this.#settings.objectives, fact.values);
    const refusal = refuseResult(fact, trial) ?? refuseValues(losses);
    if (refusal) return refusal;
    if (!this.#retracted.has(fact.trial) && !violates(fact)) this.#ranking.add(trial, fact.values, losses[0] as number);
    const extras = extrasOf(fact, trial.proposal.point, this.#space, this.#settings.objectives);
    return this.#conclude(fact, trial, 'completed', { outcome: 'completed', losses: this.#bounded(losses as number[]), ...extras });
  }

  /** Losses as strategies see them: from rules 2 on, sums and products of some are finite. */
  #bounded(losses: readonly number[]): readonly number[] {
    const isWithin = this.#settings.rules < 2 || losses.every((loss) => Math.abs(loss) <= LARGEST);
    return isWithin ? losses : losses.map((loss) => Math.max(-LARGEST, Math.min(LARGEST, loss)));
  }

  #stop(fact: Stopped, trial: OpenTrial): Effect {
    const refusal = refuseRun(fact, trial);
    if (refusal) return refusal;
    return this.#conclude(fact, trial, 'stopped', trial.losses ? { outcome: 'stopped', losses: trial.losses } : { outcome: 'stopped' });
  }

  /** A trial ends with a result; if that is known to be wrong, as if it had failed. */
  #conclude({ checkpoint }: Completed | Stopped, trial: OpenTrial, status: Status, end: End): Effect {
    const { id } = trial.proposal;
    if (this.#retracted.has(id)) return this.#end(trial, 'retracted', { outcome: 'failed', reason: 'retracted' });
    if (checkpoint !== undefined && this.#isReference(checkpoint)) this.#checkpoints.set(id, checkpoint);
    return this.#end(trial, status, end);
  }

  /** Whether a checkpoint may be handed to others. One that begins with a dash would be an option of the program that is given it. */
  #isReference(checkpoint: string): boolean {
    return this.#settings.rules < 2 || !checkpoint.startsWith('-');
  }

  #fail(fact: FailedFact, trial: OpenTrial): Effect {
    const refusal = refuseFailure(fact, trial);
    if (refusal) return refusal;
    const { reason, checkpoint } = fact;
    if (checkpoint !== undefined && this.#isReference(checkpoint)) trial.checkpoint = checkpoint;
    const isInterrupted = reason === 'lost' || reason === 'preempted';
    if (isInterrupted) trial.interruptions++;
    else trial.errors++;
    const { retryErrors = false } = this.#settings.limits;
    const again = isInterrupted || (reason === 'error' && retryErrors);
    if (!again || trial.cancelled || this.#isGivenUp(trial, isInterrupted))
      return this.#end(trial, 'failed', { outcome: 'failed', reason });
    this.open.postpone(trial);
    return noted;
  }

  /** Whether a trial has had all its attempts. From rules 2 on, those that were interrupted do not use up those meant for errors. */
  #isGivenUp({ suggestion, errors, interruptions }: OpenTrial, isInterrupted: boolean): boolean {
    const { rules, limits } = this.#settings;
    const { attempts = 3 } = limits;
    if (rules < 2) return suggestion.attempt >= attempts;
    return isInterrupted ? interruptions >= Math.max(attempts, INTERRUPTIONS) : errors >= attempts;
  }

  #cancel(trial: OpenTrial): Effect {
    if (trial.cancelled) return noted;
    trial.cancelled = true;
    if (trial.awaiting) return this.#end(trial, 'failed', { outcome: 'failed', reason: 'cancelled' });
    return { type: 'cancelled', trial: trial.proposal.id };
  }

  #end(trial: OpenTrial, status: Status, end: End): Effect {
    this.open.remove(trial);
    this.#statuses.set(trial.proposal.id, status);
    const ended: Ended = { ...trial.proposal, type: 'ended', ...end };
    const told = trial.step === undefined ? ended : { ...ended, step: trial.step };
    const imported = told.by === 'import';
    if (!imported) this.#spending.add(told);
    this.#plateau.add(told, !imported);
    return { type: 'told', told };
  }

  retract(id: TrialId): Effect {
    if (this.open.byId.has(id)) return refused('open', `trial ${id} is still open; cancel it, or wait for its end`);
    const status = this.#statuses.get(id);
    if (status === undefined || status === 'void') return refused('unknown-trial', `there is no trial ${id} to retract`);
    if (status === 'retracted' || this.#retracted.has(id)) return noted;
    return { type: 'retracted', trial: id };
  }

  /** The number of the next trial. */
  get next(): TrialId {
    return this.#last + 1;
  }
  /** Configurations that were suggested: neither promotions nor imports. */
  get configurations(): number {
    return this.#configurations;
  }
  /** Whether trials have budgets, so that there may be promotions. */
  get budgeted(): boolean {
    return this.#budgeted;
  }
  get best(): Best | undefined {
    return this.#ranking.best;
  }
  /** Whether the target is reached. */
  get goodEnough(): boolean {
    return this.#ranking.reached;
  }
  /** What trials have cost, in steps. */
  get cost(): number {
    return this.#spending.total;
  }
  /** How many results in a row brought nothing better. */
  get plateau(): number {
    return this.#plateau.length;
  }
  /** How a trial ended; nothing while it is open. */
  status(id: TrialId): Status | undefined {
    const status = this.#statuses.get(id) ?? (id >= 1 && id <= this.#last ? 'void' : 'open');
    return status === 'open' ? undefined : status;
  }
  /** What a trial left for others to go on from. */
  checkpoint(id: TrialId): string | undefined {
    return this.#checkpoints.get(id);
  }
}
