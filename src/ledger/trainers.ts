import type { FailedFact, Instructed, Instruction, SuggestedFact } from '../facts/facts.ts';
import type { Refusal } from '../facts/refusal.ts';
import type { TrialId } from '../strategy/messages.ts';
import { refuse } from './claim.ts';
import type { OpenTrial } from './trial.ts';

/** An error within this many milliseconds of the claim may be the fault of the trainer's machine. */
const EARLY_ERROR_MS = 10_000;
/** This many of them in a row are its fault, if others complete trials meanwhile. */
const BROKEN = 3;
/** A trainer that was silent for this many milliseconds, and holds no trial, may be gone. */
const SILENT = 60_000;
/** The number of trainers that may fail a trial at once before the failure counts, if none of them has had a result since its last such error. */
const CHANCES = 3;

/** A trainer that the log names. */
export interface TrainerState {
  readonly name: string;
  /** Its last instruction. */
  readonly to: Instruction;
  readonly reason?: string | undefined;
  /** The trials that it holds. */
  readonly holds: ReadonlySet<TrialId>;
  /** Trials that ended here, with a result and without. */
  readonly results: number;
  readonly failures: number;
  /** Time of its last fact, in milliseconds since 1970. */
  readonly at: number;
}

type Draft = { -readonly [K in keyof TrainerState]: TrainerState[K] };
interface Known extends Draft {
  readonly holds: Set<TrialId>;
  /** Whether the engine paused it. */
  isBlamed: boolean;
  /** Trials that it failed at once since its last result and that no other trainer has failed, with the message of each. */
  readonly atOnce: Map<TrialId, string>;
  /** The number of results of all trainers before the first of these failures. */
  resultsBefore: number;
}

/** The trainers that a log names: the trials that they hold, their instructions, and which of them is broken. */
export class Trainers implements Iterable<TrainerState> {
  readonly #known = new Map<string, Known>();
  /** Those that have failed a trial at once since their last result. */
  readonly #watched = new Set<Known>();
  #results = 0;
  /** Whether the study is paused. */
  arePaused = false;

  /** Why a trainer must not take a trial. @param name undefined if it has none */
  refuseClaim(
    name: string | undefined,
    { trial, attempt, avoid }: Pick<SuggestedFact, 'trial' | 'attempt' | 'avoid'>,
  ): Refusal | undefined {
    if (this.arePaused) return refuse('paused', 'the study is paused: no trial begins until it is resumed');
    if (name === undefined) return undefined;
    const { to, reason = 'a person has decided it' } = this.#known.get(name) ?? { to: 'work' };
    if (to !== 'work') return refuse('paused', `trainer ${name} has the instruction ${to}: ${reason}`);
    if (!avoid?.includes(name)) return undefined;
    return refuse('avoided', `attempt ${attempt} at trial ${trial} is for another trainer, since ${name} failed it at once`);
  }

  claimed(trial: OpenTrial<unknown>, author: string, at: number): void {
    const trainer = this.#of(author);
    trainer.holds.add(trial.proposal.id);
    trainer.at = at;
    trial.claimedAt = at;
  }

  reported(trial: OpenTrial<unknown>, at: number): void {
    const holder = holderOf(trial);
    if (holder !== undefined) this.#of(holder).at = at;
  }

  /** The run that holds a trial is over. @returns its trainer, if the log knows the name */
  released(trial: OpenTrial<unknown>): string | undefined {
    const holder = holderOf(trial);
    if (holder !== undefined) this.#of(holder).holds.delete(trial.proposal.id);
    return holder;
  }

  /** A trial has its result, or was stopped. @param run whose result it is; it need not be the one that holds the trial */
  succeeded(trial: OpenTrial<unknown>, at: number, run = trial.run): void {
    this.released(trial);
    const author = run === undefined ? undefined : trial.runs.get(run);
    if (author === undefined) return;
    const trainer = this.#of(author);
    trainer.at = at;
    trainer.results++;
    this.#results++;
    this.#clear(trainer);
  }

  /**
   * An attempt has failed.
   *
   * @param mayMove whether an error at once may be the fault of the trainer's machine.
   * @returns whether another trainer should try the trial.
   */
  failed(trial: OpenTrial<unknown>, { reason, message = '' }: FailedFact, at: number, mayMove: boolean): boolean {
    const holder = this.released(trial);
    if (holder === undefined) return false;
    const trainer = this.#of(holder);
    if (reason !== 'lost') trainer.at = at;
    if (reason !== 'error') return false;
    trainer.failures++;
    return mayMove && this.#recordError(trainer, trial, at, message);
  }

  #recordError(trainer: Known, trial: OpenTrial<unknown>, at: number, message: string): boolean {
    const {
      proposal: { id },
      claimedAt = 0,
      failedAtOnce,
    } = trial;
    const isProven = trainer.results > 0 && trainer.atOnce.size === 0;
    if (isProven) for (const other of this.#watched) other.atOnce.delete(id); // the trial fails elsewhere too
    if (at - claimedAt > EARLY_ERROR_MS) {
      this.#clear(trainer);
      return false;
    }
    if (trainer.atOnce.size === 0) trainer.resultsBefore = this.#results;
    if (!isProven || failedAtOnce.size === 0) trainer.atOnce.set(id, message);
    this.#watched.add(trainer);
    if (failedAtOnce.has(trainer.name) || failedAtOnce.size >= (isProven ? 1 : CHANCES) || this.#isAlone(trainer, at)) return false;
    trial.failedAtOnce = new Set([...failedAtOnce, trainer.name]);
    return true;
  }

  instruct({ trainer: name, to, reason, by }: Instructed): void {
    const trainer = this.#of(name);
    trainer.to = to;
    trainer.reason = reason;
    trainer.isBlamed = by === 'engine' && to === 'pause';
    if (to === 'work' && by === undefined) this.#clear(trainer); // a person has corrected it
  }

  /** The instruction that the engine has to write: a broken trainer must pause, one that is not broken may work. */
  due(): Instructed | undefined {
    for (const { name, to, atOnce, isBlamed, resultsBefore } of this.#watched) {
      const isBroken = atOnce.size >= BROKEN && this.#results > resultsBefore;
      if (isBroken && to === 'work') {
        const [last] = [...atOnce.values()].slice(-1);
        const reason = `its programs failed within ${EARLY_ERROR_MS / 1000} s of their start ${atOnce.size} times in a row (trials ${[...atOnce.keys()].join(', ')}), while others completed: ${last}`;
        return { type: 'instructed', trainer: name, to: 'pause', by: 'engine', reason: reason.slice(0, 1024) };
      }
      if (isBlamed && atOnce.size < BROKEN)
        return {
          type: 'instructed',
          trainer: name,
          to: 'work',
          by: 'engine',
          reason: 'its trials fail elsewhere, or it has completed one',
        };
    }
    return undefined;
  }

  /** Whether a trainer has no instruction to pause or to end. A trainer without a name cannot have one. */
  isAtWork(name: string | undefined): boolean {
    return name === undefined || (this.get(name)?.to ?? 'work') === 'work';
  }

  get(name: string): TrainerState | undefined {
    return this.#known.get(name);
  }

  [Symbol.iterator](): Iterator<TrainerState> {
    return this.#known.values();
  }

  /** Whether no other trainer seems to be running. */
  #isAlone(trainer: Known, now: number): boolean {
    for (const other of this.#known.values()) {
      if (other === trainer || other.to !== 'work') continue;
      if (other.holds.size > 0 || now - other.at <= SILENT) return false;
    }
    return true;
  }

  #clear(trainer: Known): void {
    if (trainer.atOnce.size > 0) trainer.atOnce.clear();
    if (!trainer.isBlamed) this.#watched.delete(trainer);
  }

  #of(name: string): Known {
    let trainer = this.#known.get(name);
    if (trainer === undefined) {
      trainer = {
        name,
        to: 'work',
        holds: new Set(),
        results: 0,
        failures: 0,
        at: 0,
        isBlamed: false,
        atOnce: new Map(),
        resultsBefore: this.#results,
      };
      this.#known.set(name, trainer);
    }
    return trainer;
  }
}

/** The trainer that holds the current attempt, if the log knows its name. */
const holderOf = ({ run, runs }: OpenTrial<unknown>): string | undefined => (run === undefined ? undefined : runs.get(run));
