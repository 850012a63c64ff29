import { Worker } from 'node:worker_threads';

/** Runs in the thread. It is text so that TypeScript sources, as in tests, can register a loader first, wherever the process was started. */
const program = `
const { parentPort, workerData: { path, loader } } = require('node:worker_threads');
const ready = loader ? import(loader).then(({ register }) => register()) : Promise.resolve();
const module = ready.then(() => import(path));
let last = module;
parentPort.on('message', ({ id, call, data }) => {
  last = last.catch(() => {}).then(async () => (await module)[call](data));
  last.then((result) => parentPort.postMessage({ id, result }), (error) => parentPort.postMessage({ id, failure: error.message }));
});
`;

interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly failure?: string;
}

/** A thread that calls the functions of a module one after the other, so that the server stays free. What they take and return is plain data. */
export class Thread<Calls extends { readonly [K in keyof Calls]: (data: never) => unknown }> {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, { readonly resolve: (result: never) => void; readonly reject: (error: Error) => void }>();
  #calls = 0;

  /** @param file of the module below `src`, without its ending; it is an entry of the bundle, whose chunks are one folder below `dist`. */
  constructor(file: string) {
    const source = import.meta.url.endsWith('.ts');
    const path = new URL(source ? `../${file}.ts` : `../src/${file}.js`, import.meta.url).href;
    const loader = source ? import.meta.resolve('tsx/esm/api') : undefined;
    this.#worker = new Worker(program, { eval: true, workerData: { path, loader }, execArgv: [] });
    this.#worker.unref();
    this.#worker.on('message', ({ id, result, failure }: Answer) => {
      const { resolve, reject } = this.#waiting.get(id)!;
      this.#waiting.delete(id);
      if (failure === undefined) resolve(result as never);
      else reject(new Error(failure));
    });
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', () => this.#fail(new Error('the thread has ended')));
  }

  /** @throws Error with the message of what the function throws, or if the thread ends */
  call<K extends keyof Calls>(call: K, data: Parameters<Calls[K]>[0]): Promise<Awaited<ReturnType<Calls[K]>>> {
    return new Promise((resolve, reject) => {
      const id = ++this.#calls;
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, call, data });
    });
  }

  #fail(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }

  close(): void {
    void this.#worker.terminate();
  }
}
