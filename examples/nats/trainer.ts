// A trainer of the study that engine.ts runs. You can start it before the engine, and it survives restarts of engine and server.
//
//   npx tsx examples/nats/trainer.ts nats://127.0.0.1:4222
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '@nats-io/transport-node';
import { reconnectOptions, trainer } from 'hypertide/nats';

interface Params {
  readonly rate: number;
  readonly depth: number;
}

const [url = 'nats://127.0.0.1:4222'] = process.argv.slice(2);
const nc = await connect({ servers: url, ...reconnectOptions, waitOnFirstConnect: true });

const { done } = trainer<Params>({ nc, study: 'example' }, { slots: 2 }, async ({ rate, depth }, { report, signal }) => {
  let loss = 1;
  for (let step = 1; step <= 5 && !signal.aborted; step++) {
    await sleep(20);
    loss = (Math.log10(rate) + 2) ** 2 + (depth - 4) ** 2 / 10 + 1 / step;
    report(loss, step);
  }
  return loss;
});
await done;
await nc.close();
