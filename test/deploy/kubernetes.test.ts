import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import { expect, it } from 'vitest';
import { float, random, space } from '../../streams/index.ts';
import { serve, trainer } from '../../streams/nats/index.ts';
import { containers, manifests, manifestsFile, manifestsText } from '../support/kubernetes.ts';
import { natsServer } from '../support/nats.ts';
import { unknownIn } from './commandLine.ts';

it('the manifests are what "npm run manifests" writes', () => expect(readFileSync(manifestsFile, 'utf8')).toBe(manifestsText()));

it.each(manifests.map((one) => [one.kind, one.metadata?.name, one] as const))('%s %s matches the schema of Kubernetes', (_, __, one) => {
  one.validate();
});

it.each(containers.map(({ name, args = [] }) => [name, args] as const))('%s has options that its command has', (_, args) => {
  expect(unknownIn(args)).toEqual([]);
});

it('no container that runs hypertide is root or may write to its image', () => {
  for (const { securityContext } of containers) expect(securityContext).toMatchObject({ readOnlyRootFilesystem: true });
  expect(manifestsText().match(/runAsNonRoot: true/g)).toHaveLength(3);
});

it('KEDA finds how many suggestions wait at the consumer that it reads', async () => {
  const server = await natsServer();
  const nc = await server.connect();
  const served = await serve(nc, space({ x: float(0, 1) }), { strategy: random(), study: 'digits', trials: 10, parallel: 3 });
  await served.started;
  const [, stream, consumer] = /stream: (\S+)\n\s+consumer: (\S+)/.exec(manifestsText())!;
  const jsm = await jetstreamManager(nc);
  const waiting = async () => (await jsm.consumers.info(stream!, consumer!)).num_pending;
  while ((await waiting()) < 2) await setTimeout(20); // an engine suggests two ahead of the slots that are connected
  const { done, close } = trainer(await server.connect(), 'digits', () => new Promise(() => {}), { slots: 2 });
  while ((await waiting()) > 1) await setTimeout(20); // a running trial does not count
  await close();
  await done;
  await served.close();
  await server.dispose();
});
