import { Observable, type OperatorFunction } from 'rxjs';
import { OptionError } from '../src/errors.ts';
import type { Completed, FailureReason, TrialEvent, Values } from '../src/facts/facts.ts';
import type { Tags, TrialId } from '../src/messages.ts';
import type { Directive, Suggestion } from './directive.ts';

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
   * Says how the trial is doing.
   *
   * @param step whole, growing, cumulative along `resumes`. Without it, one more than the last.
   */
  report(value: number | Values, step?: number, metrics?: Values): void;
}

/** A function to optimise. It may be asynchronous; a throw makes the trial fail. */
export type Objective<P> = (params: P, trial: Trial) => Evaluation | Promise<Evaluation>;

export interface EvaluateOptions {
  /** Seconds that one trial may take; then it fails by `timeout`, and what the objective says later is ignored. */
  readonly timeLimit?: number;
  /** Name of the value, for objectives that return a bare number. Default `value`. */
  readonly value?: string;
  /** The claim on an attempt, where others might make one too. Default `<trial>.<attempt>`. */
  readonly run?: string;
}

/** A trial may not run, though nothing is wrong with the objective: throw it to say so. */
export class InfeasibleError extends Error {
  override readonly name = 'InfeasibleError';
}

/**
 * Runs what is suggested in this process, and aborts what is stopped.
 *
 * @example
 * study(space, ga(), log).pipe(evaluate(({ x }) => (x - 1) ** 2)).subscribe((event) => log.append(event));
 */
export const evaluate =
  <P>(objective: Objective<P>, options: EvaluateOptions = {}): OperatorFunction<Directive<P>, TrialEvent> =>
  (directives$) =>
    new Observable((out) => {
      const { timeLimit = 1 } = options;
      if (!(timeLimit > 0 && Number.isFinite(timeLimit))) throw new OptionError('timeLimit', 'a number of seconds above 0', timeLimit);
      const running = new Map<TrialId, Evaluating>();
      let complete = false;
      const ended = (trial: TrialId) => {
        running.delete(trial);
        if (complete && running.size === 0) out.complete();
      };
      const start = (suggestion: Suggestion<P>) => {
        running.set(
          suggestion.trial,
          begin(objective, suggestion, options, (event) => out.next(event), ended),
        );
      };
      out.add(
        directives$.subscribe({
          next: (directive) => {
            if (directive.type === 'suggested') start(directive);
            else if (directive.type === 'stop') running.get(directive.trial)?.stop(directive.by);
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

/** A trial in this process. */
interface Evaluating {
  /** It shall stop: whatever the objective does then, its last report is its result. */
  stop(by: string): void;
  /** Nobody listens any longer. */
  abandon(): void;
}

function begin<P>(
  objective: Objective<P>,
  { trial, attempt, params, budget, resumes, checkpoint, tags }: Suggestion<P>,
  { timeLimit, value: name = 'value', run = `${trial}.${attempt}` }: EvaluateOptions,
  say: (event: TrialEvent) => void,
  ended: (trial: TrialId) => void,
): Evaluating {
  const controller = new AbortController();
  const since = performance.now();
  let over = false;
  let stopped: string | undefined;
  let step = 0;
  let reported = false;
  const end = (event: TrialEvent) => {
    if (over) return;
    over = true;
    clearTimeout(timer);
    say(event);
    ended(trial);
  };
  const fail = (reason: FailureReason, message: string) =>
    end({ type: 'failed', trial, attempt, run, reason, message: message.slice(0, 4096) });
  const stopBy = (by: string) => end({ type: 'stopped', trial, run, step, by });
  // After a stop, the last report is the result, whatever else the objective returns; only without one is what it returns.
  const finish = (evaluation: Evaluation) => {
    if (stopped !== undefined && reported) return stopBy(stopped);
    const result = typeof evaluation === 'number' ? { values: { [name]: evaluation } } : evaluation;
    const wrong = Object.entries(result?.values ?? {}).find(([, v]) => !Number.isFinite(v));
    if (wrong) return fail('non-finite', `${wrong[0]} is ${wrong[1]}`);
    if (result?.values === undefined) return fail('error', `the objective returned ${String(evaluation)} instead of a number`);
    end({ type: 'completed', trial, run, ...result, seconds: (performance.now() - since) / 1000 });
  };
  const broke = (error: unknown) => {
    if (stopped !== undefined) return stopBy(stopped);
    fail(error instanceof InfeasibleError ? 'infeasible' : 'error', error instanceof Error ? error.message : String(error));
  };
  const report = (value: number | Values, at = step + 1, metrics?: Values) => {
    if (over) return;
    step = at;
    const values = typeof value === 'number' ? { [name]: value } : value;
    if (Object.values(values).some((v) => !Number.isFinite(v))) return; // a report that says nothing; the end will tell
    reported = true;
    say({ type: 'reported', trial, run, step, values, ...(metrics && { metrics }) });
  };
  const late = () => {
    fail('timeout', `it took longer than ${timeLimit} s`);
    controller.abort(new Error('timeout'));
  };
  const timer = timeLimit === undefined ? undefined : setTimeout(late, timeLimit * 1000);
  const context: Trial = {
    trial,
    attempt,
    ...(budget !== undefined && { budget }),
    ...(resumes !== undefined && { resumes }),
    ...(checkpoint !== undefined && { checkpoint }),
    ...(tags !== undefined && { tags }),
    signal: controller.signal,
    report,
  };
  say({ type: 'started', trial, attempt, run });
  new Promise<Evaluation>((resolve) => resolve(objective(params, context))).then(finish, broke);
  return {
    stop: (by) => {
      stopped ??= by;
      controller.abort(new Error(`stopped by ${by}`));
    },
    abandon: () => {
      over = true;
      clearTimeout(timer);
      controller.abort(new Error('abandoned'));
    },
  };
}
