import { Worker, type WorkerOptions } from 'node:worker_threads';
import { omitUndefined } from '../../src/schema/omitUndefined.ts';
import { type Evaluation, InfeasibleError, type Trial } from '../objective.ts';
import type { ErrorData, FromThread, Report, ToThread } from './workerMessages.ts';

/** A trial that a thread evaluates. */
interface Job {
  readonly trial: Trial;
  readonly resolve: (evaluation: Evaluation) => void;
  readonly reject: (error: unknown) => void;
}

export interface ThreadOptions {
  /** Seconds that a trial has to end after its signal has aborted. */
  readonly grace: number;
  readonly worker: WorkerOptions;
}

/** This source is next to that of the thread; a chunk of the bundle is one folder below `dist`. The source needs a loader, which threads of Node 20 do not inherit. */
const path = import.meta.url.endsWith('.ts') ? './thread.ts' : '../streams/workers/thread.js';
const file = new URL(path, import.meta.url).href;
const loader = file.endsWith('.ts') ? import.meta.resolve('tsx/esm/api') : undefined;
const program = `(async () => {
  ${loader === undefined ? '' : `(await import(${JSON.stringify(loader)})).register();`}
  await import(${JSON.stringify(file)});
})()`;

/** A thread that evaluates the objective of a module, one trial at a time. It keeps the process alive only while it does. */
export class ObjectiveThread {
  readonly #worker: Worker;
  readonly #grace: number;
  readonly #answers = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  #job: Job | undefined;
  #jobs = 0;
  #deadline: ReturnType<typeof setTimeout> | undefined;
  #isOver = false;
  /** What ended it. */
  #failure: unknown;

  /** @param ended called when the thread is gone */
  constructor(module: URL, { grace, worker }: ThreadOptions, ended: (thread: ObjectiveThread) => void) {
    this.#grace = grace;
    this.#worker = new Worker(program, { execArgv: [], ...worker, eval: true });
    this.#worker.unref();
    this.#worker.on('message', (news: FromThread) => this.#hear(news));
    const fail = (error: unknown) => {
      this.#failure = error;
      this.end();
    };
    this.#worker.on('error', fail);
    this.#worker.on('messageerror', fail);
    this.#worker.on('exit', (code) => {
      this.#isOver = true;
      ended(this);
      const why =
        this.#deadline === undefined
          ? `with exit code ${code}: an objective must not end its process`
          : `as the trial did not end within ${grace} s after it should have`;
      this.#settle()?.reject(this.#failure ?? new Error(`the thread of the trial ended ${why}`));
    });
    this.#tell({ type: 'open', module: module.href, answers: this.#answers });
  }

  /** Whether it can evaluate no more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Resolves to what the objective returns. @throws what it throws; Error if the thread ends before */
  evaluate(params: unknown, given: Trial): Promise<Evaluation> {
    return new Promise((resolve, reject) => {
      this.#job = { trial: given, resolve, reject };
      this.#worker.ref();
      const { trial, attempt, budget, examples, resumes, checkpoint, tags } = given;
      this.#tell({
        type: 'evaluate',
        job: ++this.#jobs,
        params,
        trial: omitUndefined({ trial, attempt, budget, examples, resumes, checkpoint, tags }),
      });
    });
  }

  /** Tells the objective that its trial should stop, and ends the thread if it has not returned in time. */
  abort(reason: unknown): void {
    this.#deadline ??= setTimeout(() => this.end(), this.#grace * 1000).unref();
    try {
      this.#tell({ type: 'abort', reason });
    } catch {
      this.#tell({ type: 'abort', reason: new Error(String(reason)) }); // it cannot be copied
    }
  }

  /** Ends, unless a trial runs. One that should have ended no longer keeps the process alive. */
  close(): void {
    if (this.#job === undefined) this.end();
    else if (this.#deadline !== undefined) this.#worker.unref();
  }

  end(): void {
    this.#isOver = true;
    void this.#worker.terminate();
  }

  #tell(order: ToThread): void {
    this.#worker.postMessage(order);
  }

  #hear(news: FromThread): void {
    const trial = news.job === this.#jobs ? this.#job?.trial : undefined;
    if (news.type === 'reported') this.#take(trial, news);
    else if (trial === undefined) return;
    else if (news.type === 'checkpoint') Object.assign(trial, { checkpoint: news.checkpoint });
    else if (news.type === 'returned') this.#settle()!.resolve(news.evaluation);
    else this.#settle()!.reject(errorOf(news.error, news.isInfeasible ? InfeasibleError : Error));
  }

  /** The answer follows in the next turn: by then, the study knows whether the trial should stop. */
  #take(trial: Trial | undefined, said: Report): void {
    const refused: { error?: unknown } = {};
    try {
      if ('example' in said) trial?.reportExample(said.example, said.result as number);
      else trial?.report(said.values as number, said.step, said.metrics);
    } catch (error) {
      refused.error = error;
    }
    setImmediate(() => {
      this.#tell({ type: 'answered', ...refused });
      Atomics.add(this.#answers, 0, 1);
      Atomics.notify(this.#answers, 0);
    });
  }

  #settle(): Job | undefined {
    const job = this.#job;
    this.#job = undefined;
    clearTimeout(this.#deadline);
    this.#deadline = undefined;
    this.#worker.unref();
    return job;
  }
}

/** What a thread threw. @param kind its class */
function errorOf({ message, stack, cause }: ErrorData, kind: ErrorConstructor | typeof InfeasibleError = Error): Error {
  const error = new kind(message, cause && { cause: errorOf(cause) });
  Object.assign(error, { stack });
  return error;
}
