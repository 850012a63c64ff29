// A study on a NATS server: this process suggests, trainers on any machine train. Start it once or twice, and trainer.ts any number of times.
//
//   nats-server -js &
//   npx tsx examples/nats/engine.ts nats://127.0.0.1:4222
import { connect } from '@nats-io/transport-node';
import { best, float, ga, int, space } from 'hypertide';
import { reconnectOptions, serve } from 'hypertide/nats';

const [url = 'nats://127.0.0.1:4222'] = process.argv.slice(2);
const nc = await connect({ servers: url, ...reconnectOptions, waitOnFirstConnect: true });

const parameters = space({ rate: float(1e-4, 1, { log: true }), depth: int(1, 8) });
const study = await serve(nc, parameters, {
  strategy: ga(),
  study: 'example',
  objectives: { loss: 'minimize' },
  trials: 60,
  parallel: 4,
});
study.entries$.pipe(best()).subscribe(({ trial, values, params }) => console.log(`trial ${trial}`, values, params));
await study.result();
await study.close();
await nc.close();
