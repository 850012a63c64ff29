import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Links } from '../../src/host/serving/monitor.ts';
import { Quotas } from '../../src/host/serving/quota.ts';
import { Metrics } from '../../src/monitoring/metrics.ts';
import { WorkerMetrics } from '../../src/monitoring/workerMetrics.ts';
import { root } from '../support/documents.ts';

it('the guide lists each metric and no other', () => {
  const metrics = new Metrics();
  new WorkerMetrics(metrics, 1);
  new Links(metrics);
  new Quotas(metrics);
  const guide = readFileSync(join(root, 'docs/guides/monitoring.md'), 'utf8');
  const listed = [...guide.matchAll(/^\| `(hypertide_\w+)`/gm)].map(([, name]) => name);
  const exported = metrics.registry.getMetricsAsArray().map(({ name }) => name);
  expect(listed.toSorted()).toEqual(exported.filter((name) => name.startsWith('hypertide_')).toSorted());
});
