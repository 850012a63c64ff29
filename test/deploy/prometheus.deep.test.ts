import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { directory, start, studyIn, until } from '../cli/support.ts';
import { root } from '../support/documents.ts';
import { type NatsServer, natsServer } from '../support/nats.ts';
import { freePort } from '../support/ports.ts';
import type { Started } from '../support/started.ts';

const tools = execFileSync(fileURLToPath(new URL('../scripts/ensure-prometheus.sh', import.meta.url)), { encoding: 'utf8' }).trim();
const promtool = (...args: readonly string[]) =>
  execFileSync(join(tools, 'promtool'), args, { cwd: join(root, 'deploy/prometheus'), encoding: 'utf8' });

it('the rules and the example of a configuration are valid, and each rule fires in time and not before', () => {
  expect(promtool('check', 'rules', 'alerts.yaml')).toContain(`${rules.length} rules found`);
  expect(promtool('check', 'config', 'prometheus.yaml')).toContain('is valid prometheus config file syntax');
  expect(promtool('test', 'rules', 'alerts.test.yaml')).toContain('SUCCESS');
});

let server: NatsServer;
let place: string;
let api: string;
let prometheus: ChildProcess;
const started: Started[] = [];

/** A study with a trial that fails, one that is lost and an entry that does not count, read by Prometheus each second. */
beforeAll(async () => {
  server = await natsServer(
    'accounts { TEAM { jetstream { max_mem: 10M, max_file: 1G }, users [{ user: team, password: x }] } }\nno_auth_user: team',
  );
  place = studyIn('name: eyes\nobjective: minimize loss\nstrategy: random\nparallel: 8\n', directory());
  writeFileSync(join(place, 'train.sh'), 'case $HYPERTIDE_TRIAL in 15|25) exit 3;; esac\nsleep 0.1\necho loss=$1\n');
  const [engine, worker, port] = [await freePort(), await freePort(), await freePort()];
  const nats = ['--nats', server.url];
  const claimed = await claims();
  started.push(start(place, 'serve', 'study.yaml', ...nats, '--lease', '2', '--max-bytes', '20MB', '--monitor', String(engine)));
  await until(claimed);
  started.push(start(place, 'worker', `${server.url}/eyes`, '--parallel', '2', '--monitor', String(worker), '--', 'sh', 'train.sh', '{x}'));
  const scrape = [
    ['hypertide-engine', engine],
    ['hypertide-worker', worker],
  ].map(([job, at]) => ({ job_name: job, static_configs: [{ targets: [`127.0.0.1:${at}`] }] }));
  writeFileSync(join(place, 'prometheus.yml'), JSON.stringify({ global: { scrape_interval: '1s' }, scrape_configs: scrape }));
  api = `http://127.0.0.1:${port}/api/v1`;
  const options = ['--config.file=prometheus.yml', '--storage.tsdb.path=data', `--web.listen-address=127.0.0.1:${port}`];
  prometheus = spawn(join(tools, 'prometheus'), options, { cwd: place, stdio: 'ignore' });
  while ((await query('hypertide_worker_attempts_total{outcome="completed"} > 20').catch(() => [])).length === 0) await sleep(250);
  await sleep(3000); // a rate needs two samples
});

afterAll(async () => {
  for (const { child, ended } of started) {
    child.kill('SIGTERM');
    await ended;
  }
  prometheus.kill('SIGKILL');
  await once(prometheus, 'exit');
  await server.dispose();
  rmSync(place, { recursive: true, force: true });
});

/** Claims three trials twice, by hand, and leaves them. @returns whether it has, so that no worker comes before */
async function claims(): Promise<() => boolean> {
  const nc = await server.connect();
  let taken = 0;
  nc.subscribe('ht.eyes.log.suggested', {
    callback: (_, message) => {
      const { trial, attempt } = message.json<{ trial: number; attempt: number }>();
      if (trial > 3 || attempt > 1) return;
      taken++;
      for (const run of ['a', 'b']) nc.publish(`ht.eyes.log.by.hand.${trial}`, JSON.stringify({ type: 'started', trial, attempt, run }));
    },
  });
  await nc.flush();
  return () => taken === 3;
}

async function query(expr: string): Promise<readonly { readonly value: readonly [number, string] }[]> {
  const answer = await fetch(`${api}/query?${new URLSearchParams({ query: expr })}`);
  const { status, data, error } = (await answer.json()) as { status: string; data: { result: [] }; error?: string };
  if (status !== 'success') throw new Error(`${expr}: ${error}`);
  return data.result;
}

interface Board {
  readonly panels: readonly { readonly title: string; readonly targets?: readonly { readonly expr: string }[] }[];
}
const board = JSON.parse(readFileSync(join(root, 'deploy/grafana/hypertide.json'), 'utf8')) as Board;
const panels = board.panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => [title, expr] as const));

it.each(panels)('the panel "%s" shows data of a study that runs: %s', async (_, expr) => {
  const found = () => query(expr.replaceAll('$study', 'eyes').replaceAll('$__rate_interval', '10s'));
  await expect.poll(async () => (await found()).length).toBeGreaterThan(0);
});

interface Rules {
  readonly groups: readonly { readonly rules: readonly { readonly alert: string; readonly expr: string }[] }[];
}
const { groups } = parse(readFileSync(join(root, 'deploy/prometheus/alerts.yaml'), 'utf8')) as Rules;
const rules = groups.flatMap(({ rules }) => rules.map(({ alert, expr }) => [alert, expr] as const));

/** On a busy machine these may be true for a moment; the rules wait for minutes. */
const dependOnSpeed = ['HypertideIdleTrainers', 'HypertideBlocked', 'HypertideSlowSuggestions'];

it.each(rules)('the metrics of %s are exported, and the alert does not fire', async (alert, expr) => {
  const metrics = new Set([...expr.matchAll(/\b(?:hypertide|nodejs|process)_\w+(?:\{[^}]*\})?/g)].map(([metric]) => metric));
  expect(metrics.size).toBeGreaterThan(0);
  for (const metric of metrics)
    await expect
      .poll(async () => (await query(metric.replace('error|timeout|non-finite', 'error'))).length, { message: metric })
      .toBeGreaterThan(0);
  if (!dependOnSpeed.includes(alert)) await expect.poll(() => query(expr)).toEqual([]);
});
