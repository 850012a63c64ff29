import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import { expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { float, random, space } from '../../streams/index.ts';
import { serve, trainer } from '../../streams/nats/index.ts';
import { root } from '../support/documents.ts';
import { natsServer } from '../support/nats.ts';
import { unknownIn } from './commandLine.ts';

interface Container {
  readonly name: string;
  readonly image: string;
  readonly args: readonly string[];
  readonly securityContext: unknown;
  readonly volumeMounts: readonly { readonly name: string }[];
}
interface PodTemplate {
  readonly metadata: { readonly labels: unknown };
  readonly spec: {
    readonly securityContext: unknown;
    readonly containers: readonly [Container];
    readonly volumes?: readonly { readonly name: string }[];
  };
}
interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels: unknown };
  readonly spec: {
    readonly selector?: unknown;
    readonly template?: PodTemplate;
    readonly jobTargetRef?: { readonly template: PodTemplate };
    readonly volumeClaimTemplates?: readonly { readonly metadata: { readonly name: string } }[];
    readonly triggers?: readonly [{ readonly metadata: { readonly stream: string; readonly consumer: string } }];
  };
}
const manifests = parseAllDocuments(readFileSync(join(root, 'deploy/kubernetes/hypertide.yaml'), 'utf8')).map((one) => {
  expect(one.errors).toEqual([]);
  return one.toJS() as Manifest;
});
const pods = manifests.flatMap(({ metadata: { name, labels }, spec }) => {
  const template = spec.template ?? spec.jobTargetRef?.template;
  return template ? [{ name, labels, spec, template, container: template.spec.containers[0] }] : [];
});

it.each(pods)(
  'the pods of $name have its labels, a user that is not root, and the volumes that they mount',
  ({ labels, spec, template, container }) => {
    expect(template.metadata.labels).toEqual(labels);
    if (spec.selector) expect(spec.selector).toEqual({ matchLabels: labels });
    const volumes = [...(template.spec.volumes ?? []), ...(spec.volumeClaimTemplates ?? []).map(({ metadata }) => metadata)].map(
      ({ name }) => name,
    );
    expect(volumes).toEqual(expect.arrayContaining(container.volumeMounts.map(({ name }) => name)));
    expect(template.spec.securityContext).toMatchObject({ runAsNonRoot: true });
    expect(container.securityContext).toMatchObject({ readOnlyRootFilesystem: true });
  },
);

it.each(pods.filter(({ container }) => container.image === 'hypertide'))(
  '$name has options that its command has',
  ({ container: { args } }) => {
    expect(unknownIn(args)).toEqual([]);
  },
);

it('KEDA finds how many suggestions wait at the consumer that it reads', async () => {
  const server = await natsServer();
  const nc = await server.connect();
  const served = await serve(nc, space({ x: float(0, 1) }), { strategy: random(), study: 'digits', trials: 10, parallel: 3 });
  await served.started;
  const [{ metadata }] = manifests.find(({ kind }) => kind === 'ScaledJob')!.spec.triggers!;
  const jsm = await jetstreamManager(nc);
  const waiting = async () => (await jsm.consumers.info(metadata.stream, metadata.consumer)).num_pending;
  while ((await waiting()) < 2) await setTimeout(20); // an engine suggests two ahead of the slots that are connected
  const { done, close } = trainer(await server.connect(), 'digits', () => new Promise(() => {}), { slots: 2 });
  while ((await waiting()) > 1) await setTimeout(20); // a running trial does not count
  await close();
  await done;
  await served.close();
  await server.dispose();
});
