import { Worker } from 'node:worker_threads';
import type { RequestFailure } from '../../errors.ts';
import { refusedElsewhere } from '../../study/commands.ts';
import type * as calls from './inThread.ts';

/** Runs in the thread. It is text so that TypeScript sources, as in tests, can register a loader first, wherever the process was started. */
const program = `
const { parentPort, workerData: { path, loader } } = require('node:worker_threads');
const ready = loader ? import(loader).then(({ register }) => register()) : Promise.resolve();
const module = ready.then(() => import(path));
parentPort.on('message', async ({ call, data }) => {
  if (call === 'stopAnswering') return (await module).stopAnswering();
  try {
    parentPort.postMessage({ result: await (await module)[call](data) });
  } catch (error) {
    parentPort.postMessage({ failure: (await module).failureOf(error) });
  }
});
`;

interface Answer {
  readonly result?: unknown;
  readonly failure?: RequestFailure;
}

type Calls = Pick<typeof calls, 'begin' | 'add' | 'answer'>;

/** A thread that calls functions of `inThread.ts`, one at a time, so that the server stays free. What they take and return is plain data. */
export class Thread {
  readonly #worker: Worker;
  #pending: { readonly resolve: (result: unknown) => void; readonly reject: (error: Error) => void } | undefined;

  constructor() {
    const source = import.meta.url.endsWith('.ts');
    const path = new URL(source ? './inThread.ts' : '../src/server/questions/inThread.js', import.meta.url).href;
    const loader = source ? import.meta.resolve('tsx/esm/api') : undefined;
    this.#worker = new Worker(program, { eval: true, workerData: { path, loader }, execArgv: [] });
    this.#worker.unref();
    this.#worker.on('message', ({ result, failure }: Answer) => {
      if (!failure) return this.#pending?.resolve(result);
      this.#pending?.reject(failure.code === 'internal' ? new Error(failure.error) : refusedElsewhere(failure));
    });
    this.#worker.on('error', (error) => this.#pending?.reject(error));
    this.#worker.on('exit', () => this.#pending?.reject(new Error('the thread has ended')));
  }

  /** @throws RefusedError, or an error with the message of what the function throws, or if the thread ends */
  call<K extends keyof Calls>(call: K, data: Parameters<Calls[K]>[0]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#pending = { resolve, reject };
      this.#worker.postMessage({ call, data });
    });
  }

  /** Ends the answer under way soon. */
  cancel(): void {
    this.#worker.postMessage({ call: 'stopAnswering' });
  }

  close(): void {
    void this.#worker.terminate();
  }
}
