// The tuning service of a small event-driven platform. Each message on `retrain` begins a study; its best configuration goes to
// `registry.<model>`, to which a model registry subscribes. A study begins with the best configuration of the study before it.
//
//   nats-server -js &
//   npx tsx examples/platform/tuner.ts &
//   npx tsx examples/platform/trainers.ts &
//   npx tsx examples/platform/trigger.ts
import { connect } from '@nats-io/transport-node';
import { float, type Infer, space } from 'hypertide';
import { reconnectOptions, serve } from 'hypertide/nats';
import { deliver, type Registered, type Retrain } from './messages.ts';

const [url = 'nats://127.0.0.1:4222'] = process.argv.slice(2);
const nc = await connect({ servers: url, ...reconnectOptions, waitOnFirstConnect: true });

const smoothing = space({ level: float(0.01, 1), trend: float(0.001, 1, { log: true }) });
/** The best configuration of each model so far. */
const bests = new Map<string, Infer<typeof smoothing>>();

for await (const message of nc.subscribe('retrain')) {
  const { model, version, series } = message.json<Retrain>();
  message.respond();
  const name = `${model}-${version}`;
  const before = bests.get(model);
  const study = await serve(nc, smoothing, { study: name, objectives: { error: 'minimize' }, trials: 30, parallel: 4 });
  if (before) await study.enqueue(before);
  await deliver(nc, 'studies.begun', { study: name, series });
  const { best } = await study.result();
  await study.close();
  const { trial, values, params } = best!;
  bests.set(model, params);
  const registered: Registered = { study: name, trial, error: values.error, params };
  nc.publish(`registry.${model}`, JSON.stringify(registered));
}
