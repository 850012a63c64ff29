import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { trace } from '@opentelemetry/api';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { afterAll, afterEach, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { surrogateChart } from '../../machines/strategies.ts';
import { openTracing } from '../../src/monitoring/openTracing.ts';
import { Tracing } from '../../src/monitoring/tracing.ts';
import { type FitTask, fitInOrder } from '../../src/numeric/gp/fit.ts';
import { boSurrogate } from '../../src/samplers/bo/bo.ts';
import { surrogateCore } from '../../src/samplers/surrogate.ts';
import { child } from '../../src/strategy/env.ts';
import { runEngine } from '../../streams/engine/runEngine.ts';
import type { Say } from '../../streams/evaluate.ts';
import { float, random, space } from '../../streams/index.ts';
import { drive } from '../../streams/kernel/drive.ts';
import { type Strategy, withSpec } from '../../streams/kernel/strategy.ts';
import { memoryLog } from '../../streams/log/memory.ts';
import { trainer } from '../../streams/nats/index.ts';
import { serveStudy as serve } from '../../streams/nats/serve/serveStudy.ts';
import { runTrainer } from '../../streams/nats/trainer/runTrainer.ts';
import { parseStrategy } from '../../streams/spec/spec.ts';
import { hypertide, studyIn, TRAINER } from '../cli/support.ts';
import { natsOfTests } from '../support/natsOfTests.ts';

const exporter = new InMemorySpanExporter();
const server = natsOfTests();
const provide = () => void trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
beforeAll(provide);
afterEach(() => exporter.reset());
afterAll(() => void trace.disable());

const line = space({ x: float(0, 1) });
const spans = () =>
  exporter.getFinishedSpans().map((span) => ({
    name: span.name,
    traceId: span.spanContext().traceId,
    id: span.spanContext().spanId,
    parent: span.parentSpanContext?.spanId,
    trial: span.attributes['hypertide.trial'] as number,
    outcome: span.attributes['hypertide.outcome'],
    attempt: span.attributes['hypertide.attempt'],
    error: span.status.message,
  }));

it('each trial over NATS is one trace: its decision, its run in the worker, and the trial around them', async () => {
  const tracing = new Tracing();
  const study = 'traced';
  const nc = await server.connect();
  const served = await serve(nc, line, { study, strategy: random(), trials: 3, spans: tracing.spansOf(study) });
  const environments: Record<string, string>[] = [];
  const worker = runTrainer<{ x: number }>(await server.connect(), study, ({ suggestion: { trial, attempt }, run, traceparent }) => {
    const traced = tracing.begin({ study, trial, attempt, run, traceparent });
    environments.push(traced.environment);
    const lost = trial === 2 && attempt === 1;
    const end = lost
      ? ({ type: 'failed', trial, attempt, run, reason: 'preempted', message: 'away' } as const)
      : ({ type: 'completed', trial, run, values: { value: 1 } } as const);
    const begin = (_: unknown, say: Say) => {
      setTimeout(() => {
        traced.end(end);
        say.end(end);
      });
      return { stop: () => {}, preempt: () => {} };
    };
    return { begin };
  });
  await served.port.finished;
  await worker.done;
  await served.close();
  const all = spans();
  for (const trial of [1, 2, 3]) {
    const own = all.filter((span) => span.trial === trial);
    const root = own.find(({ name }) => name === 'hypertide.trial')!;
    expect(new Set(own.map(({ traceId }) => traceId))).toEqual(new Set([root.traceId]));
    expect(own.filter(({ name }) => name !== 'hypertide.trial').map(({ parent }) => parent)).toEqual(
      Array(trial === 2 ? 4 : 2).fill(root.id),
    );
    expect(root).toMatchObject({ parent: undefined, outcome: 'completed' });
  }
  const runs = all.filter(({ name }) => name === 'hypertide.run');
  expect(runs.map(({ trial, attempt, outcome, error }) => [trial, attempt, outcome, error])).toContainEqual([
    2,
    1,
    'failed',
    'preempted: away',
  ]);
  expect(new Set(environments.map(({ TRACEPARENT }) => TRACEPARENT))).toEqual(
    new Set(runs.map(({ traceId, id }) => `00-${traceId}-${id}-01`)),
  );
});

it('the lines of run about a trial name its trace, as its spans do', async () => {
  const place = studyIn('trials: 2\n');
  const lines = async () => {
    const { err } = await hypertide(place, 'run', 'study.yaml', '--log-format', 'json', '--', ...TRAINER);
    return err.split('\n').flatMap((line) => (line.includes('"trial":') ? [JSON.parse(line)] : []));
  };
  vi.stubEnv('OTEL_SERVICE_NAME', 'test');
  const traced = await lines();
  const runs = spans().filter(({ name }) => name === 'hypertide.run');
  expect(runs).toHaveLength(2);
  expect(traced.map(({ trial, trace_id }) => [trial, trace_id])).toEqual(runs.map(({ trial, traceId }) => [trial, traceId]));
  rmSync(join(place, 'study.jsonl'));
  vi.unstubAllEnvs();
  for (const line of await lines()) expect(line).not.toHaveProperty('trace_id');
});

it('without an SDK, a trace has no id', () => {
  trace.disable();
  onTestFinished(provide);
  expect(new Tracing().begin({ study: 's', trial: 1, attempt: 1, run: '1.1', traceparent: undefined }).id).toBeUndefined();
});

it('of two engines, only the one whose decision was stored traces it', async () => {
  const study = 'paired';
  const engines = [];
  for (let i = 0; i < 2; i++)
    engines.push(
      await serve(await server.connect(), line, {
        study,
        strategy: random(),
        trials: 12,
        parallel: 3,
        spans: new Tracing().spansOf(study),
      }),
    );
  await trainer<{ x: number }>({ nc: await server.connect(), study }, {}, ({ x }) => x).done;
  for (const engine of engines) await engine.close();
  const asks = spans().filter(({ name, attempt }) => name === 'hypertide.ask' && attempt === 1);
  expect(asks.map(({ trial }) => trial).sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
});

/** `bo`, whose fits are all made elsewhere. */
const model: Strategy = withSpec('bo', (parent) => {
  const env = child(parent, 'bo');
  const settings = { startup: 4, costAware: false, integrated: false } as const;
  const elsewhere = async (tasks: readonly FitTask[]) => tasks.map(fitInOrder);
  return drive(surrogateChart, surrogateCore(env, boSurrogate(env, settings, 0), elsewhere), env);
});

it('the fit of a model that an ask waited for is a span before the ask', async () => {
  const study = 'fitted';
  const log = memoryLog();
  const finished = new Promise<void>((resolve, reject) => {
    const running = runEngine<{ x: number }>(
      line,
      model,
      log,
      { study, trials: 9, spans: new Tracing().spansOf(study), parseStrategy },
      {
        direct: (directive) => {
          if (directive.type !== 'suggested') return;
          const { trial, attempt, params } = directive;
          void log.append({ type: 'started', trial, attempt, run: `r${trial}` });
          void log.append({ type: 'completed', trial, run: `r${trial}`, values: { value: (params.x - 0.3) ** 2 } });
        },
        finished: () => {
          running.stop();
          resolve();
        },
        fail: reject,
      },
    );
  });
  await finished;
  const names = spans().map(({ name, trial }) => `${name} ${trial}`);
  expect(names.filter((name) => name.startsWith('hypertide.trial'))).toHaveLength(9);
  expect(names.filter((name) => name.startsWith('hypertide.fit')).length).toBeGreaterThan(0);
});

it('is off unless a variable of OpenTelemetry is set', async () => {
  expect(await openTracing({ PATH: '/bin' })).toBeUndefined();
  expect(await openTracing({ OTEL_SERVICE_NAME: 'hypertide' })).toBeInstanceOf(Tracing);
});
