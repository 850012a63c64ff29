import { OptionError } from '../../../src/errors.ts';
import type { Created, Params } from '../../../src/facts/facts.ts';
import { omitUndefined } from '../../../src/schema/omitUndefined.ts';
import { checkOption, seconds } from '../../../src/schema/optionRules.ts';
import { checkTimeLimit, type EvaluateOptions, type Evaluating } from '../../evaluate.ts';
import type { Objective } from '../../objective.ts';
import { type ExpectedStudy, refuseUnexpected } from '../../study/port/view.ts';
import type { Perform } from '../../study/training/claimedRun.ts';
import type { Trainer } from '../../study/training/work.ts';
import { createdOn, type NatsStudy } from '../created.ts';
import { type Subjects, subjectsOf } from '../protocol/subjects.ts';
import { evaluateClaim } from './evaluateClaim.ts';
import { type ThreadConnection, threadHeartbeats } from './heartbeats.ts';
import { type RunTrainerOptions, runTrainer } from './runTrainer.ts';

export interface TrainerOptions<P = Params, O extends string = string>
  extends Pick<RunTrainerOptions, 'name' | 'slots' | 'warn' | 'closed'>,
    EvaluateOptions,
    ExpectedStudy<P, O> {
  /** Ends the trainer as `close` does: it hands running trials back. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Set it if the objective blocks the event loop: heartbeats then come from a thread with its own connection. One trial runs at a time, and a stop
   * arrives when the objective leaves the event loop free.
   */
  readonly blocking?: ThreadConnection;
  /**
   * Seconds: a report also saves `trial.checkpoint` on the server, at most this often, so that the trial continues after the loss of the machine.
   * Default: it is saved at the end.
   */
  readonly saveEvery?: number;
}

/**
 * Evaluates what a study on this server suggests. The first claim on an attempt that reaches the log holds it; facts are sent until the server has
 * them, across reconnections.
 *
 * If `trial.checkpoint` names a file or directory of this machine when a trial ends or is handed back, it is saved on the server. The trainer that
 * resumes the trial finds it restored at `trial.checkpoint`, until the trial has ended. Other references, such as `s3://bucket/17`, are passed on.
 *
 * @param options `space` and `objectives`, if you know them, type what the objective gets and returns.
 * @param objective as for `optimize`: the value of a configuration, with reports, a stop signal and checkpoints. A bare number
 *   is the value of the study's first objective.
 * @throws OptionError for names that cannot be part of a subject; into `done`: MismatchError if it is not the study that you expect.
 * @example
 * const { done } = trainer({ nc, study: 'digits' }, { space: network }, ({ lr }, { report, signal }) => train(lr, report, signal));
 * await done;
 */
export function trainer<P = Params, O extends string = string>(
  { nc, study, ...naming }: NatsStudy,
  options: TrainerOptions<P, O>,
  objective: Objective<P, NoInfer<O>>,
): Trainer {
  const { blocking, timeLimit, value, saveEvery, signal, warn = (message: string) => console.warn(message), ...rest } = options;
  if (blocking && (rest.slots ?? 1) > 1) throw new OptionError('slots', '1 for an objective that blocks', rest.slots);
  const settings = timeLimit === undefined ? {} : { timeLimit };
  checkTimeLimit(settings);
  if (saveEvery !== undefined) checkOption('saveEvery', saveEvery, seconds);
  const subjects = subjectsOf(study, naming);
  /** The study, as its objectives and its examples are needed. */
  let created: Created | undefined;
  const waiting = new AbortController();
  const ready = async () => {
    created = await createdOn(nc, subjects, { signal: waiting.signal, warn, name: rest.name });
    refuseUnexpected(created, study, options);
  };
  const perform: Perform<P> = (claim) =>
    evaluateClaim(objective, claim, { ...settings, ...resultsIn(created!, value), nc, subjects, warn });
  const heartbeats = blocking && { heartbeats: (subjects: Subjects, name: string) => threadHeartbeats(blocking, subjects, name) };
  const self = runTrainer<P>(nc, study, perform, omitUndefined({ ...rest, ...naming, warn, ...heartbeats, saveEvery, ready }));
  const close = () => void self.close();
  const over = () => {
    waiting.abort();
    objective.close?.();
    signal?.removeEventListener('abort', close);
  };
  self.done.then(over, over);
  signal?.addEventListener('abort', close);
  if (signal?.aborted) close();
  return self;
}

/** What a study says about results. @param value the name of a number. Default: that of the first objective */
function resultsIn({ objectives, examples }: Created, value = objectives[0]!.name): Pick<Evaluating, 'value' | 'several' | 'examples'> {
  return { value, several: objectives.length > 1 ? objectives.map(({ name }) => name) : [], examples };
}
