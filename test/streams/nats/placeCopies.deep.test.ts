import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { beginFrom } from '../../../src/cli/commands/study/copy.ts';
import type { StudyPlace } from '../../../src/study/place.ts';
import { float, random, space } from '../../../streams/index.ts';
import { storeChunk } from '../../../streams/nats/checkpoints/bucket.ts';
import { createCheckpoints } from '../../../streams/nats/checkpoints/stream.ts';
import { serve } from '../../../streams/nats/index.ts';
import { publisher } from '../../../streams/nats/log/publisher.ts';
import { serverPlace } from '../../../streams/nats/place/natsPlace.ts';
import { subjectsOf } from '../../../streams/nats/protocol/subjects.ts';
import { eventually } from '../../support/eventually.ts';
import type { NatsServer } from '../../support/nats.ts';
import { natsCluster } from '../../support/natsCluster.ts';

let servers: readonly NatsServer[];
let alone: NatsServer;
beforeAll(async () => {
  servers = await natsCluster(3);
  [alone] = (await natsCluster(1)) as [NatsServer];
});
afterAll(() => Promise.all([...servers, alone].map((server) => server.dispose())));

const copiesOf = async (nc: NatsConnection, study: string) => {
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  const { stream, chunks } = subjectsOf(study);
  return Promise.all([stream, chunks].map(async (name) => (await jsm.streams.info(name)).config.num_replicas));
};

it('a copy and a restored study have as many copies as the study had, or one on a server alone', async () => {
  const nc = await servers[0]!.connect();
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  const served = async () => serve(nc, space({ x: float(0, 1) }), { study: 'kept', strategy: random(), trials: 1, replicas: 3 });
  const engine = await eventually(served); // the servers may still be finding each other
  await engine.started;
  await engine.close();
  const subjects = subjectsOf('kept');
  await createCheckpoints(jsm, subjects, { maxBytes: 1e8, leastBytes: 1e6, replicas: 3 });
  const data = Buffer.from('model');
  const out = publisher(nc);
  await storeChunk(nc, out, subjects.chunk('w.1.1.a.0'), data);
  out.close();
  const place = serverPlace(nc, '');
  await beginFrom({ place, name: 'kept' }, 'copied');
  expect(await copiesOf(nc, 'copied')).toEqual([3, 3]);

  const other = await alone.connect();
  const elsewhere: StudyPlace = serverPlace(other, '');
  const lines: Uint8Array[] = [];
  for await (const line of place.lines('kept')) lines.push(line);
  const size = { entries: lines.length, longest: 1000, replicas: await place.replicas('kept') };
  const each = (async function* () {
    yield* lines;
  })();
  await elsewhere.restore('kept', size, each, await place.checkpoints('kept'));
  expect(size.replicas).toBe(3);
  expect(await copiesOf(other, 'kept')).toEqual([1, 1]);
});
