import { Observable, type OperatorFunction } from 'rxjs';
import { Life } from '../machines/chart.ts';
import { evaluationChart } from '../machines/trainers.ts';
import {
  type Completed,
  type Created,
  type FailedFact,
  type FailureReason,
  LONGEST_TRACE,
  type ReportedFact,
  type Stopped,
  type TrialEvent,
  type Values,
} from '../src/facts/facts.ts';
import { identityOf, malformed } from '../src/facts/parse.ts';
import { exampleResult, placeOf } from '../src/ledger/exampleFacts.ts';
import { isRecord } from '../src/schema/json.ts';
import { omitUndefined } from '../src/schema/omitUndefined.ts';
import { checkOption, seconds } from '../src/schema/optionRules.ts';
import { frozen } from '../src/space/value.ts';
import type { StopReason, Tags, TrialId } from '../src/strategy/messages.ts';
import { DIVERGED } from '../src/study/diverged.ts';
import { type Directive, type Rejected, runOf, type Suggestion } from './engine/directive.ts';
import { callAfter } from './engine/timeout.ts';
import {
  attempted,
  type Evaluation,
  type ExampleEvaluation,
  type Objective,
  readError,
  readEvaluation,
  readExample,
  type Trial,
} from './objective.ts';
import { isPromise } from './promises.ts';

export interface EvaluateOptions {
  /** Seconds that a trial may take. After them it fails with `timeout`, and later reports and results are ignored. */
  readonly timeLimit?: number | undefined;
  /** The name of the value if the objective returns a number. Default: `value`. */
  readonly value?: string | undefined;
}

/** The options with what the log says. */
export interface Evaluating extends EvaluateOptions {
  /** The names of the objectives, if there are several: a number is not enough then. */
  readonly several?: readonly string[] | undefined;
  /** The examples of the study, if it has examples. */
  readonly examples?: Created['examples'] | undefined;
  /** Ends the study. Its reason is that of the running trials, too. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Evaluates suggestions in this process, and aborts trials that should stop. If the objective throws, the trial fails and the study continues.
 *
 * @throws OptionError into the stream for an invalid `timeLimit`.
 * @example
 * results$.pipe(suggest(space), evaluate(({ x }) => (x - 1) ** 2)).subscribe(results$);
 */
export const evaluate =
  <P>(objective: Objective<P>, options: Evaluating = {}): OperatorFunction<Directive<P>, TrialEvent> =>
  (directives$) =>
    new Observable((out) => {
      checkTimeLimit(options);
      // A result comes in a later turn than its directive, because a caller that feeds events back would otherwise recurse.
      const later: Objective<P> = async (params, trial) => objective(params, trial);
      const running = new Map<TrialId, RunningEvaluation>();
      let complete = false;
      const start = (suggestion: Suggestion<P>) => {
        const { trial, attempt } = suggestion;
        const run = runOf(suggestion);
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
      /** A rejected result becomes a failure: nothing else would end the trial, and without the result of an example, its mean would be another one. */
      const refused = ({ fact, refusal }: Rejected) => {
        const failed = malformed(identityOf(fact), refusal, isRecord(fact) && 'results' in fact);
        if (!failed) return;
        running.get(failed.trial)?.abandon(new Error(refusal.message));
        running.delete(failed.trial);
        out.next(failed);
      };
      out.add(
        directives$.subscribe({
          next: (directive) => {
            if (directive.type === 'suggested') start(directive);
            else if (directive.type === 'stop') running.get(directive.trial)?.stop(directive.by, directive.why);
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
        for (const { abandon } of running.values()) abandon(options.signal?.reason);
        objective.close?.();
      });
    });

/** @throws OptionError */
export function checkTimeLimit({ timeLimit = 1 }: EvaluateOptions): void {
  checkOption('timeLimit', timeLimit, seconds);
}

/** The fact that ends a run. */
export type EndFact = Completed | Stopped | FailedFact;

/** Receives the facts of a run. */
export interface Say {
  /** @param checkpoint that the objective has set */
  readonly report: (fact: ReportedFact, checkpoint?: string) => void;
  /** Called once, last. */
  readonly end: (fact: EndFact) => void;
}

/** A running trial of this process. */
export interface RunningEvaluation {
  /** Asks it to stop. Its last report is then its result, whatever the objective returns. */
  stop(by: string, why?: string): void;
  /** Aborts it and ignores its result. @param reason of its signal */
  abandon(reason?: unknown): void;
  /** The checkpoint that the objective has set, if it has. */
  checkpoint(): string | undefined;
}

/**
 * Runs the objective for one suggestion. A synchronous objective has ended when this returns.
 *
 * @param run the claim on the attempt.
 */
export function evaluateTrial<P>(
  objective: Objective<P>,
  suggestion: Suggestion<P>,
  run: string,
  say: Say,
  { timeLimit, value: name = 'value', several = [], examples }: Evaluating,
): RunningEvaluation {
  const { trial, attempt, params } = suggestion;
  const since = performance.now();
  const stopping = new Stopping();
  const life = new Life(evaluationChart);
  let stoppedBy: StopReason | undefined;
  /** Why it diverged. */
  let why = '';
  /** How many reports in a row were not finite. */
  let lost = 0;
  let step = 0;
  let reported = false;
  const end = (event: EndFact | undefined) => {
    if (event === undefined || !life.send('ended')) return;
    inTime?.();
    say.end(event);
  };
  const failed = (reason: FailureReason, message: string, trace?: string): EndFact =>
    omitUndefined({ type: 'failed', trial, attempt, run, reason, message: message.slice(0, 4096), trace: trace?.slice(0, LONGEST_TRACE) });
  /** What the objective has set as its checkpoint. */
  const saved = ({ checkpoint } = context) => (checkpoint === undefined || checkpoint === suggestion.checkpoint ? {} : { checkpoint });
  const resultOf = (evaluation: Evaluation): EndFact => {
    const read = readEvaluation(evaluation, name, several);
    if ('wrong' in read) return failed(read.wrong.reason, read.wrong.message);
    return { type: 'completed', trial, run, ...saved(), ...read.result, seconds: (performance.now() - since) / 1000 };
  };
  const errorOf = (error: unknown): EndFact => {
    const { reason, message, trace } = readError(error);
    return failed(reason, message, trace);
  };
  const stopped = (): EndFact => ({ type: 'stopped', trial, run, step, ...stoppedBy });
  const nonFinite = () => failed('non-finite', why);
  /** How it ends, by its phase. After a stop, the last report is the result. Without a report, it is what the objective returns. */
  const ends = {
    running: { hears: true, returned: resultOf, broke: errorOf },
    stopping: { hears: true, returned: (evaluation: Evaluation) => (reported ? stopped() : resultOf(evaluation)), broke: stopped },
    diverged: { hears: false, returned: nonFinite, broke: nonFinite },
  };
  const broke = (error: unknown) => end(life.of(ends)?.broke(error));
  const finish = (evaluation: Evaluation) => {
    const fact = attempted(() => life.of(ends)?.returned(evaluation)); // what an objective returns may throw when it is read
    if ('broke' in fact) broke(fact.broke);
    else end(fact.returned);
  };
  /** @param example its place and its outcome constraints, if it is the result of one */
  const report = (value: number | Values, at = step + 1, metrics?: Values, example?: readonly [place: number, readonly number[]]) => {
    if (!life.of(ends)?.hears) return;
    step = at;
    const values = typeof value === 'number' ? { [name]: value } : value;
    if (typeof values !== 'object' || values === null)
      throw new TypeError(`report: expected a number or values by name, got ${String(value)}`);
    const [place, constraints = []] = example ?? [];
    const numbers = [...Object.entries(values), ...constraints.map((c, i) => [`constraints[${i}]`, c] as const)];
    const wrong = numbers.find(([, v]) => !Number.isFinite(v));
    lost = wrong ? lost + 1 : 0;
    if (wrong) {
      if (lost < DIVERGED || !life.send('diverged')) return;
      why = `${wrong[0]} is ${wrong[1]} at step ${at}`;
      return stopping.abort(new Error('its reports are not finite'));
    }
    reported = true;
    const results = place !== undefined && {
      results: [exampleResult(place, { values, constraints }, several.length > 0 ? several : [name])],
    };
    say.report({ type: 'reported', trial, run, step, values, ...results, ...(metrics && { metrics }) }, saved().checkpoint);
  };
  const reportExample = (example: number | string, result: ExampleEvaluation) => {
    const place = placeOf(example, examples);
    if (typeof place === 'string') throw new TypeError(`reportExample: ${place}`);
    const { values, metrics, constraints } = readExample(result);
    report(values, undefined, metrics, [place, constraints]);
  };
  const late = () => {
    end(failed('timeout', `it took longer than ${timeLimit} s`));
    stopping.abort(new Error('timeout'));
  };
  const inTime = timeLimit === undefined ? undefined : callAfter(timeLimit, late);
  const context = new Context(suggestion, report, reportExample, stopping);
  const evaluation = attempted(() => objective(frozen(params), context));
  if ('broke' in evaluation) broke(evaluation.broke);
  else if (isPromise(evaluation.returned)) evaluation.returned.then(finish, broke);
  else finish(evaluation.returned);
  return {
    stop: (by, why) => {
      if (!life.send('stopped')) return;
      stoppedBy = omitUndefined({ by, why });
      stopping.abort(new Error(`stopped by ${by}`));
    },
    abandon: (reason = new Error('abandoned')) => {
      if (!life.send('ended')) return;
      inTime?.();
      stopping.abort(reason);
    },
    checkpoint: () => saved().checkpoint,
  };
}

/** Creates its abort signal on first use: most objectives do not use it, and it costs more than the rest of a short trial. */
class Stopping {
  #controller: AbortController | undefined;
  #reason: unknown;

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#reason !== undefined) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  abort(reason: unknown): void {
    this.#reason ??= reason;
    this.#controller?.abort(this.#reason);
  }
}

/** A class, because an object with its own getter would create a hidden class for each trial, which only a full garbage collection frees. */
class Context implements Trial {
  readonly trial: TrialId;
  readonly attempt: number;
  declare readonly budget?: number;
  declare readonly resumes?: TrialId;
  declare checkpoint?: string;
  declare readonly tags?: Tags;
  declare readonly examples?: readonly number[];
  readonly report: Trial['report'];
  readonly reportExample: Trial['reportExample'];
  readonly #stopping: Stopping;

  constructor(
    { trial, attempt, budget, resumes, examples, checkpoint, tags }: Suggestion<unknown>,
    report: Trial['report'],
    reportExample: Trial['reportExample'],
    stopping: Stopping,
  ) {
    this.trial = trial;
    this.attempt = attempt;
    this.report = report;
    this.reportExample = reportExample;
    if (examples !== undefined) this.examples = examples;
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
