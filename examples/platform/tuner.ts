// The tuning service of a small event-driven platform. Each message on `retrain` begins a study; its best configuration goes to
// `registry.<model>`, to which a model registry subscribes. A study begins with the best configuration of the study before it.
//
//   nats-server -js &
//   npx tsx examples/platform/tuner.ts &
//   npx tsx examples/platform/trainers.ts &
//   npx tsx examples/platform/trigger.ts
import { connect } from '@nats-io/transport-node';
import { type AppliedEntry, best, float, space, type TrialRow } from 'hypertide';
import { reconnectOptions, serve } from 'hypertide/nats';
import { Subject } from 'rxjs';
import { deliver, type Registered, type Retrain } from './messages.ts';

const [url = 'nats://127.0.0.1:4222'] = process.argv.slice(2);
const nc = await connect({ servers: url, ...reconnectOptions, waitOnFirstConnect: true });

const smoothing = space({ level: float(0.01, 1), trend: float(0.001, 1, { log: true }) });
const bests = new Map<string, TrialRow<unknown>>();

for await (const message of nc.subscribe('retrain')) {
  const { model, version, series } = message.json<Retrain>();
  message.respond();
  const study = `${model}-${version}`;
  const before = bests.get(model);
  const applied$ = new Subject<AppliedEntry>();
  applied$.pipe(best()).subscribe((row) => bests.set(model, row));
  const engine = await serve(nc, smoothing, {
    study,
    objectives: { error: 'minimize' },
    trials: 30,
    parallel: 4,
    onEntry: (applied) => applied$.next(applied),
  });
  if (before) await nc.request(`ht.${study}.rpc.enqueue`, JSON.stringify({ params: before.params }));
  await deliver(nc, 'studies.begun', { study, series });
  await engine.finished;
  await engine.close();
  const { trial, values, params } = bests.get(model)!;
  const registered: Registered = { study, trial, error: values!.error!, params };
  nc.publish(`registry.${model}`, JSON.stringify(registered));
}
