import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NatsConnection } from '@nats-io/nats-core';
import { expect, it } from 'vitest';
import { linkOf, measureAccount } from '../../src/host/serving/monitor.ts';
import { Metrics } from '../../src/monitoring/metrics.ts';
import { WorkerMetrics } from '../../src/monitoring/workerMetrics.ts';
import { root } from '../support/documents.ts';

/** A connection on which nothing happens. */
const quiet = { status: async function* () {}, isClosed: () => false } as unknown as NatsConnection;

it('the guide lists each metric and no other', () => {
  const metrics = new Metrics();
  new WorkerMetrics(metrics, 1);
  linkOf(quiet, metrics).end();
  measureAccount(quiet, metrics);
  const guide = readFileSync(join(root, 'docs/guides/monitoring.md'), 'utf8');
  const listed = [...guide.matchAll(/^\| `(hypertide_\w+)`/gm)].map(([, name]) => name);
  const exported = metrics.registry.getMetricsAsArray().map(({ name }) => name);
  expect(listed.toSorted()).toEqual(exported.filter((name) => name.startsWith('hypertide_')).toSorted());
});
