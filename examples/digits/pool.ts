import { Worker } from 'node:worker_threads';
import type { Score } from './model.ts';
import type { Checkpoint, NetworkConfig } from './network.ts';
import type { Job, Reply, Request, Requests } from './worker.ts';

export interface TrainOptions {
  /** The epoch to train to, counting those before the checkpoint `from`. */
  readonly epochs: number;
  /** The checkpoint to resume from. */
  readonly from?: Checkpoint | undefined;
  /** Called after each epoch. The next one begins when it has returned, or its promise is fulfilled. */
  readonly onEpoch?: (epoch: number, validation: Score) => unknown;
  /** Ends training after the epoch that is running. */
  readonly signal?: AbortSignal | undefined;
}

export interface Trained {
  /** The epoch reached, counting those before the checkpoint. */
  readonly epoch: number;
  /** Whether `signal` ended it before `epochs`. */
  readonly stopped: boolean;
  readonly validation: Score;
  /** For the report at the end, never to choose by. */
  readonly test: Score;
  readonly checkpoint: Checkpoint;
}

export interface Trainers {
  /**
   * Trains a network for the digits in a thread of its own; waits while all are busy.
   *
   * @throws what the configuration, `onEpoch` or the thread threw; Error when the pool is closed.
   */
  train(config: NetworkConfig, options: TrainOptions): Promise<Trained>;
  /** Ends all threads. What is still training is rejected. */
  close(): Promise<void>;
}

/**
 * Up to `count` threads that train networks for the digits in parallel. They start when they are first needed, and keep the process alive
 * until `close`.
 *
 * @param program what the threads run: something that answers the requests of `worker.ts`.
 * @example
 * const pool = trainers(2);
 * const { validation } = await pool.train({ units: 32, learningRate: 0.03, l2: 1e-4 }, { epochs: 27 });
 * await pool.close();
 */
export const trainers = (count: number, program = new URL('./worker.mjs', import.meta.url)): Trainers => {
  if (!(Number.isInteger(count) && count >= 1)) throw new RangeError(`trainers: expected a whole number of at least 1, but got ${count}`);
  const slots: Slot[] = Array.from({ length: count }, () => ({}));
  const free = [...slots];
  const waiting: ((slot: Slot) => void)[] = [];
  let closed = false;

  const acquire = async (): Promise<Slot> => free.pop() ?? new Promise((resolve) => waiting.push(resolve));
  const release = (slot: Slot): void => {
    const next = waiting.shift();
    if (next) next(slot);
    else free.push(slot);
  };

  return {
    async train(config, options) {
      const slot = await acquire();
      try {
        if (closed) throw poolClosed();
        if (!slot.thread?.alive) slot.thread = startThread(program);
        return await trainOn(slot.thread, config, options);
      } finally {
        release(slot);
      }
    },
    async close() {
      closed = true;
      await Promise.all(slots.map((slot) => slot.thread?.end()));
    },
  };
};

/** A slot for a thread. It starts the thread at first use, and again if the thread has died. */
interface Slot {
  thread?: Thread;
}

interface Thread {
  readonly alive: boolean;
  ask<T extends keyof Requests>(type: T, job?: Job): Promise<ReturnType<Requests[T]>>;
  end(): Promise<unknown>;
}

const trainOn = async (thread: Thread, config: NetworkConfig, { epochs, from, onEpoch, signal }: TrainOptions): Promise<Trained> => {
  let { epoch } = await thread.ask('start', { config, from });
  while (epoch < epochs && !signal?.aborted) {
    const progress = await thread.ask('trainEpoch');
    epoch = progress.epoch;
    await onEpoch?.(epoch, progress.validation);
  }
  return { ...(await thread.ask('finish')), stopped: epoch < epochs };
};

const poolClosed = () => new Error('trainers: the pool is closed');

const startThread = (program: URL): Thread => {
  const worker = new Worker(program, { execArgv: [] });
  let pending: { resolve: (value: never) => void; reject: (error: unknown) => void } | undefined;
  let death: unknown;

  const die = (error: unknown): void => {
    death ??= error;
    pending?.reject(death);
    pending = undefined;
  };
  worker.on('message', (reply: Reply) => {
    if ('error' in reply) pending?.reject(reply.error);
    else pending?.resolve(reply.value as never);
    pending = undefined;
  });
  worker.on('error', die);
  worker.on('messageerror', (error) => {
    die(error);
    void worker.terminate();
  });
  worker.on('exit', (code) => die(new Error(`trainers: a thread ended with exit code ${code}`)));

  return {
    get alive() {
      return death === undefined;
    },
    ask: (type, job) =>
      new Promise((resolve, reject) => {
        if (death !== undefined) return reject(death);
        worker.postMessage({ type, job } satisfies Request);
        pending = { resolve, reject };
      }),
    end() {
      die(poolClosed());
      return worker.terminate();
    },
  };
};
