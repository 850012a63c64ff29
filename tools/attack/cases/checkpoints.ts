import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { headers } from '@nats-io/nats-core';
import { type CheckpointRun, restoreCheckpoint, saveCheckpoint } from '../../../streams/nats/checkpoints/bucket.ts';
import { casesOf } from '../attack.ts';
import type { User, Victim, World } from '../world.ts';

const attack = casesOf('checkpoints');

/** Of each study, so that the server has room for all. */
const SMALL = { checkpointBytes: 4e6 };
const SECRET = 'the weights of w2';
/** The run of w2 on trial 1, which `world` has started. */
const victimOf = async (at: Victim): Promise<CheckpointRun> => ({
  nc: await at.as('w2'),
  study: at.study,
  trainer: 'w2',
  trial: 1,
  attempt: 1,
  run: 'r1',
});

/** A run of w1 on trial 2. */
async function attackerOf(at: Victim): Promise<CheckpointRun> {
  await at.until('suggested', { trial: 2 });
  await at.say('w1', 2, { type: 'started', attempt: 1, run: 'mine' });
  return { nc: await at.as('w1'), study: at.study, trainer: 'w1', trial: 2, attempt: 1, run: 'mine' };
}

/** Saves a file as w2. @returns the reference */
async function saved(of: CheckpointRun, directory: string): Promise<string> {
  const place = mkdtempSync(join(directory, 'w2-'));
  writeFileSync(join(place, 'state'), SECRET);
  return saveCheckpoint(of, place);
}

/** Whether a call that must fail succeeded. */
const works = (world: World, act: Promise<unknown>): Promise<boolean> => world.comes(act, 3000);

/** Publishes as a trainer. @returns whether the server stored it */
async function stores(world: World, { nc }: CheckpointRun, subject: string, data: string, rollup?: string): Promise<boolean> {
  const head = headers();
  if (rollup !== undefined) head.set('Nats-Rollup', rollup);
  const ack = await world.answered((timeout) => nc.request(subject, data, { timeout, headers: head }), 1000);
  return ack !== undefined && ack.json<{ error?: unknown }>().error === undefined;
}

/** The subject of the first chunk of a checkpoint. */
const firstOf = ({ subjects }: Victim, reference: string): string =>
  subjects.chunk(`${reference.slice('nats:'.length).split('/').slice(0, 4).join('.')}.0`);

/** Whether a user gets a chunk of w2 from the server. */
async function reads(world: World, at: Victim, user: User): Promise<boolean> {
  const subject = `$JS.API.DIRECT.GET.${at.subjects.chunks}.${firstOf(at, await saved(await victimOf(at), world.directory()))}`;
  const nc = await at.as(user);
  return ((await world.answered((timeout) => nc.request(subject, '', { timeout }), 1000))?.data.length ?? 0) > 0;
}

/** Restores what a trainer wrote by hand. @param claimed the bytes that its reference says */
async function restoresHandWritten(world: World, content: string, claimed = content.length): Promise<boolean> {
  const at = await world.study(SMALL);
  const of = await victimOf(at);
  await saved(of, world.directory());
  await of.nc.request(at.subjects.chunk('w2.1.1.x.0'), content);
  const reference = `nats:w2/1/1/x/${claimed}/${createHash('sha256').update(content).digest('hex')}`;
  return works(world, restoreCheckpoint(of, reference, join(world.directory(), 'restored')));
}

const listOf = (path: string, size: number) => JSON.stringify({ name: 'state', files: [{ path, size }], empty: [] });

export const checkpointAttacks = [
  attack('configuration', 'a trainer stores chunks in the name of another', async (world) => {
    const at = await world.study(SMALL);
    await saved(await victimOf(at), world.directory());
    return stores(world, await attackerOf(at), at.subjects.chunk('w2.1.1.x.0'), 'evil');
  }),
  attack('one message a chunk', 'a trainer stores another content in place of its own chunk, from which others resume', async (world) => {
    const at = await world.study(SMALL);
    const of = await victimOf(at);
    return stores(world, of, firstOf(at, await saved(of, world.directory())), 'evil');
  }),
  ...['all', 'sub'].map((rollup) =>
    attack('no rollups', `a trainer has the server replace what is stored by a message (${rollup})`, async (world) => {
      const at = await world.study(SMALL);
      const of = await victimOf(at);
      await saved(of, world.directory());
      return stores(world, of, at.subjects.chunk('w2.1.1.x.0'), 'evil', rollup);
    }),
  ),
  attack('configuration', 'a trainer deletes the checkpoints of a study', async (world) => {
    const at = await world.study(SMALL);
    await saved(await victimOf(at), world.directory());
    const { nc } = await attackerOf(at);
    return (
      (await world.answered((timeout) => nc.request(`$JS.API.STREAM.PURGE.${at.subjects.chunks}`, '', { timeout }), 1000)) !== undefined
    );
  }),
  attack('configuration', 'a trainer of another team reads a chunk from the server', async (world) =>
    reads(world, await world.study(SMALL), 'other/w1'),
  ),
  attack('configuration', 'a viewer reads a chunk from the server', async (world) => reads(world, await world.study(SMALL), 'viewer')),
  attack('room of one checkpoint', 'a trainer saves more than half of the room', async (world) => {
    const at = await world.study(SMALL);
    const large = mkdtempSync(join(world.directory(), 'large-'));
    writeFileSync(join(large, 'state'), Buffer.alloc(3_000_000, 'x'));
    return works(world, saveCheckpoint(await victimOf(at), large));
  }),
  attack('size in the reference', 'a checkpoint has more bytes than its reference says', (world) =>
    restoresHandWritten(world, `${listOf('', 4)}\nevil`, 5),
  ),
  attack('size of its files', 'a checkpoint has files that it does not contain', (world) =>
    restoresHandWritten(world, `${listOf('', 1e12)}\nevil`),
  ),
  attack('paths below', 'a checkpoint has a file that leaves its directory', (world) =>
    restoresHandWritten(world, `${listOf('../../evil', 4)}\nevil`),
  ),
  attack('links inside', 'a link in what a program saves leads to a file of the machine', async (world) => {
    const at = await world.study(SMALL);
    const place = world.directory();
    mkdirSync(join(place, 'checkpoints'));
    writeFileSync(join(place, 'secret'), SECRET);
    symlinkSync('../secret', join(place, 'checkpoints', 'link'));
    const of = await victimOf(at);
    const first = firstOf(at, await saveCheckpoint(of, join(place, 'checkpoints')));
    return (await of.nc.request(`$JS.API.DIRECT.GET.${at.subjects.chunks}.${first}`)).string().includes(SECRET);
  }),
];
