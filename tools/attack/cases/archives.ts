import { jetstreamManager } from '@nats-io/jetstream';
import { serverPlace } from '../../../streams/nats/place/natsPlace.ts';
import { casesOf } from '../attack.ts';
import type { Victim, World } from '../world.ts';

const attack = casesOf('subject');
const line = (seq: number, subject: string) => Buffer.from(JSON.stringify({ seq, time: '1', subject, headers: [], data: '' }));

/** An administrator restores an archive whose second message has a subject of its own. @returns whether the stream of another study is gone */
const deletes = (subject: (of: Victim) => string) => async (world: World) => {
  const at = await world.study();
  const nc = await at.as('everything');
  const { study } = await world.study(); // its name is free once it is deleted
  const place = serverPlace(nc, 'the server');
  await place.delete(study);
  const lines = async function* () {
    yield line(1, `ht.${study}.log.created`);
    yield line(2, subject(at));
  };
  await place.restore(study, { entries: 2, longest: 99 }, lines()).catch(() => {});
  const names: string[] = [];
  for await (const name of (await jetstreamManager(nc)).streams.names()) names.push(name);
  return !names.includes(at.subjects.stream);
};

export const archiveAttacks = [
  attack(
    'subjects of archives',
    'an archive holds a request to delete another study',
    deletes(({ subjects }) => `$JS.API.STREAM.DELETE.${subjects.stream}`),
  ),
];
