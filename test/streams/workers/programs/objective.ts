import { setTimeout as sleep } from 'node:timers/promises';
import { workerData } from 'node:worker_threads';
import { InfeasibleError, type Trial } from '../../../../streams/objective.ts';

/** How often this module was asked for a value: it is loaded once in each thread. */
let calls = 0;

/** What an objective may do, by the parameter `does`. */
const behaviours = {
  count: () => ++calls,
  /** Returns when two threads are here at once, without leaving its event loop free. */
  meet: (x: number) => {
    const arrived = workerData as Int32Array;
    Atomics.add(arrived, 0, 1);
    Atomics.notify(arrived, 0);
    Atomics.wait(arrived, 0, 1);
    return x;
  },
  /** Trains without an await. */
  train: (x: number, { report, signal }: Trial) => {
    let epoch = 0;
    while (epoch < 50 && !signal.aborted) report(x + 1 / ++epoch, epoch);
    return x;
  },
  /** The same, five milliseconds an epoch. */
  trainSlowly: (x: number, { report, signal }: Trial) => {
    for (let epoch = 1; epoch <= 2000 && !signal.aborted; epoch++) {
      for (const until = performance.now() + 5; performance.now() < until; );
      report(x, epoch);
    }
    return x;
  },
  loop: (x: number, { report }: Trial) => {
    report(x, 1);
    for (;;);
  },
  sleep: async (x: number, { report, signal }: Trial) => {
    report(x, 1);
    await sleep(60_000, undefined, { signal }).catch(() => {});
    return x;
  },
  nap: async (x: number) => {
    await sleep(100);
    return x;
  },
  throws: () => {
    throw new RangeError('no such rate', { cause: new Error('the rate was 7') });
  },
  throwsOdd: () => {
    const error = new Error('it has a cause that cannot be copied', { cause: () => {} });
    throw error;
  },
  throwsText: () => {
    throw 'no error at all';
  },
  infeasible: () => {
    throw new InfeasibleError('too large for the memory');
  },
  exits: () => process.exit(3),
  grows: () => {
    const all: number[][] = [];
    for (;;) all.push(Array.from({ length: 100_000 }, () => Math.random()));
  },
  strays: () => {
    queueMicrotask(() => {
      throw new Error('a stray error');
    });
    return new Promise<number>(() => {});
  },
  returnsFunction: () => ({ values: { value: 1 }, extra: () => 2 }),
  reportsFunction: (_: number, { report }: Trial) => {
    report(1, 1, { loss: (() => 2) as never });
    return 1;
  },
  reportsText: (_: number, { report }: Trial) => {
    report('low' as never);
    return 1;
  },
  diverges: (x: number, { report, signal }: Trial) => {
    while (!signal.aborted) report(Number.NaN);
    return x;
  },
  saves: (x: number, trial: Trial) => {
    trial.checkpoint = `${trial.checkpoint ?? 'none'}+${trial.trial}`;
    return x;
  },
  reportsLater: (x: number, { report }: Trial) => {
    setTimeout(() => report(77, 1));
    return x;
  },
};

export type Behaviour = keyof typeof behaviours;
export const names = Object.keys(behaviours) as Behaviour[];

export default ({ does, x }: { readonly does: Behaviour; readonly x: number }, trial: Trial) => behaviours[does](x, trial);
