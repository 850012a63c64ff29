import type { Tags, TrialId } from '../messages.ts';

/** A number for each name. */
export type Values = Readonly<Record<string, number>>;
/** A configuration by the names of its parameters. */
export type Params = Readonly<Record<string, unknown>>;

/** What a study optimises. The first one decides which trial is the best. */
export interface ObjectiveSpec {
  readonly name: string;
  readonly direction: 'minimize' | 'maximize';
}

/** When a study ends, and how often a trial may be tried. */
export interface Limits {
  /** Configurations to try; promotions to a higher budget and imports do not count. */
  readonly trials?: number;
  /** Seconds that one process may work on the study. */
  readonly seconds?: number;
  /** A value of the first objective that is good enough. */
  readonly target?: number;
  /**
   * What all trials may cost, in the unit of steps and budgets, such as epochs; what a trial goes on from is not paid for again, and a trial
   * without either costs 1. Those that run when it is spent may end.
   */
  readonly cost?: number;
  /** Results in a row without a better one: after so many no new trials begin. Counted anew when a study is changed. */
  readonly plateau?: number;
  /** Attempts at one trial that fails by errors (see `retryErrors`), the first included. Default 3. One that is lost or preempted has 30, or more where this says so. */
  readonly attempts?: number;
  /** Whether a trial that failed by an error is tried again too. Default false. */
  readonly retryErrors?: boolean;
}

/**
 * The rules of what counts in a log, for studies that begin now. Those of older logs are kept: a log folds as it did when it was written,
 * until a `changed` fact puts it under newer ones.
 *
 * - 1: the first rules.
 * - 2: what a named trainer says of a run counts only if it names the run and has claimed it. A suggestion whose number is not the next one
 *   is taken as it is; the numbers in between are void. What a stream takes from a trainer is not too large: the first rules had a
 *   limit of their own. Attempts that are lost or preempted do not use up those for errors. Losses that strategies see are bounded. A
 *   checkpoint that begins with a dash is none.
 */
export const RULES = 2;

/**
 * Which decisions strategies take, for studies that begin now. It is raised with each change after which the same log gives other suggestions; an
 * older study goes on with the new ones.
 *
 * - 1: the first decisions.
 * - 2: `asha`, `hyperband` and `bohb` stop trials that fall behind, unless they are told to pause them, and learn their first rung; models order
 *   trials over all budgets.
 */
export const DECISIONS = 2;

/** The first fact of each log: what may never change. */
export interface Created {
  readonly type: 'created';
  readonly v: 1;
  readonly study: string;
  /** The space as data, see `Space.toJSON`. */
  readonly space: unknown;
  readonly objectives: readonly ObjectiveSpec[];
  /** The strategy as data, with those of its options that were left to a default; a part of it that is only code stands as its name. */
  readonly strategy: unknown;
  readonly seed: string;
  readonly limits: Limits;
  /** How many trials may be open at once. */
  readonly parallel: number;
  /** Whether a configuration may be tried twice. */
  readonly duplicates: 'forbid' | 'allow';
  /** Whether the trainers resume from checkpoints. Absent: not known. */
  readonly resumes?: boolean;
  /** Which rules decide what counts, see `RULES`. Absent: 1. */
  readonly rules?: number;
  /** Which decisions the strategies take, see `DECISIONS`. Absent: 1. */
  readonly decisions?: number;
  /** Of hypertide. */
  readonly version: string;
}

/** The engine asks trainers to try a configuration. @typeParam P the type of configurations, where the space is known */
export interface SuggestedFact<P = Params> {
  readonly type: 'suggested';
  readonly trial: TrialId;
  /** 1, 2, ... */
  readonly attempt: number;
  /** Path of the strategy, `queue` or `import`. */
  readonly by: string;
  readonly params: P;
  readonly budget?: number;
  readonly resumes?: TrialId;
  /** What to go on from: the trainer's own reference. */
  readonly checkpoint?: string;
  readonly tags?: Tags;
  /** The name under which earlier trials printed the value, where the study names none. */
  readonly metric?: string;
  /** Position of the `enqueued` fact that it serves. */
  readonly queue?: number;
  /** Position of the last entry that the decision knew. */
  readonly after?: number;
  /** Which decisions made it, see `DECISIONS`. Absent: those that the study was created with. */
  readonly decisions?: number;
}

/** A trainer takes an attempt on. */
export interface Started {
  readonly type: 'started';
  readonly trial: TrialId;
  readonly attempt: number;
  readonly run: string;
  /** For people, where the log does not tell one trainer from another. */
  readonly trainer?: string;
}

export interface ReportedFact {
  readonly type: 'reported';
  readonly trial: TrialId;
  /** Absent: the run that holds the attempt. A named trainer has to say it, from rules 2 on. */
  readonly run?: string;
  /** Whole, at least 0, growing; cumulative along `resumes`. */
  readonly step: number;
  readonly values: Values;
  readonly metrics?: Values;
  /** The name under which the program printed the value, where the study names none and the reader of its output took this one. */
  readonly metric?: string;
}

export interface Completed {
  readonly type: 'completed';
  readonly trial: TrialId;
  readonly run?: string;
  readonly values: Values;
  readonly metrics?: Values;
  /** As in a report. */
  readonly metric?: string;
  /** Of each value by each parameter, in the parameter's own unit. */
  readonly gradient?: Readonly<Record<string, Values>>;
  /** Standard error of each value. */
  readonly stderr?: Values;
  /** At most 0 is feasible. */
  readonly constraints?: readonly number[];
  readonly seconds?: number;
  /** The trainer's own reference to what a later trial may go on from. */
  readonly checkpoint?: string;
}

/** A trainer obeyed a stop; its last reported values are its result. */
export interface Stopped {
  readonly type: 'stopped';
  readonly trial: TrialId;
  readonly run?: string;
  readonly step?: number;
  readonly by?: string;
  readonly checkpoint?: string;
}

export type FailureReason = 'error' | 'infeasible' | 'timeout' | 'preempted' | 'lost' | 'non-finite';
export interface FailedFact {
  readonly type: 'failed';
  readonly trial: TrialId;
  readonly attempt?: number;
  readonly run?: string;
  readonly reason: FailureReason;
  readonly message?: string;
  readonly checkpoint?: string;
}

/** A person wants a configuration tried next; what it leaves out is drawn. */
export interface Enqueued {
  readonly type: 'enqueued';
  readonly params: Params;
}
/** A person says that a result is wrong. */
export interface Retracted {
  readonly type: 'retracted';
  readonly trial: TrialId;
}
/** A person wants a trial to stop. */
export interface Cancelled {
  readonly type: 'cancelled';
  readonly trial: TrialId;
}
/** New settings, as from here; reopens a closed study. */
export interface Changed {
  readonly type: 'changed';
  readonly paused?: boolean;
  readonly parallel?: number;
  /** Merged into those in force. */
  readonly limits?: Limits;
  /** As data. */
  readonly strategy?: unknown;
  /** Which rules decide what counts from here on; never older ones. */
  readonly rules?: number;
  /** `start`: the options of a start say so, and said something else at the start before. Nothing: a person does. */
  readonly by?: 'start';
}

export type CloseReason = 'trials' | 'target' | 'cost' | 'plateau' | 'exhausted' | 'time' | 'person';
export interface Closed {
  readonly type: 'closed';
  readonly reason: CloseReason;
  readonly best?: { readonly trial: TrialId; readonly values: Values };
}

/** What trainers say. */
export type TrialEvent = Started | ReportedFact | Completed | Stopped | FailedFact;
/** What people say, through the engine. */
export type Command = Enqueued | Retracted | Cancelled | Changed;
/** What the engine says. */
export type EngineFact<P = Params> = Created | SuggestedFact<P> | Closed;
/** Facts are in the past tense. They are what a log holds. */
export type Fact<P = Params> = TrialEvent | Command | EngineFact<P>;

export type RefusalCode =
  | 'not-json'
  | 'too-large'
  | 'too-deep'
  | 'missing-field'
  | 'bad-field'
  | 'unknown-trial'
  | 'ended'
  | 'open'
  | 'stale-run'
  | 'wrong-author'
  | 'claimed'
  | 'duplicate-step'
  | 'out-of-place';
/** Why a fact does not count. */
export interface Refusal {
  readonly code: RefusalCode;
  /** One sentence: place, expectation, what came. */
  readonly message: string;
}
