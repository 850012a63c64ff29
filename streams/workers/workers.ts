import { availableParallelism } from 'node:os';
import type { WorkerOptions } from 'node:worker_threads';
import { OptionError } from '../../src/errors.ts';
import { checkOption, notNegative, wholeFrom } from '../../src/schema/optionRules.ts';
import type { Evaluation, Objective, Trial } from '../objective.ts';
import { ObjectiveThread } from './objectiveThread.ts';

export interface WorkersOptions {
  /**
   * How many trials are evaluated at once, each in a thread of its own. Further ones wait, and their time runs meanwhile, so set `parallel` to no
   * more. Default: the number of processors.
   */
  readonly count?: number | undefined;
  /** Seconds that a trial has to end after its signal has aborted. After them, its thread is terminated and replaced. Default: 10. */
  readonly grace?: number | undefined;
  /** Options of each thread, see `Worker` of `node:worker_threads`, such as `env`, `workerData` and `resourceLimits`. */
  readonly worker?: WorkerOptions | undefined;
}

/**
 * An objective that evaluates trials in worker threads, for code that needs a processor to itself. A thread starts with the first trial that needs it,
 * loads the module once, and keeps it for further trials; the threads end with the study that uses them, and start again for another one.
 *
 * The module exports an objective by default. There, `report` waits until the study has taken the report, so synchronous code finds `signal.aborted`
 * set after it. What does not end in time, such as an endless loop, ends with its thread. A thread that exits or runs out of memory fails its trial.
 *
 * @param module as `new URL('./train.js', import.meta.url)`
 * @throws OptionError. Each trial fails if the module cannot be loaded or exports no function, and if a result is no plain data.
 * @example
 * const train = workers(new URL('./train.js', import.meta.url), { count: 4 });
 * const { best } = await optimize(network, train, { trials: 100, parallel: 4, timeLimit: 600 });
 */
export function workers<P, O extends string = string>(module: URL, options: WorkersOptions = {}): Objective<P, O> {
  const { count = availableParallelism(), grace = 10, worker = {} } = options;
  if (!(module instanceof URL)) throw new OptionError('module', "a URL such as new URL('./train.js', import.meta.url)", module);
  checkOption('count', count, wholeFrom(1));
  checkOption('grace', grace, notNegative);
  const threads = new Set<ObjectiveThread>();
  const idle = new Set<ObjectiveThread>();
  /** The trials that have one of `count` places, and those that wait for one. */
  const placed = new Set<Trial>();
  const waiting = new Map<Trial, () => void>();
  let isUsed = false;

  const start = () => {
    const thread = new ObjectiveThread(module, { grace, worker }, () => {
      threads.delete(thread);
      idle.delete(thread);
    });
    threads.add(thread);
    return thread;
  };
  /** Waits for a place. @throws the reason of the signal */
  const enter = (trial: Trial) =>
    new Promise<void>((resolve, reject) => {
      if (placed.size < count) return resolve(void placed.add(trial));
      waiting.set(trial, resolve);
      trial.signal.addEventListener('abort', () => waiting.delete(trial) && reject(trial.signal.reason), { once: true });
    });
  const leave = (trial: Trial) => {
    if (!placed.delete(trial)) return;
    for (const [next, begin] of waiting) {
      waiting.delete(next);
      placed.add(next);
      return begin();
    }
  };
  const objective = async (params: P, trial: Trial): Promise<Evaluation> => {
    isUsed = true;
    await enter(trial);
    const { signal } = trial;
    let thread: ObjectiveThread | undefined;
    /** The next trial need not wait until the objective has noticed. */
    const abort = () => {
      thread?.abort(signal.reason);
      leave(trial);
    };
    signal.addEventListener('abort', abort);
    try {
      signal.throwIfAborted();
      [thread = start()] = idle;
      idle.delete(thread);
      return await thread.evaluate(params, trial);
    } finally {
      signal.removeEventListener('abort', abort);
      const isNeeded = isUsed && (placed.has(trial) || idle.size + placed.size < count);
      if (thread?.isOver === false && isNeeded) idle.add(thread);
      else thread?.end();
      leave(trial);
    }
  };
  const close = () => {
    isUsed = false;
    idle.clear();
    for (const thread of threads) thread.close();
  };
  return Object.assign(objective as Objective<P, O>, { close });
}
