/** A study without streams: ask for a trial, report, obey a stop, and tell the result. */
import assert from 'node:assert/strict';
import { chain, createStudy, float, percentileStop, random, space } from 'hypertide';

const rates = space({ rate: float(1e-4, 1, { log: true }) });
/** The error after some epochs of a training that is best at a rate of 0.01. */
const errorAfter = (epochs: number, rate: number): number => Math.abs(Math.log10(rate) + 2) + 1 / epochs;

const study = createStudy(rates, { strategy: chain(percentileStop({ warmup: 3 }), random()), trials: 30, seed: 3 });
await study.enqueue({ rate: 0.02 }); // try first what worked last time

const ended = { told: 0, stopped: 0 };
let best = Number.POSITIVE_INFINITY;
for (let next = await study.ask(); next; next = await study.ask()) {
  const { trial, params } = next;
  let stop = false;
  for (let epoch = 1; epoch <= 10 && !stop; epoch++) {
    ({ stop } = await study.report(trial, errorAfter(epoch, params.rate), epoch));
  }
  if (stop) {
    await study.stopped(trial);
    ended.stopped++;
  } else {
    const error = errorAfter(10, params.rate);
    await study.tell(trial, error);
    ended.told++;
    best = Math.min(best, error);
  }
}
await study.close();

console.log(`${ended.told} trials ran to the end, ${ended.stopped} were stopped; the best error is ${best.toFixed(3)}`);
assert.equal(ended.told + ended.stopped, 30);
assert.ok(ended.stopped > 5);
assert.ok(best < 0.45);
