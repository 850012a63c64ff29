/**
 * A study inside your own web server: studiesApp answers below /tuning with the page, requests, agents and metrics. A trainer that knows only HTTP runs
 * the study, and each trial becomes a trace of OpenTelemetry.
 */
import { serve } from '@hono/node-server';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { Hono } from 'hono';
import { createStudy, float, int, space, tpe } from 'hypertide';
import { Metrics, spansFrom } from 'hypertide/monitoring';
import { studiesApp } from 'hypertide/server';

const network = space({ lr: float(1e-4, 1e-1, { log: true }), units: int(16, 256) });
const exporter = new InMemorySpanExporter(); // in your program, the exporter of your platform
const tracer = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).getTracer('tuning');
const study = createStudy(network, {
  study: 'digits',
  objectives: { loss: 'minimize' },
  strategy: tpe(),
  trials: 20,
  parallel: 4,
  lease: 30, // trainers of other programs may ask, and a trial without news for half a minute is tried again
  spans: spansFrom(tracer, 'digits'),
});
const tuning = studiesApp({ digits: study }, { metrics: new Metrics() });

const own = new Hono();
own.get('/', (c) => c.text('my service'));
own.mount('/tuning', tuning.fetch);
const server = serve({ fetch: own.fetch, hostname: '127.0.0.1', port: 0 });
await new Promise((resolve) => server.once('listening', resolve));
const { port } = server.address() as { readonly port: number };
console.log(`the page is at http://127.0.0.1:${port}/tuning/`);

/** A trainer, in any language and on any machine. */
async function post(path: string, body: object = {}): Promise<Readonly<Record<string, unknown>>> {
  const response = await fetch(`http://127.0.0.1:${port}/tuning/v1/studies/digits/${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  return (await response.json()) as Readonly<Record<string, unknown>>;
}
for (;;) {
  const { next, trial, run, params } = await post('ask');
  if (next === 'over') break;
  if (next === 'wait') continue;
  const { lr, units } = params as { readonly lr: number; readonly units: number };
  await post(`trials/${trial}/tell`, { run, values: { loss: (Math.log10(lr) + 2.5) ** 2 + (units - 100) ** 2 / 1e4 } });
}

console.log('the best trial:', study.best()?.params, study.best()?.values);
const metrics = await (await fetch(`http://127.0.0.1:${port}/tuning/metrics`)).text();
console.log(metrics.match(/^hypertide_facts_total.*completed.*$/m)?.[0]);
console.log(`${exporter.getFinishedSpans().filter(({ name }) => name === 'hypertide.trial').length} trials were traced`);
await tuning.close();
await study.close();
server.close();
