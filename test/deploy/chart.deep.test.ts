import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { start } from '../cli/support.ts';
import { eventually } from '../support/eventually.ts';
import { natsServer } from '../support/nats.ts';
import { freePort } from '../support/ports.ts';
import { type Container, chartOf, hasGo, helm, type Labels, type Manifest, rendered, type Template } from './chart.ts';
import { unknownIn } from './commandLine.ts';

const worker = { team: 'vision', studies: ['digits'], command: ['sh', '-c', 'echo loss=1'], resources: { limits: { memory: '1Gi' } } };
const tls = { cert: '/etc/nats/cert.pem', key: '/etc/nats/key.pem', ca: '/etc/nats/ca.pem' };
const platform = {
  nats: { cluster: ['nats-0.nats', 'nats-1.nats', 'nats-2.nats'], tls },
  archive: { to: '/srv/archives' },
  teams: { vision: { users: ['w1'], retention: { archive: '30d' } }, speech: {} },
};
const manifests = async (values: object = {}, declared: object = platform) => helm(chartOf(await rendered(declared)), values);

interface Pod {
  readonly name: string;
  readonly manifest: Manifest;
  readonly template: Template;
}
const podsIn = (all: readonly Manifest[]): readonly Pod[] =>
  all.flatMap((manifest) => {
    const template = manifest.spec?.template ?? manifest.spec?.jobTargetRef?.template;
    return template ? [{ name: manifest.metadata.name, manifest, template }] : [];
  });
const find = (all: readonly Manifest[], kind: string, name: string) => all.find((one) => one.kind === kind && one.metadata.name === name)!;
const has = (labels: Labels, wanted: Labels) => Object.entries(wanted).every(([key, value]) => labels[key] === value);

it.runIf(hasGo)('the chart confines its pods, which mount what they declare and ask for what is there', async () => {
  const all = await manifests({ workers: { digits: worker } });
  const pods = podsIn(all);
  expect(all.map(({ kind, metadata: { name } }) => `${kind} ${name}`).toSorted()).toEqual([
    'ConfigMap hypertide-platform',
    'Deployment hypertide-engine',
    'NetworkPolicy hypertide-engine',
    'NetworkPolicy hypertide-worker',
    'NetworkPolicy nats',
    'PodDisruptionBudget hypertide-engine',
    'PodDisruptionBudget nats',
    'ScaledJob hypertide-digits',
    'Service nats',
    'StatefulSet nats',
  ]);
  expect(all.every(({ metadata: { namespace } }) => namespace === 'tuning')).toBe(true);
  for (const { name, manifest, template } of pods) {
    const { spec, metadata } = template;
    expect(metadata.labels, name).toEqual(manifest.metadata.labels);
    if (manifest.spec.selector) expect(manifest.spec.selector.matchLabels).toEqual(metadata.labels);
    expect(spec).toMatchObject({ automountServiceAccountToken: false, securityContext: { runAsNonRoot: true } });
    const volumes = [...spec.volumes, ...(manifest.spec.volumeClaimTemplates ?? []).map(({ metadata }) => metadata)].map(
      ({ name }) => name,
    );
    const mounted = containersOf(template).flatMap(({ volumeMounts }) => volumeMounts.map(({ name }) => name));
    expect(volumes.toSorted()).toEqual([...new Set(mounted)].toSorted());
    for (const container of containersOf(template)) {
      expect(container.securityContext).toMatchObject({
        readOnlyRootFilesystem: true,
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
      });
      expect(container.resources.limits?.memory).toMatch(/i$/);
      if (container.image === 'hypertide') expect(unknownIn(container.args)).toEqual([]);
    }
  }
  const { spec: engine } = find(all, 'Deployment', 'hypertide-engine').spec.template!;
  expect(engine.containers[0].volumeMounts).toContainEqual({ name: 'archives', mountPath: '/srv/archives' });
  expect(JSON.stringify(engine.volumes)).toContain('keys/vision/admin.creds');
  expect(JSON.stringify(engine.volumes)).not.toContain('keys/speech/admin.creds');
  for (const { template } of [find(all, 'StatefulSet', 'nats'), find(all, 'Deployment', 'hypertide-engine')].map(({ spec }) => spec)) {
    const [{ ports, startupProbe, livenessProbe, readinessProbe }] = template!.spec.containers;
    for (const probe of [startupProbe, livenessProbe, readinessProbe])
      expect(ports!.map(({ name }) => name)).toContain(probe!.httpGet.port);
  }
});

it.runIf(hasGo)('services, budgets and policies of the chart select pods of one kind, and the ports that these have', async () => {
  const all = await manifests({ workers: { digits: worker }, monitoring: [{ podSelector: {} }] });
  const pods = podsIn(all);
  const selectedBy = (labels: Labels) => pods.filter(({ template }) => has(template.metadata.labels, labels));
  const portsOf = ({ template }: Pod) => template.spec.containers.flatMap(({ ports = [] }) => ports);
  for (const kind of ['Service', 'PodDisruptionBudget', 'NetworkPolicy'])
    for (const { metadata, spec } of all.filter((one) => one.kind === kind)) {
      const selected = selectedBy(spec.podSelector?.matchLabels ?? spec.selector!.matchLabels ?? spec.selector!);
      expect([metadata.name, selected.length]).toEqual([metadata.name, 1]);
      const ports = portsOf(selected[0]!);
      for (const { port } of spec.ports ?? []) expect(ports.map(({ containerPort }) => containerPort)).toContain(port);
      for (const { ports: open, from } of spec.ingress ?? []) {
        for (const { port } of open) expect(ports.map(({ name }) => name)).toContain(port);
        expect(from.length).toBeGreaterThan(0); // nobody is everybody
      }
    }
  const set = find(all, 'StatefulSet', 'nats');
  expect(find(all, 'Service', set.spec.serviceName!)).toBeDefined();
  expect(find(all, 'NetworkPolicy', 'hypertide-worker').spec.ingress).toBeUndefined();
});

it.runIf(hasGo)('each server of the chart reads its own configuration, from where its store and its certificate are', async () => {
  const made = await rendered(platform);
  const { spec } = find(helm(chartOf(made)), 'StatefulSet', 'nats');
  const [{ args, volumeMounts }] = spec.template!.spec.containers;
  expect(spec.replicas).toBe(3);
  const mounts = volumeMounts.map(({ mountPath }) => mountPath);
  for (let i = 0; i < 3; i++) {
    const config = args[1]!.replace('$(POD_NAME)', `nats-${i}`).replace('/etc/nats-config/', 'nats/');
    const paths = [...made.files[config]!.matchAll(/(?:store_dir|cert_file|key_file|ca_file): "(.*)"/g)].map(([, path]) => path);
    expect(paths.length).toBeGreaterThan(4);
    expect(mounts).toEqual(expect.arrayContaining(paths));
  }
});

it.runIf(hasGo)('with servers elsewhere, the chart has engines alone, and no workers until values name some', async () => {
  const all = await manifests({}, { nats: { url: 'tls://nats.example.com' }, teams: { vision: {} } });
  expect(podsIn(all).map(({ name }) => name)).toEqual(['hypertide-engine']);
});

it.runIf(hasGo)('engine and worker do a study with what their pods get, and KEDA sees the suggestions that wait', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'chart-'));
  const [monitor, figures] = [await freePort(), await freePort()];
  const declare = (url: string) => ({ nats: { url, monitor }, monitor: figures, teams: { vision: {}, speech: {} } });
  const first = await rendered(declare('nats://unknown'));
  const server = await natsServer(first.files['nats/nats.conf']);
  const made = await rendered(declare(server.url), first.keys);
  const all = helm(chartOf(made), { workers: { digits: worker } });
  const put = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  put('etc/hypertide/platform.yaml', (find(all, 'ConfigMap', 'hypertide-platform') as unknown as { data: Labels }).data['platform.yaml']!);
  for (const team of ['vision', 'speech']) put(`etc/hypertide/keys/${team}/engine.creds`, made.keys[`${team}/engine.creds`]!);
  put('signer/trainer.signer', made.keys['vision/trainer.signer']!);
  put('admin.creds', made.keys['vision/admin.creds']!);
  put(
    'digits.yaml',
    'name: digits\nparameters: { x: { type: float, low: 0, high: 1 } }\nobjective: minimize loss\nstrategy: random\ntrials: 4\nparallel: 2\n',
  );
  const inPod = ({ args }: Container) =>
    start(folder, ...args.map((arg) => arg.replace('$(POD_NAME)', 'pod-x1').replace(/^(?=\/(etc|signer|keys|work)\b)/, folder)));
  process.env.HYPERTIDE_NATS = server.url;
  const engine = inPod(find(all, 'Deployment', 'hypertide-engine').spec.template!.spec.containers[0]);
  try {
    await eventually(async () => {
      expect((await start(folder, 'study', 'create', 'digits.yaml', server.url, '--creds', 'admin.creds').ended).code).toBe(0);
    });
    const { spec } = find(all, 'ScaledJob', 'hypertide-digits');
    const { natsServerMonitoringEndpoint: endpoint, account, accountID, stream, consumer } = spec.triggers![0]!.metadata;
    const waiting = async () => {
      const answer = await fetch(`http://${endpoint}/jsz?acc=${accountID}&consumers=true&config=true`);
      const { account_details: accounts } = (await answer.json()) as Figures;
      const streams = accounts.flatMap((one) => (one.name === account ? one.stream_detail : []));
      return streams.flatMap((one) => (one.name === stream ? one.consumer_detail : [])).find((one) => one.name === consumer)?.num_pending;
    };
    await eventually(async () => expect(await waiting()).toBe(2));
    const { initContainers, containers } = spec.jobTargetRef!.template.spec;
    expect(await inPod(initContainers![0]!).ended).toMatchObject({ code: 0 });
    expect(await inPod(containers[0]).ended).toMatchObject({ code: 0 });
    expect(await waiting()).toBe(0);
  } finally {
    delete process.env.HYPERTIDE_NATS;
    engine.child.kill();
    await engine.ended;
    await server.dispose();
    rmSync(folder, { recursive: true });
  }
});

const containersOf = ({ spec }: Template): readonly Container[] => [...(spec.initContainers ?? []), ...spec.containers];

interface Figures {
  readonly account_details: readonly {
    readonly name: string;
    readonly stream_detail: readonly {
      readonly name: string;
      readonly consumer_detail: readonly { readonly name: string; readonly num_pending: number }[];
    }[];
  }[];
}
