// The training service of a small event-driven platform, see tuner.ts. It evaluates the trials of each study that begins; start it on as many machines as
// you like. A trial forecasts a series by Holt's linear smoothing, and its error is the mean square of the forecasts' errors.
import { connect } from '@nats-io/transport-node';
import { reconnectOptions, trainer } from 'hypertide/nats';
import type { Begun } from './messages.ts';

const [url = 'nats://127.0.0.1:4222'] = process.argv.slice(2);
const nc = await connect({ servers: url, ...reconnectOptions, waitOnFirstConnect: true });

function errorOf(series: readonly number[], { level, trend }: { readonly level: number; readonly trend: number }): number {
  let [at, slope, sum] = [series[0]!, series[1]! - series[0]!, 0];
  for (const value of series.slice(1)) {
    const forecast = at + slope;
    sum += (value - forecast) ** 2;
    at = level * value + (1 - level) * forecast;
    slope += level * trend * (value - forecast);
  }
  return sum / (series.length - 1);
}

for await (const message of nc.subscribe('studies.begun')) {
  const { study, series } = message.json<Begun>();
  message.respond();
  trainer<{ level: number; trend: number }>({ nc, study }, { slots: 2 }, (params) => errorOf(series, params));
}
