import { jetstreamManager } from '@nats-io/jetstream';
import { expect, it, onTestFinished } from 'vitest';
import { subjectsOf } from '../../../streams/nats/protocol/subjects.ts';
import { isDeleted } from '../../../streams/nats/studiesOn.ts';
import { natsServer } from '../../support/nats.ts';

const { stream, log } = subjectsOf('s1');
const shared = `$JS.API.DIRECT.GET.${stream}.>`;

/** An account with a study, and one that imports it and has streams of its own. */
const config = `accounts {
  TEAM { jetstream: enabled, users: [{ user: team, password: x }], exports: [{ service: "${shared}", response_type: stream }] }
  OWN { jetstream: enabled, users: [{ user: own, password: x }], imports: [{ service: { account: TEAM, subject: "${shared}" } }] }
}`;

it('a study counts as deleted only if no stream of it is listed or answers', async () => {
  const server = await natsServer(config);
  onTestFinished(() => server.dispose());
  const [team, own] = await Promise.all(['team', 'own'].map((user) => server.connect({ user, pass: 'x' })));
  const jsm = await jetstreamManager(team!);
  const known = async () => [await isDeleted(team!, 's1'), await isDeleted(own!, 's1')];
  await jsm.streams.add({ name: stream, subjects: [log], allow_direct: true });
  expect(await known()).toEqual([false, false]);
  await jsm.streams.delete(stream);
  expect(await known()).toEqual([true, true]);
});
