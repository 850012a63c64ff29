import { expect, it } from 'vitest';
import { rendered } from '../support/rendered.ts';
import { unknownIn } from './commandLine.ts';
import { containersOf, declared, find, type Labels, objects, podsOf, values } from './kubernetes.ts';

const names = ['hypertide-engine', 'hypertide-worker'];
const [engine, worker] = names.map(podsOf);
const made = await rendered(declared);

it.each(names)('the pods of %s may do little, and mount what they declare', (name) => {
  const pods = podsOf(name);
  expect(pods.spec).toMatchObject({ automountServiceAccountToken: false, securityContext: { runAsNonRoot: true } });
  for (const container of containersOf(pods)) {
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(container.resources.limits?.memory).toMatch(/i$/);
  }
  const mounted = containersOf(pods).flatMap(({ volumeMounts }) => volumeMounts.map(({ name }) => name));
  expect(pods.spec.volumes.map(({ name }) => name).toSorted()).toEqual([...new Set(mounted)].toSorted());
});

it.each(names)('%s starts commands with options that they have, and is asked for its health where it answers', (name) => {
  const pods = podsOf(name);
  for (const { args } of containersOf(pods)) expect(unknownIn(args.map((arg) => arg.replace(/=.*/, '')))).toEqual([]);
  const [{ args, ports, startupProbe, livenessProbe, readinessProbe }] = pods.spec.containers;
  const port = /--monitor[ =]0\.0\.0\.0:(\d+)/.exec(args.join(' '))![1];
  expect(ports).toEqual([{ name: 'monitor', containerPort: Number(port) }]);
  expect(pods.metadata.annotations['prometheus.io/port']).toBe(port);
  expect([startupProbe, livenessProbe, readinessProbe].map((probe) => probe!.httpGet)).toEqual(
    ['/healthz', '/healthz', '/readyz'].map((path) => ({ path, port: 'monitor' })),
  );
});

it('each selector selects pods of its own, and the policy admits nobody but those who read metrics', () => {
  const selects = (wanted: Labels) =>
    names.filter((name) => Object.entries(wanted).every(([key, value]) => podsOf(name).metadata.labels[key] === value));
  for (const { kind, metadata, spec } of objects)
    expect(selects((spec.selector ?? spec.podSelector!).matchLabels)).toEqual(kind === 'NetworkPolicy' ? names : [metadata.name]);
  expect(find('NetworkPolicy', 'hypertide').spec.ingress).toMatchObject([{ ports: [{ port: 'monitor' }], from: [{}] }]);
});

it('engines get a key of an engine, and the program of a trial gets the login of its own pod', () => {
  expect(Object.keys(made.keys)).toEqual(expect.arrayContaining(['vision/engine.creds', 'vision/trainer.signer']));
  const secrets = (pods: unknown) => [...JSON.stringify(pods).matchAll(/"key":"([^"]+)"/g)].map(([, key]) => key);
  expect(secrets(engine)).toEqual(['engine.creds']);
  expect(secrets(worker)).toEqual(['trainer.signer']);
  const [{ volumeMounts }] = worker!.spec.containers;
  expect(volumeMounts.map(({ name }) => name)).not.toContain('signer');
});

it('the chart of NATS starts each server with the configuration of its own, at the addresses that workers know', () => {
  const { config, container } = values;
  const pods = Array.from({ length: config.cluster.replicas }, (_, i) => `nats-${i}`);
  const configs = pods.map((pod) => container.merge.args[1]!.replace('$(POD_NAME)', pod).replace('/etc/nats-config/', 'nats/'));
  expect(configs).toEqual(Object.keys(made.files).filter((path) => path.endsWith('.conf')));
  for (const path of configs) expect(made.files[path]).toContain(`store_dir: "${config.jetstream.fileStore.dir}"`);
  const { value } = worker!.spec.containers[0].env!.find(({ name }) => name === 'HYPERTIDE_NATS')!;
  expect(value!.split(',')).toEqual(declared.nats.cluster.map((host) => `nats://${host}`));
});
