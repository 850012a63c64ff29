import { expect, it } from 'vitest';
import type { Fact } from '../../src/facts/facts.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import { Metrics } from '../../src/monitoring/metrics.ts';
import type { StoredSize } from '../../src/monitoring/studyState.ts';
import { monitorApp } from '../../src/server/health.ts';
import { TrialRows } from '../../src/study/trials.ts';
import { float, random, space } from '../../streams/index.ts';
import { createdOf } from '../../streams/spec/options.ts';

const line = space({ x: float(0, 1) });
const created = createdOf(line, random(), { study: 's', objectives: { loss: 'maximize' }, seed: 1, parallel: 4 });
const trial = (id: number, loss: number): Fact[] => [
  { type: 'suggested', trial: id, attempt: 1, by: 'random', params: { x: 0.5 } },
  { type: 'started', trial: id, attempt: 1, run: `r${id}`, trainer: `w${id}` },
  { type: 'completed', trial: id, run: `r${id}`, values: { loss } },
];

/** A process with the studies of these names, which other facts are given to. */
function watched(...names: readonly string[]) {
  const metrics = new Metrics();
  const link = { isConnected: true, isClosed: false };
  const studies = names.map((name) => {
    const ledger = new Ledger<Readonly<Record<string, unknown>>>(line);
    const rows = new TrialRows();
    const study = { served: 'leading', lag: 0, isFull: false, failure: undefined as string | undefined };
    const note = metrics.add(name, {
      state: () => (ledger.created ? { ledger, rows } : undefined),
      served: () => study.served,
      stored: async () => ({ lag: study.lag, bytes: 1234, limit: 5000 }),
      isFull: () => study.isFull,
      failure: () => study.failure,
    });
    const say = (...facts: readonly Fact[]) => {
      for (const fact of facts) {
        const applied = ledger.fold({ position: ledger.position + 1, at: 1_700_000_000_000 + ledger.position, fact });
        rows.apply(applied);
        note(applied);
      }
    };
    return Object.assign(study, { say });
  });
  const app = monitorApp(metrics, { connected: () => link.isConnected, closed: () => link.isClosed });
  const get = async (path: string) => {
    const answer = await app.request(path);
    return { status: answer.status, text: await answer.text() };
  };
  return { metrics, link, studies, get };
}

it('a standby is healthy and ready, and reports that it does not lead', async () => {
  const { studies, get } = watched('digits');
  expect((await get('/readyz')).status).toBe(503); // it has not read the log
  studies[0]!.say(created);
  Object.assign(studies[0]!, { served: 'standby', lag: 3 });
  expect(await get('/healthz')).toEqual({ status: 200, text: 'ok' });
  const { status, text } = await get('/readyz');
  expect(status).toBe(200);
  expect(JSON.parse(text)).toEqual({
    ready: true,
    server: 'connected',
    studies: { digits: { phase: 'running', served: 'standby', position: 1, lastEntry: '2023-11-14T22:13:20.000Z', lag: 3 } },
  });
  const metrics = await get('/metrics');
  const served = (phase: string) => `hypertide_served{study="digits",phase="${phase}"}`;
  for (const sample of [`${served('standby')} 1`, `${served('leading')} 0`, 'hypertide_lag_entries{study="digits"} 3'])
    expect(metrics.text).toContain(sample);
});

it('a worker is not ready while it waits for its studies, or is paused or drained in them', async () => {
  const { metrics, get } = watched();
  metrics.attended.set('digits', 'waiting').set('letters', 'waiting');
  expect(await get('/readyz')).toEqual({
    status: 503,
    text: JSON.stringify({ ready: false, server: 'connected', studies: { digits: { phase: 'waiting' }, letters: { phase: 'waiting' } } }),
  });
  metrics.attended.set('letters', 'working');
  expect((await get('/readyz')).status).toBe(200);
  for (const phase of ['paused', 'drained'] as const) {
    metrics.attended.set('letters', phase);
    const { status, text } = await get('/readyz');
    expect([status, JSON.parse(text).studies.letters]).toEqual([503, { phase }]);
  }
});

it('a process without its server is healthy and not ready; one whose connection is closed for good needs a restart', async () => {
  const { studies, link, get } = watched('digits');
  studies[0]!.say(created);
  link.isConnected = false;
  expect((await get('/healthz')).status).toBe(200);
  expect((await get('/readyz')).status).toBe(503);
  link.isClosed = true;
  expect(await get('/healthz')).toEqual({ status: 503, text: 'the connection to the server is closed' });
});

it('a server that does not answer delays neither health checks nor metrics', async () => {
  const { metrics, studies, get } = watched('digits');
  studies[0]!.say(created);
  let asked = 0;
  const silent = () => {
    asked++;
    return new Promise<StoredSize>(() => {});
  };
  metrics.add('silent', { state: () => undefined, stored: silent });
  const [ready, measured] = await Promise.all([get('/readyz'), get('/metrics')]);
  expect(JSON.parse(ready.text).studies.silent).toEqual({ phase: 'starting' });
  expect(measured.text).toContain('hypertide_lag_entries{study="digits"} 0');
  expect(measured.text).not.toContain('hypertide_lag_entries{study="silent"}');
  await get('/readyz');
  expect(asked).toBe(1); // the first request still waits
});

it('a deleted study leaves no series but its phase, and can begin again', async () => {
  const { metrics, studies, get } = watched('digits', 'letters');
  for (const { say } of studies) say(created, ...trial(1, 1), ...trial(2, 2), { type: 'retracted', trial: 7 });
  const of = (text: string, study: string) => text.split('\n').filter((line) => line.includes(`study="${study}"`));
  const before = (await get('/metrics')).text;
  await metrics.deleted('digits');
  const after = (await get('/metrics')).text;
  expect(of(after, 'digits')).toEqual([
    'hypertide_phase{study="digits",phase="running"} 0',
    'hypertide_phase{study="digits",phase="paused"} 0',
    'hypertide_phase{study="digits",phase="closed"} 0',
    'hypertide_phase{study="digits",phase="deleted"} 1',
  ]);
  expect(of(after, 'letters')).toEqual(of(before, 'letters'));
  expect(JSON.parse((await get('/readyz')).text).studies).not.toHaveProperty('digits');
  metrics.add('digits', { state: () => undefined });
  expect((await get('/metrics')).text).not.toContain('phase="deleted"} 1');
});

it('a process whose server has no room for a study is healthy, and not ready', async () => {
  const { studies, get } = watched('digits');
  studies[0]!.say(created);
  studies[0]!.isFull = true;
  expect((await get('/healthz')).status).toBe(200);
  const { status, text } = await get('/readyz');
  expect([status, JSON.parse(text).studies.digits.store]).toEqual([503, 'full']);
  const metrics = (await get('/metrics')).text;
  for (const [name, value] of Object.entries({ full: 1, bytes: 1234, limit_bytes: 5000 }))
    expect(metrics).toContain(`hypertide_store_${name}{study="digits"} ${value}\n`);
});

it('one failed study of several leaves the process healthy, though not ready', async () => {
  const { studies, get } = watched('one', 'two');
  for (const { say } of studies) say(created);
  studies[0]!.failure = 'the stream HT_one is of another study';
  expect((await get('/healthz')).status).toBe(200);
  const { status, text } = await get('/readyz');
  expect(status).toBe(503);
  expect(JSON.parse(text).studies.one.failure).toBe('the stream HT_one is of another study');
  studies[1]!.failure = 'stalled';
  expect(await get('/healthz')).toEqual({ status: 503, text: 'the stream HT_one is of another study; stalled' });
});

it('metrics show trials by status, the best value and what does not count', async () => {
  const { studies, get, metrics } = watched('digits');
  const [{ say }] = studies as unknown as readonly [(typeof studies)[0] & object];
  say(created, ...trial(1, 3), ...trial(2, 9), { type: 'retracted', trial: 2 }, ...trial(3, 5), ...trial(4, 1).slice(0, 2));
  say(
    { type: 'suggested', trial: 5, attempt: 1, by: 'random', params: { x: 0.5 } },
    { type: 'completed', trial: 1, run: 'r1', values: { loss: 99 } },
  );
  say(
    { type: 'failed', trial: 4, attempt: 1, run: 'r4', reason: 'lost' },
    { type: 'suggested', trial: 4, attempt: 2, by: 'random', params: { x: 0.5 } },
  );
  const { text } = await get('/metrics');
  for (const sample of [
    'hypertide_trials{study="digits",status="completed"} 2',
    'hypertide_trials{study="digits",status="retracted"} 1',
    'hypertide_trials{study="digits",status="waiting"} 2',
    'hypertide_trials{study="digits",status="running"} 0',
    'hypertide_best_value{study="digits",objective="loss"} 5',
    'hypertide_rejected_total{study="digits",code="ended"} 1',
    'hypertide_failed_attempts_total{study="digits",reason="lost"} 1',
    'hypertide_retries_total{study="digits"} 1',
    'hypertide_phase{study="digits",phase="running"} 1',
    'hypertide_trial_seconds_count{study="digits",outcome="completed"} 3',
    'process_cpu_seconds_total',
    'nodejs_eventloop_lag_seconds',
  ])
    expect(text).toContain(sample);
  await metrics.remove('digits');
  expect((await get('/metrics')).text).not.toContain('hypertide_best_value{study="digits"');
});
