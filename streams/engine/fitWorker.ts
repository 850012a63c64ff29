import { type FitTask, fitInTurn, type Kernels } from '../../src/numeric/gp/fit.ts';

type Results = readonly (readonly Kernels[])[];

/** Runs in the thread. It is text, so that whoever bundles this package needs no second entry. Sources, as tests run them, need a loader. */
const program = `
const { parentPort, workerData } = require('node:worker_threads');
const loader = workerData.endsWith('.ts') ? import('tsx/esm/api').then(({ register }) => register()) : Promise.resolve();
const fit = loader.then(() => import(workerData));
parentPort.on('message', async ({ id, tasks }) => {
  const { fitInTurn } = await fit;
  parentPort.postMessage({ id, results: tasks.map(fitInTurn) });
});
`;

/** The sources lie in folders of their own; the bundle's chunks all lie one folder below `dist`. */
const path = import.meta.url.endsWith('.ts') ? '../../src/numeric/gp/fit.ts' : '../src/numeric/gp/fit.js';
const numbers = new URL(path, import.meta.url).href;

/** What is to be told of a task that is under way. */
interface Waiting {
  readonly tasks: readonly FitTask[];
  readonly resolve: (results: Results) => void;
}

let worker: ReturnType<typeof start>;
let impossible = false;
let last = 0;
const underWay = new Map<number, Waiting>();

/**
 * Fits kernels in the one thread there is for that, so that no ask has to wait for it. It is the same function as here, so the results are
 * the same to the bit. Where there are no threads, or the thread does not live, they are fitted on the spot.
 */
export function fitInWorker(tasks: readonly FitTask[]): Promise<Results> {
  worker ??= start();
  const thread = worker;
  if (!thread) return Promise.resolve(tasks.map(fitInTurn));
  return new Promise((resolve) => {
    const id = ++last;
    underWay.set(id, { tasks, resolve });
    thread.ref(); // a process that waits for nothing else waits for this
    thread.postMessage({ id, tasks });
  });
}

function start() {
  if (impossible) return undefined;
  try {
    const { Worker } = globalThis.process.getBuiltinModule('node:worker_threads');
    const thread = new Worker(program, { eval: true, workerData: numbers, execArgv: [] });
    thread.unref();
    thread.on('message', ({ id, results }: { id: number; results: Results }) => {
      underWay.get(id)?.resolve(results);
      underWay.delete(id);
      if (underWay.size === 0) thread.unref();
    });
    thread.on('error', giveUp);
    thread.on('exit', giveUp);
    return thread;
  } catch {
    impossible = true; // not in Node
    return undefined;
  }
}

/** Does here what the thread will not do. */
function giveUp(): void {
  worker = undefined;
  impossible = true;
  const left = [...underWay.values()];
  underWay.clear();
  for (const { tasks, resolve } of left) resolve(tasks.map(fitInTurn));
}
