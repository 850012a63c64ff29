/**
 * An objective that never awaits runs in this thread one trial at a time, whatever `parallel` says. `workers` evaluates it in threads, where it can
 * still be stopped early. With two threads, the same study takes about half of the time if two processors are free.
 */
import assert from 'node:assert/strict';
import { chain, float, optimize, percentileStop, random, space } from 'hypertide';
import { workers } from 'hypertide/workers';

const gains = space({ stiffness: float(1, 100, { log: true }), damping: float(0.1, 30, { log: true }) });
const swing = workers<{ readonly stiffness: number; readonly damping: number }>(new URL('./workers/pendulum.mjs', import.meta.url));

for (const parallel of [1, 2]) {
  const begun = performance.now();
  const { best, completed, stopped } = await optimize(gains, swing, {
    strategy: chain(percentileStop({ warmup: 2 }), random()),
    trials: 20,
    parallel,
    timeLimit: 60,
  });
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  console.log(`${parallel} at a time: ${completed} trials completed and ${stopped} stopped early in ${seconds} s; the best:`, best?.params);
  assert.ok(stopped > 0);
}
