import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { digestOf } from '../../../streams/nats/checkpoints/manifest.ts';
import { type CheckpointRun, restoreCheckpoint, saveCheckpoint } from '../../../streams/nats/checkpoints/transfer.ts';
import { casesOf } from '../attack.ts';
import type { Victim, World } from '../world.ts';

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
  run: 'r1',
});

/** A run of w1 on trial 2. */
async function attackerOf(at: Victim): Promise<CheckpointRun> {
  await at.until('suggested', { trial: 2 });
  await at.say('w1', 2, { type: 'started', attempt: 1, run: 'mine' });
  return { nc: await at.as('w1'), study: at.study, trainer: 'w1', trial: 2, run: 'mine' };
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
async function stores(world: World, { nc }: CheckpointRun, subject: string, data: string): Promise<boolean> {
  const ack = await world.answered((timeout) => nc.request(subject, data, { timeout }), 1000);
  return ack !== undefined && ack.json<{ error?: unknown }>().error === undefined;
}

/** Stores a manifest that is written by hand, and lets a run of w2 resume from it. @returns restores it into a directory */
async function handWritten(at: Victim, of: CheckpointRun, manifest: object): Promise<(directory: string) => Promise<string>> {
  const text = JSON.stringify(manifest);
  const digest = digestOf(Buffer.from(text));
  await of.nc.request(at.subjects.chunk('w2', 1, digest), text);
  const reference = `nats:w2/1/${digest}`;
  await at.say('w2', 1, { type: 'failed', run: 'r1', attempt: 1, reason: 'preempted', checkpoint: reference });
  await at.until('suggested', { trial: 1, attempt: 2 });
  await at.say('w2', 1, { type: 'started', attempt: 2, run: 'r2' });
  return (directory) => restoreCheckpoint({ ...of, run: 'r2' }, reference, directory);
}

/** A manifest of a file that is one chunk again and again. @param size of the chunk, as the manifest says */
const repeating = (times: number, size: number) => {
  const chunks = Array(times).fill([digestOf(Buffer.from(SECRET)), size]);
  return { name: 'state', files: [{ path: '', size: times * size }], empty: [], chunks };
};

const evil = digestOf(Buffer.from('evil'));

export const checkpointAttacks = [
  attack('configuration', 'a trainer stores parts in the name of another', async (world) => {
    const at = await world.study(SMALL);
    await saved(await victimOf(at), world.directory());
    return stores(world, await attackerOf(at), at.subjects.chunk('w2', 1, evil), 'evil');
  }),
  attack('one message a part', 'a trainer stores another content in place of its own part, from which others resume', async (world) => {
    const at = await world.study(SMALL);
    const of = await victimOf(at);
    const [, digest] = /([0-9a-f]{64})$/.exec(await saved(of, world.directory()))!;
    return stores(world, of, at.subjects.chunk('w2', 1, digest!), 'evil');
  }),
  attack('configuration', 'a trainer reads the parts of another from the server', async (world) => {
    const at = await world.study(SMALL);
    const [, digest] = /([0-9a-f]{64})$/.exec(await saved(await victimOf(at), world.directory()))!;
    const { nc } = await attackerOf(at);
    const subject = `$JS.API.DIRECT.GET.${at.subjects.chunks}.${at.subjects.chunk('w2', 1, digest!)}`;
    return ((await world.answered((timeout) => nc.request(subject, '', { timeout }), 1000))?.data.length ?? 0) > 0;
  }),
  attack('checkpoint of its own run', 'a trainer asks for a checkpoint in the name of a run that it does not hold', async (world) => {
    const at = await world.study(SMALL);
    const reference = await saved(await victimOf(at), world.directory());
    await at.say('w2', 1, { type: 'failed', run: 'r1', attempt: 1, reason: 'preempted', checkpoint: reference });
    await at.until('suggested', { trial: 1, attempt: 2 });
    await at.say('w2', 1, { type: 'started', attempt: 2, run: 'r2' });
    const thief: CheckpointRun = { nc: await at.as('w1'), study: at.study, trainer: 'w1', trial: 1, run: 'r2' };
    return works(world, restoreCheckpoint(thief, reference, join(world.directory(), 'stolen')));
  }),
  attack('checkpoint of its author', 'a trainer names the checkpoint of another as its own, and resumes from it', async (world) => {
    const at = await world.study(SMALL);
    const reference = await saved(await victimOf(at), world.directory());
    const thief = await attackerOf(at);
    await at.say('w1', 2, { type: 'failed', run: 'mine', attempt: 1, reason: 'preempted', checkpoint: reference });
    await at.until('suggested', { trial: 2, attempt: 2 });
    await at.say('w1', 2, { type: 'started', attempt: 2, run: 'again' });
    return works(world, restoreCheckpoint({ ...thief, run: 'again' }, reference, join(world.directory(), 'stolen')));
  }),
  attack('parts by their digest', 'a trainer asks for a part by a pattern', async (world) => {
    const at = await world.study(SMALL);
    const of = await victimOf(at);
    const reference = await saved(of, world.directory());
    await at.say('w2', 1, { type: 'failed', run: 'r1', attempt: 1, reason: 'preempted', checkpoint: reference });
    await at.until('suggested', { trial: 1, attempt: 2 });
    await at.say('w2', 1, { type: 'started', attempt: 2, run: 'r2' });
    const request = JSON.stringify({ run: 'r2', get: '>', to: 'me' });
    for (;;) {
      const answer = (await of.nc.request(at.subjects.checkpoint('w2', 1), request)).json<{ ok: boolean; wait?: true }>();
      if (!answer.wait) return answer.ok;
      await sleep(20);
    }
  }),
  attack('room of one trainer', 'a trainer saves more than its share', async (world) => {
    const at = await world.study(SMALL);
    const large = mkdtempSync(join(world.directory(), 'large-'));
    writeFileSync(join(large, 'state'), Buffer.alloc(3_000_000, 'x'));
    return works(world, saveCheckpoint(await victimOf(at), large));
  }),
  attack('size of chunks', 'a checkpoint asks for parts of the server that it does not write, without end', async (world) => {
    const at = await world.study(SMALL);
    const of = await victimOf(at);
    await saved(of, world.directory());
    const restore = await handWritten(at, of, repeating(3, 1));
    return works(world, restore(join(world.directory(), 'restored')));
  }),
  attack('links inside', 'a link in what a program saves leads to a file of the machine', async (world) => {
    const at = await world.study(SMALL);
    const of = await victimOf(at);
    const place = world.directory();
    mkdirSync(join(place, 'checkpoints'));
    writeFileSync(join(place, 'secret'), SECRET);
    symlinkSync('../secret', join(place, 'checkpoints', 'link'));
    await saveCheckpoint(of, join(place, 'checkpoints'));
    const stored = at.subjects.chunk('w2', 1, digestOf(Buffer.from(SECRET)));
    const ack = await of.nc.request(stored, SECRET, { timeout: 60_000 });
    return ack.json<{ error?: unknown }>().error !== undefined; // it is there already
  }),
];
