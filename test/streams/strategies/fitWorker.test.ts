import { EventEmitter } from 'node:events';
import { beforeEach, expect, it, vi } from 'vitest';
import { type FitTask, fitInOrder } from '../../../src/numeric/gp/fit.ts';
import { rngFor } from '../../../src/numeric/random.ts';

/** Counts fits on this thread; the worker loads the module itself. */
vi.mock(import('../../../src/numeric/gp/fit.ts'), async (original) => {
  const actual = await original();
  return { ...actual, fitInOrder: vi.fn(actual.fitInOrder) };
});

function task(size: number): FitTask {
  const rng = rngFor('fitting', 'test', size);
  const points = Float64Array.from({ length: 2 * size }, rng);
  const targets = Float64Array.from({ length: size }, (_, i) => Math.sin(6 * points[2 * i]!) + points[2 * i + 1]!);
  const features = { width: 2, ordered: 2 };
  return {
    warm: [],
    samples: 2,
    seed: 'test',
    steps: [8, size].map((n) => ({ features, size: n, points, targets: targets.slice(0, n) })),
  };
}

/** A new instance of the module, which keeps one worker. */
async function freshWorker() {
  vi.resetModules();
  return (await import('../../../streams/strategies/fitWorker.ts')).fitInWorker;
}

/** Gives the module another `Worker`. */
const workerIs = (Worker: unknown) =>
  vi.spyOn(process, 'getBuiltinModule').mockReturnValue({ Worker } as unknown as typeof import('node:worker_threads'));

beforeEach(() => {
  vi.restoreAllMocks();
  vi.mocked(fitInOrder).mockClear();
});

it('fits in a worker what it would fit here, to the bit, and leaves the event loop free', async () => {
  const fitInWorker = await freshWorker();
  const tasks = [task(20), task(150)];
  let turns = 0;
  const clock = setInterval(() => turns++, 1);
  const results = await Promise.all([fitInWorker(tasks), fitInWorker([task(10)]), fitInWorker([])]);
  clearInterval(clock);
  expect(turns).toBeGreaterThan(0);
  expect(fitInOrder).not.toHaveBeenCalled(); // otherwise the worker did not answer, and these are results of the fallback
  expect(results).toEqual([tasks.map(fitInOrder), [fitInOrder(task(10))], []]);
});

it('fits here if there are no workers', async () => {
  workerIs(
    class {
      constructor() {
        throw new Error('no threads here');
      }
    },
  );
  const fitInWorker = await freshWorker();
  const results = await fitInWorker([task(10)]);
  expect(fitInOrder).toHaveBeenCalledTimes(1);
  expect(results).toEqual([fitInOrder(task(10))]);
});

it('fits here if the worker ends without an answer', async () => {
  let started = 0;
  workerIs(
    class extends EventEmitter {
      constructor() {
        super();
        started++;
      }
      ref() {}
      unref() {}
      postMessage() {
        setImmediate(() => this.emit('exit', 1));
      }
    },
  );
  const fitInWorker = await freshWorker();
  expect(await fitInWorker([task(10)])).toEqual([fitInOrder(task(10))]);
  expect(await fitInWorker([task(8)])).toEqual([fitInOrder(task(8))]);
  expect(started).toBe(1);
});
