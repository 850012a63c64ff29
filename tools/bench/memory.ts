import type { Completed } from '../../src/facts/facts.ts';
import { type EngineRun, runEngine } from '../../streams/engine/runEngine.ts';
import type { Strategy } from '../../streams/index.ts';
import type { Log } from '../../streams/log/log.ts';
import { parseStrategy } from '../../streams/spec/spec.ts';
import { ten } from './overhead.ts';

/** Bytes in memory after garbage collection, buffers included. */
function heap(): number {
  if (globalThis.gc === undefined) throw new Error('node must run with --expose-gc');
  for (let i = 0; i < 3; i++) globalThis.gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** A running engine with `trials` completed trials. */
const played = (strategy: Strategy, trials: number, log: Log): Promise<EngineRun<unknown>> =>
  new Promise((resolve, fail) => {
    const running: EngineRun<unknown> = runEngine<unknown>(
      ten,
      strategy,
      log,
      { trials: trials + 1, seed: 1, parseStrategy },
      {
        direct: (directive) => {
          if (directive.type !== 'suggested') return;
          if (directive.trial > trials) return resolve(running);
          const completed: Completed = { type: 'completed', trial: directive.trial, values: { value: directive.trial % 97 } };
          log.append(completed).catch(fail);
        },
        finished: () => fail(new Error('the study ended early')),
        fail,
      },
    );
  });

/** Bytes of heap per completed trial of ten parameters. */
export async function bytesPerTrial(strategy: Strategy, trials: number, open: () => Promise<Log>): Promise<number> {
  const log = await open();
  const before = heap();
  const { stop } = await played(strategy, trials, log);
  const after = heap();
  stop();
  await log.close();
  return (after - before) / trials;
}
