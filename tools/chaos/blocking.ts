// A trainer that reports for a long time, and blocks its event loop for a minute on SIGUSR2.
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '@nats-io/transport-node';
import { trainer } from '../../streams/nats/index.ts';

const [servers, study] = process.argv.slice(2);
process.on('SIGUSR2', () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000));
const nc = await connect({ servers: servers! });
await trainer({ nc, study: study! }, {}, async (_, { report }) => {
  for (let step = 1; ; step++) {
    report(step, step);
    await sleep(300);
  }
}).done;
