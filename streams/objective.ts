import type { Completed, Values } from '../src/facts/facts.ts';
import type { Tags, TrialId } from '../src/strategy/messages.ts';

type IsUnion<T, Whole = T> = T extends Whole ? ([Whole] extends [T] ? false : true) : never;

/** The bare number that a study with one objective takes as its value. */
type Bare<O extends string> = true extends IsUnion<O> ? never : number;

/**
 * A number for each objective; a study with one objective takes the bare number too.
 *
 * @typeParam O the names of the objectives
 */
export type Valued<O extends string = string> = Readonly<Record<O, number>> | Bare<O>;

/** The result of an objective: the value, or values with more. */
export type Evaluation<O extends string = string> =
  | Bare<O>
  | ({ readonly values: Readonly<Record<O, number>> } & Partial<
      Pick<Completed, 'metrics' | 'gradient' | 'stderr' | 'constraints' | 'checkpoint'>
    >);

/** A result that is told: as an objective returns it, and how far its trial trained. */
export type Told<O extends string = string> =
  | Bare<O>
  | ({ readonly values: Readonly<Record<O, number>> } & Omit<Completed, 'type' | 'trial' | 'run' | 'values'>);

/** The trial of an objective, besides its parameters. */
export interface Trial<O extends string = string> {
  readonly trial: TrialId;
  /** 1, 2, ... */
  readonly attempt: number;
  /** The step up to which it may train, cumulative along `resumes`. */
  readonly budget?: number;
  /** The trial that it resumes. */
  readonly resumes?: TrialId;
  /**
   * Where to resume from, such as the path of a file or directory. Set it to a new one whenever you have saved it: the last one is kept with the
   * result, and with a trial that is handed back.
   */
  checkpoint?: string;
  /** Tags of the suggestion, such as a seed to share with other trials, or a tolerance. */
  readonly tags?: Tags;
  /** Aborts when the trial should stop. The objective should then return or throw soon. */
  readonly signal: AbortSignal;
  /**
   * Reports a value. If the trial should stop, `signal` aborts once the objective yields to the event loop, as with `await setImmediate()`. A value
   * that is not finite is passed over; the third one in a row aborts the signal, and the trial fails with `non-finite`, whatever the objective returns.
   *
   * @param step whole, growing, cumulative along `resumes`. Default: one more than the last.
   */
  report(value: Valued<O>, step?: number, metrics?: Values): void;
}

/**
 * A function to optimise, synchronous or asynchronous. If it throws, the trial fails.
 *
 * @typeParam P the type of configurations
 * @typeParam O the names of the study's objectives
 */
export type Objective<P, O extends string = string> = (params: P, trial: Trial<O>) => Evaluation<O> | Promise<Evaluation<O>>;

/** Throw this from an objective if a configuration cannot run. */
export class InfeasibleError extends Error {
  override readonly name = 'InfeasibleError';
}
