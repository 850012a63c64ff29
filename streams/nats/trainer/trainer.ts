import type { NatsConnection } from '@nats-io/nats-core';
import { MismatchError, OptionError } from '../../../src/errors.ts';
import type { Created } from '../../../src/facts/facts.ts';
import { omitUndefined } from '../../../src/schema/omitUndefined.ts';
import { checkOption, seconds } from '../../../src/schema/optionRules.ts';
import type { Space } from '../../../src/space/space.ts';
import { checkTimeLimit, type EvaluateOptions, type Evaluating } from '../../evaluate.ts';
import type { Objective } from '../../objective.ts';
import { spaceDifferences } from '../../spec/options.ts';
import { createdOn } from '../created.ts';
import { type NamingOptions, type Subjects, subjectsOf } from '../protocol/subjects.ts';
import type { Perform } from './claimedRun.ts';
import { evaluateClaim } from './evaluateClaim.ts';
import { type ThreadConnection, threadHeartbeats } from './heartbeats.ts';
import { type RunTrainerOptions, runTrainer, type Trainer } from './runTrainer.ts';

export interface TrainerOptions extends Pick<RunTrainerOptions, 'name' | 'slots' | 'warn' | 'closed'>, EvaluateOptions, NamingOptions {
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

type WithSpace<P> = readonly [space: Space<P>, objective: Objective<P>, options?: TrainerOptions | undefined];
type Given<P> = WithSpace<P> | readonly [objective: Objective<P>, options?: TrainerOptions | undefined];

const hasSpace = <P>(given: Given<P>): given is WithSpace<P> => typeof given[0] !== 'function';

/**
 * Evaluates what a study on this server suggests. The first claim on an attempt that reaches the log holds it; facts are sent until the server has
 * them, across reconnections.
 *
 * If `trial.checkpoint` names a file or directory of this machine when a trial ends or is handed back, it is saved on the server. The trainer that
 * resumes the trial finds it restored at `trial.checkpoint`, until the trial has ended. Other references, such as `s3://bucket/17`, are passed on.
 *
 * @param nc any connection; the caller closes it. To survive a restart of the server, it needs settings such as `reconnectOptions`.
 * @param objective as for `optimize`: the value of a configuration, with reports, a stop signal and checkpoints. A bare number
 *   is the value of the study's first objective.
 * @throws OptionError for names that cannot be part of a subject.
 * @example
 * const { done } = trainer(await connect(), 'digits', async ({ lr }, { report, signal }) => train(lr, report, signal));
 * await done;
 */
export function trainer<P>(nc: NatsConnection, study: string, objective: Objective<P>, options?: TrainerOptions): Trainer;
/**
 * The same for a study whose space you know, which types the configurations.
 *
 * @param space what you expect.
 * @throws into `done`: MismatchError if the study has another space.
 * @example
 * const { done } = trainer(await connect(), 'digits', network, ({ lr, layers }) => train(lr, layers));
 */
export function trainer<P>(nc: NatsConnection, study: string, space: Space<P>, objective: Objective<P>, options?: TrainerOptions): Trainer;
export function trainer<P>(nc: NatsConnection, study: string, ...given: Given<P>): Trainer {
  const [space, objective, options = {}] = hasSpace(given) ? given : [undefined, ...given];
  const { blocking, timeLimit, value, saveEvery, signal, warn = (message: string) => console.warn(message), ...rest } = options;
  if (blocking && (rest.slots ?? 1) > 1) throw new OptionError('slots', '1 for an objective that blocks', rest.slots);
  const settings = timeLimit === undefined ? {} : { timeLimit };
  checkTimeLimit(settings);
  if (saveEvery !== undefined) checkOption('saveEvery', saveEvery, seconds);
  const subjects = subjectsOf(study, options);
  /** The study, as its objectives and its examples are needed. */
  let created: Created | undefined;
  const waiting = new AbortController();
  const ready = async () => {
    created = await createdOn(nc, subjects, { signal: waiting.signal, warn, name: rest.name });
    const wrong = space ? spaceDifferences(created, space.toJSON()) : [];
    if (wrong.length > 0) throw new MismatchError(`${study}: the study has another space: ${wrong.join('; ')}`);
  };
  const perform: Perform<P> = (claim) =>
    evaluateClaim(objective, claim, { ...settings, ...resultsIn(created!, value), nc, subjects, warn });
  const heartbeats = blocking && { heartbeats: (subjects: Subjects, name: string) => threadHeartbeats(blocking, subjects, name) };
  const self = runTrainer<P>(nc, study, perform, omitUndefined({ ...rest, warn, ...heartbeats, saveEvery, ready }));
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
