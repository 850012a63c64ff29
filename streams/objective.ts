import { type Completed, type FailureReason, LONGEST_TRACE, type Values } from '../src/facts/facts.ts';
import { isRecord } from '../src/schema/json.ts';
import { omitUndefined } from '../src/schema/omitUndefined.ts';
import { show } from '../src/space/check.ts';
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

/** The result of an example: the value, or values with metrics, such as what it cost, and outcome constraints, whose means should be at most 0. */
export type ExampleEvaluation<O extends string = string> =
  | Valued<O>
  | ({ readonly values: Readonly<Record<O, number>> } & { readonly [K in 'metrics' | 'constraints']?: Completed[K] | undefined });

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
  /** In a study of examples: those to evaluate, in this order, by their places in the list from 0. Absent: all. */
  readonly examples?: readonly number[];
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
  /**
   * Reports the result of an example. The value of the trial is the mean of its results. `each` does this for you.
   *
   * @param example its place in the list, from 0, or its name.
   * @param result the metrics of a trial are the sums of these, and its outcome constraints the means.
   * @throws TypeError for an example that the study does not have.
   */
  reportExample(example: number | string, result: ExampleEvaluation<O>): void;
}

/**
 * A function to optimise, synchronous or asynchronous. If it throws, the trial fails.
 *
 * @typeParam P the type of configurations
 * @typeParam O the names of the study's objectives
 */
export interface Objective<P, O extends string = string> {
  (params: P, trial: Trial<O>): Evaluation<O> | Promise<Evaluation<O>>;
  /** The examples that it evaluates, for a study without the option `examples`. */
  readonly examples?: number | readonly string[];
  /** Called when a study needs it no more. It may still be called for another study. */
  close?(): void;
}

/** Throw this from an objective if a configuration cannot run. */
export class InfeasibleError extends Error {
  override readonly name = 'InfeasibleError';
}

/** Why what an objective returned or threw is no result. */
interface NoResult {
  readonly reason: FailureReason;
  readonly message: string;
  readonly trace?: string;
}

/**
 * What an objective returned, with its values by name, or why it is no result.
 *
 * @param name of a bare number.
 * @param several the names of the objectives, if there are several: a number is not enough then.
 */
export function readEvaluation(
  evaluation: Evaluation,
  name: string,
  several: readonly string[],
): { readonly result: Exclude<Evaluation, number> } | { readonly wrong: NoResult } {
  const result = typeof evaluation === 'number' ? { values: { [name]: evaluation } } : evaluation;
  const lost = Object.entries(result?.values ?? {}).find(([, v]) => !Number.isFinite(v));
  if (lost) return { wrong: { reason: 'non-finite', message: `${lost[0]} is ${lost[1]}` } };
  if (several.length > 0 && typeof evaluation === 'number') return noResult(`${evaluation}; ${oneForSeveral(several)}`);
  if (typeof result?.values !== 'object' || result.values === null) return noResult(described(evaluation, name));
  return { result };
}

const noResult = (returned: string) => ({ wrong: { reason: 'error', message: `the objective returned ${returned}` } }) as const;

/** The parts of the result of an example. @throws TypeError for constraints that are no list */
export function readExample(result: ExampleEvaluation) {
  const isWhole = isRecord(result) && isRecord(result.values);
  const {
    values,
    metrics,
    constraints = [],
  } = isWhole ? (result as Exclude<ExampleEvaluation, Valued>) : { values: result as Values | number };
  if (!Array.isArray(constraints)) throw new TypeError(`constraints: expected a list such as [seconds - 2], got ${kindOf(constraints)}`);
  return { values, metrics, constraints: constraints as readonly number[] };
}

/** What an objective threw. Anything can be thrown, including values without text or with a getter that throws. */
export function readError(error: unknown): NoResult {
  const read = attempted((): NoResult => {
    if (!(error instanceof Error)) return { reason: 'error', message: String(error) };
    if (error instanceof InfeasibleError) return { reason: 'infeasible', message: String(error.message) };
    return omitUndefined({ reason: 'error', message: String(error.message), trace: traceOf(error) });
  });
  return 'broke' in read ? { reason: 'error', message: 'it threw a value that cannot be read' } : read.returned;
}

/** The stack of an error, and those of its causes. */
function traceOf({ stack, cause }: Error): string | undefined {
  if (typeof stack !== 'string') return undefined;
  let trace = stack;
  for (let from = cause; from instanceof Error && trace.length < LONGEST_TRACE; from = from.cause) trace += `\n[cause]: ${from.stack}`;
  return trace;
}

export function attempted<T>(act: () => T): { readonly returned: T } | { readonly broke: unknown } {
  try {
    return { returned: act() };
  } catch (broke) {
    return { broke };
  }
}

/** A value that is not an evaluation, in words. */
const described = (evaluation: unknown, name: string): string =>
  isRecord(evaluation)
    ? `${kindOf(evaluation)}; values by name are returned as ${example([name])}`
    : `${kindOf(evaluation)} instead of a number`;

/** A value that is no result, in words. */
export function kindOf(result: unknown): string {
  if (isRecord(result)) return `an object with ${Object.keys(result).join(', ') || 'no fields'}`;
  if (Array.isArray(result)) return 'a list';
  return typeof result === 'string' ? `the text ${show(result)}` : String(result);
}

/** Values by name, as an example. */
export const example = (names: readonly string[]): string => `{ values: { ${names.map((name) => `${name}: 0.3`).join(', ')} } }`;

/** Why a number is no result of a study with several objectives. */
export const oneForSeveral = (names: readonly string[]): string =>
  `one number cannot be the result of several objectives: expected ${example(names)}`;
