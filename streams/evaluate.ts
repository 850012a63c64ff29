import { Observable, type OperatorFunction } from 'rxjs';
import type { Completed, FailedFact, FailureReason, ReportedFact, Stopped, TrialEvent, Values } from '../src/facts/facts.ts';
import type { Tags, TrialId } from '../src/messages.ts';
import { checkOption, positive } from '../src/optionRules.ts';
import type { Directive, Rejected, Suggestion } from './engine/directive.ts';
import { after } from './engine/timeout.ts';

/** What an objective may say of a trial: the value, or more. */
export type Evaluation =
  | number
  | (Pick<Completed, 'values'> & Partial<Pick<Completed, 'metrics' | 'gradient' | 'stderr' | 'constraints' | 'checkpoint'>>);

/** What an objective knows of its trial besides the parameters. */
export interface Trial {
  readonly trial: TrialId;
  /** 1, 2, ... */
  readonly attempt: number;
  /** What it may spend, cumulative along `resumes`. */
  readonly budget?: number;
  /** The trial whose checkpoint it goes on from, and that checkpoint. */
  readonly resumes?: TrialId;
  readonly checkpoint?: string;
  /** What the strategy says of the trial: a seed that it shares with others, or a tolerance, for objectives that know what to do with them. */
  readonly tags?: Tags;
  /** Aborted when the trial is to stop; the objective should then end soon, in whatever way. */
  readonly signal: AbortSignal;
  /**
   * Says how the trial is doing. A value that is not finite aborts the signal, and the trial fails by `non-finite`, whatever the objective returns.
   *
   * @param step whole, growing, cumulative along `resumes`. Without it, one more than the last.
   */
  report(value: number | Values, step?: number, metrics?: Values): void;
}

/** A function to optimise. It may be asynchronous; a throw makes the trial fail. */
export type Objective<P> = (params: P, trial: Trial) => Evaluation | Promise<Evaluation>;

export interface EvaluateOptions {
  /** Seconds that one trial may take; then it fails by `timeout`, and what the objective says later is ignored. */
  readonly timeLimit?: number | undefined;
  /** Name of the value, for objectives that return a bare number. Default `value`. */
  readonly value?: string | undefined;
}

/** A trial may not run, though nothing is wrong with the objective: throw it to say so. */
export class InfeasibleError extends Error {
  override readonly name = 'InfeasibleError';
}

/**
 * Runs what is suggested in this process, and aborts what is stopped. Where the objective throws, the trial fails, and the study goes on.
 *
 * @throws OptionError into the stream where `timeLimit` cannot be.
 * @example
 * study(space, ga(), log).pipe(evaluate(({ x }) => (x - 1) ** 2)).subscribe((event) => log.append(event));
 */
export const evaluate =
  <P>(objective: Objective<P>, options: EvaluateOptions = {}): OperatorFunction<Directive<P>, TrialEvent> =>
  (directives$) =>
    new Observable((out) => {
      checkTimeLimit(options);
      // An end comes later than its directive, whatever the objective is: whoever feeds events back would go round within itself.
      const later: Objective<P> = async (params, trial) => objective(params, trial);
      const running = new Map<TrialId, Evaluating>();
      let complete = false;
      const start = (suggestion: Suggestion<P>) => {
        const { trial, attempt } = suggestion;
        const run = `${trial}.${attempt}`;
        out.next({ type: 'started', trial, attempt, run });
        const say = {
          report: (event: ReportedFact) => out.next(event),
          end: (event: EndFact) => {
            out.next(event);
            running.delete(trial);
            if (complete && running.size === 0) out.complete();
          },
        };
        running.set(trial, evaluateTrial(later, suggestion, run, say, options));
      };
      /** A result that does not count is a failure: nothing else would end its trial. */
      const refused = ({ fact, refusal }: Rejected) => {
        const { type, trial, run } = (fact ?? {}) as Partial<Completed | Stopped>;
        const isMalformed = refusal.code === 'missing-field' || refusal.code === 'bad-field';
        if (!isMalformed || trial === undefined || run === undefined || (type !== 'completed' && type !== 'stopped')) return;
        out.next({ type: 'failed', trial, run, reason: 'error', message: `the result does not count: ${refusal.message}`.slice(0, 4096) });
      };
      out.add(
        directives$.subscribe({
          next: (directive) => {
            if (directive.type === 'suggested') start(directive);
            else if (directive.type === 'stop') running.get(directive.trial)?.stop(directive.by);
            else refused(directive);
          },
          error: (e) => out.error(e),
          complete: () => {
            complete = true;
            if (running.size === 0) out.complete();
          },
        }),
      );
      out.add(() => {
        for (const { abandon } of running.values()) abandon();
      });
    });

/** @throws OptionError */
export function checkTimeLimit({ timeLimit = 1 }: EvaluateOptions): void {
  checkOption('timeLimit', timeLimit, positive);
}

/** The last word on a run. */
export type EndFact = Completed | Stopped | FailedFact;

/** Where what is said of a run goes. */
export interface Say {
  readonly report: (fact: ReportedFact) => void;
  /** Once, as the last word. */
  readonly end: (fact: EndFact) => void;
}

/** A trial in this process. */
export interface Evaluating {
  /** It shall stop: whatever the objective does then, its last report is its result. */
  stop(by: string): void;
  /** Nobody listens any longer; nothing more is said. */
  abandon(): void;
}

/**
 * Runs the objective for one suggestion. One that is not asynchronous has said all when this returns.
 *
 * @param run the claim on the attempt.
 */
export function evaluateTrial<P>(
  objective: Objective<P>,
  suggestion: Suggestion<P>,
  run: string,
  say: Say,
  { timeLimit, value: name = 'value' }: EvaluateOptions,
): Evaluating {
  const { trial, attempt, params } = suggestion;
  const since = performance.now();
  const stopping = new Stopping();
  let over = false;
  let stopped: string | undefined;
  /** The first report that was not finite. */
  let diverged: string | undefined;
  let step = 0;
  let reported = false;
  const end = (event: EndFact) => {
    if (over) return;
    over = true;
    inTime?.();
    say.end(event);
  };
  const fail = (reason: FailureReason, message: string) =>
    end({ type: 'failed', trial, attempt, run, reason, message: message.slice(0, 4096) });
  const stopBy = (by: string) => end({ type: 'stopped', trial, run, step, by });
  // After a stop, the last report is the result, whatever else the objective returns; only without one is what it returns.
  const finish = (evaluation: Evaluation) => {
    if (diverged !== undefined) return fail('non-finite', diverged);
    if (stopped !== undefined && reported) return stopBy(stopped);
    const result = typeof evaluation === 'number' ? { values: { [name]: evaluation } } : evaluation;
    const wrong = Object.entries(result?.values ?? {}).find(([, v]) => !Number.isFinite(v));
    if (wrong) return fail('non-finite', `${wrong[0]} is ${wrong[1]}`);
    if (typeof result?.values !== 'object' || result.values === null)
      return fail('error', `the objective returned ${String(evaluation)} instead of a number`);
    end({ type: 'completed', trial, run, ...result, seconds: (performance.now() - since) / 1000 });
  };
  const broke = (error: unknown) => {
    if (diverged !== undefined) return fail('non-finite', diverged);
    if (stopped !== undefined) return stopBy(stopped);
    fail(error instanceof InfeasibleError ? 'infeasible' : 'error', error instanceof Error ? error.message : String(error));
  };
  const report = (value: number | Values, at = step + 1, metrics?: Values) => {
    if (over || diverged !== undefined) return;
    step = at;
    const values = typeof value === 'number' ? { [name]: value } : value;
    if (typeof values !== 'object' || values === null)
      throw new TypeError(`report: expected a number or values by name, got ${String(value)}`);
    const wrong = Object.entries(values).find(([, v]) => !Number.isFinite(v));
    if (wrong) {
      if (stopped === undefined) diverged ??= `${wrong[0]} is ${wrong[1]} at step ${at}`;
      return stopping.abort('its report is not finite');
    }
    reported = true;
    say.report({ type: 'reported', trial, run, step, values, ...(metrics && { metrics }) });
  };
  const late = () => {
    fail('timeout', `it took longer than ${timeLimit} s`);
    stopping.abort('timeout');
  };
  const inTime = timeLimit === undefined ? undefined : after(timeLimit, late);
  const context = new Context(suggestion, report, stopping);
  const evaluation = attempted(() => objective(params, context));
  if ('broke' in evaluation) broke(evaluation.broke);
  else if (isPromise(evaluation.returned)) evaluation.returned.then(finish, broke);
  else finish(evaluation.returned);
  return {
    stop: (by) => {
      if (over) return;
      stopped ??= by;
      stopping.abort(`stopped by ${by}`);
    },
    abandon: () => {
      if (over) return;
      over = true;
      inTime?.();
      stopping.abort('abandoned');
    },
  };
}

/** An abort signal that is made when somebody asks for it: most objectives do not, and it costs more than the rest of a short trial. */
class Stopping {
  #controller: AbortController | undefined;
  #reason: Error | undefined;

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#reason) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  abort(why: string): void {
    this.#reason ??= new Error(why);
    this.#controller?.abort(this.#reason);
  }
}

/** A class, since a getter of an object by itself would make a hidden class for each trial, which only a full collection frees. */
class Context implements Trial {
  readonly trial: TrialId;
  readonly attempt: number;
  declare readonly budget?: number;
  declare readonly resumes?: TrialId;
  declare readonly checkpoint?: string;
  declare readonly tags?: Tags;
  readonly report: Trial['report'];
  readonly #stopping: Stopping;

  constructor({ trial, attempt, budget, resumes, checkpoint, tags }: Suggestion<unknown>, report: Trial['report'], stopping: Stopping) {
    this.trial = trial;
    this.attempt = attempt;
    this.report = report;
    this.#stopping = stopping;
    if (budget !== undefined) this.budget = budget;
    if (resumes !== undefined) this.resumes = resumes;
    if (checkpoint !== undefined) this.checkpoint = checkpoint;
    if (tags !== undefined) this.tags = tags;
  }

  get signal(): AbortSignal {
    return this.#stopping.signal;
  }
}

function attempted<T>(act: () => T): { readonly returned: T } | { readonly broke: unknown } {
  try {
    return { returned: act() };
  } catch (broke) {
    return { broke };
  }
}

const isPromise = (evaluation: Evaluation | Promise<Evaluation>): evaluation is Promise<Evaluation> =>
  typeof (evaluation as { readonly then?: unknown } | undefined)?.then === 'function';
