// What a thread of `workers` runs: it evaluates the objective of a module, one trial at a time.
import { parentPort, receiveMessageOnPort } from 'node:worker_threads';
import { omitUndefined } from '../../src/schema/omitUndefined.ts';
import { InfeasibleError, kindOf, type Objective, type Trial } from '../objective.ts';
import type { ErrorData, FromThread, Report, ToThread, TrialData } from './workerMessages.ts';

const port = parentPort!;
let objective: Promise<Objective<unknown>>;
/** Counts the answers to reports. */
let answers: Int32Array;
let stopping: AbortController;
/** The error that the last report was answered with. */
let refused: { readonly error: unknown } | undefined;

const obey = (order: ToThread): void => {
  if (order.type === 'open') {
    ({ answers } = order);
    objective = objectiveIn(order.module);
    objective.catch(() => {}); // each trial fails with it
  } else if (order.type === 'evaluate') void evaluate(order);
  else if (order.type === 'abort') stopping.abort(order.reason);
  else refused = 'error' in order ? { error: order.error } : undefined;
};
port.on('message', obey);

/** @throws TypeError if the module exports no objective; what the module throws */
async function objectiveIn(module: string): Promise<Objective<unknown>> {
  const { default: found } = await import(module);
  if (typeof found === 'function') return found;
  throw new TypeError(
    `${module}: expected a function as the default export, such as "export default ({ x }) => x ** 2", got ${kindOf(found)}`,
  );
}

async function evaluate({ job, params, trial }: ToThread & { readonly type: 'evaluate' }): Promise<void> {
  stopping = new AbortController();
  try {
    const evaluation = await (await objective)(params, contextOf(job, trial, stopping.signal));
    send({ type: 'returned', job, evaluation }, 'what the objective returned');
  } catch (error) {
    port.postMessage({ type: 'broke', job, error: dataOf(error), isInfeasible: error instanceof InfeasibleError } satisfies FromThread);
  }
}

/** Anything can be thrown, including values without text and errors that are their own causes. @param depth among the causes */
function dataOf(error: unknown, depth = 0): ErrorData {
  try {
    if (typeof error !== 'object' || error === null || !('message' in error)) return { message: String(error) };
    const { message, stack, cause } = error as Error;
    const further = cause === undefined || depth === 5 ? undefined : dataOf(cause, depth + 1);
    return omitUndefined({ message: String(message), stack: typeof stack === 'string' ? stack : undefined, cause: further });
  } catch {
    return { message: 'a value that cannot be read' };
  }
}

const contextOf = (job: number, { checkpoint, ...trial }: TrialData, signal: AbortSignal): Trial => ({
  ...trial,
  signal,
  report: (values, step, metrics) => report(job, { values, step, metrics }),
  reportExample: (example, result) => report(job, { example, result }),
  get checkpoint() {
    return checkpoint!;
  },
  set checkpoint(reference) {
    send({ type: 'checkpoint', job, checkpoint: reference }, 'a checkpoint');
    checkpoint = reference;
  },
});

/** Waits until the study has taken the report, so that code that never awaits finds its signal aborted after it. */
function report(job: number, of: Report): void {
  const before = Atomics.load(answers, 0);
  send({ type: 'reported', job, ...of }, 'a report');
  Atomics.wait(answers, 0, before);
  for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port)) obey(next.message);
  if (refused) throw refused.error;
}

/** @param what it tells, for the error. @throws TypeError if it cannot be copied */
function send(news: FromThread, what: string): void {
  try {
    port.postMessage(news);
  } catch (cause) {
    throw new TypeError(`${what} cannot leave its thread: expected numbers and plain data; ${(cause as Error).message}`, { cause });
  }
}
