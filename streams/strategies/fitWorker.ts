import { type FitTask, fitInOrder, type Kernels } from '../../src/numeric/gp/fit.ts';

type Results = readonly (readonly Kernels[])[];

/** Runs in the worker. It is text, so that a bundler needs no second entry. TypeScript sources, as in tests, need a loader. */
const program = `
const { parentPort, workerData } = require('node:worker_threads');
const loader = workerData.endsWith('.ts') ? import('tsx/esm/api').then(({ register }) => register()) : Promise.resolve();
const fit = loader.then(() => import(workerData));
parentPort.on('message', async ({ id, tasks }) => {
  const { fitInOrder } = await fit;
  parentPort.postMessage({ id, results: tasks.map(fitInOrder) });
});
`;

/** This source is two folders below the root; a chunk of the bundle is one folder below `dist`. */
const path = import.meta.url.endsWith('.ts') ? '../../src/numeric/gp/fit.ts' : '../src/numeric/gp/fit.js';
const numbers = new URL(path, import.meta.url).href;

/** Tasks that the worker has, and where their results go. */
interface Waiting {
  readonly tasks: readonly FitTask[];
  readonly resolve: (results: Results) => void;
}

let worker: ReturnType<typeof start>;
let unavailable = false;
let last = 0;
const pending = new Map<number, Waiting>();

/**
 * Fits kernels in one shared worker, so that the event loop stays free. The worker runs the same function, so the results are the same to the
 * bit. If workers cannot start or the worker dies, the kernels are fitted on this thread.
 */
export function fitInWorker(tasks: readonly FitTask[]): Promise<Results> {
  worker ??= start();
  const thread = worker;
  if (!thread) return Promise.resolve(tasks.map(fitInOrder));
  return new Promise((resolve) => {
    const id = ++last;
    pending.set(id, { tasks, resolve });
    thread.ref(); // keeps the process alive until the results arrive
    thread.postMessage({ id, tasks });
  });
}

function start() {
  if (unavailable) return undefined;
  try {
    const { Worker } = globalThis.process.getBuiltinModule('node:worker_threads');
    const thread = new Worker(program, { eval: true, workerData: numbers, execArgv: [] });
    thread.unref();
    thread.on('message', ({ id, results }: { id: number; results: Results }) => {
      pending.get(id)?.resolve(results);
      pending.delete(id);
      if (pending.size === 0) thread.unref();
    });
    thread.on('error', fallBack);
    thread.on('exit', fallBack);
    return thread;
  } catch {
    unavailable = true; // undefined outside Node
    return undefined;
  }
}

/** Fits the unanswered tasks on this thread. */
function fallBack(): void {
  worker = undefined;
  unavailable = true;
  const left = [...pending.values()];
  pending.clear();
  for (const { tasks, resolve } of left) resolve(tasks.map(fitInOrder));
}
