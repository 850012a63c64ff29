// Asks the platform of tuner.ts for a model, and again after the data have changed: then they are noisy, and a model that reacts less is better.
import { connect } from '@nats-io/transport-node';
import { reconnectOptions } from 'hypertide/nats';
import { deliver, type Registered } from './messages.ts';

const [url = 'nats://127.0.0.1:4222'] = process.argv.slice(2);
const nc = await connect({ servers: url, ...reconnectOptions, waitOnFirstConnect: true });

/** A series with a trend that turns now and then. */
const seriesWith = (noise: number): number[] =>
  Array.from({ length: 200 }, (_, t) => 10 * Math.sin(t / 15) + noise * Math.sin(12.9898 * t * t));

const registry = nc.subscribe('registry.demand')[Symbol.asyncIterator]();
for (const [version, noise] of [0.1, 3].entries()) {
  await deliver(nc, 'retrain', { model: 'demand', version: version + 1, series: seriesWith(noise) });
  const { value } = await registry.next();
  const { study, trial, error, params }: Registered = value.json();
  const { level, trend } = params as { readonly level: number; readonly trend: number };
  console.log(`${study}: trial ${trial}, error ${error.toPrecision(3)} with level ${level.toFixed(2)} and trend ${trend.toFixed(3)}`);
}
await nc.close();
