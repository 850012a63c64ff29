import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { copy } from '../../../src/cli/commands/study/copy.ts';
import { withArchive, writeArchive } from '../../../src/stores/archive.ts';
import type { StudyPlace } from '../../../src/study/place.ts';
import { float, random, space } from '../../../streams/index.ts';
import { restoreCheckpoint, saveCheckpoint } from '../../../streams/nats/checkpoints/bucket.ts';
import { serve } from '../../../streams/nats/index.ts';
import { serverPlace } from '../../../streams/nats/place/natsPlace.ts';
import { subjectsOf } from '../../../streams/nats/protocol/subjects.ts';
import { coded } from '../../support/coded.ts';
import { natsOfTests } from '../../support/natsOfTests.ts';
import { handOn } from './world.ts';

const server = natsOfTests();
let nc: NatsConnection;
let place: StudyPlace;
const xs = space({ x: float(0, 1) });

beforeAll(async () => {
  nc = await server.connect();
  place = serverPlace(nc, server.url);
});

/** A study whose trial was handed back with a checkpoint on the server. */
async function interrupted(study: string): Promise<string> {
  const engine = await serve(nc, xs, { study, strategy: random(), trials: 1 });
  const { checkpoint } = await handBack(study, 1, 'model');
  await engine.close();
  return checkpoint;
}
/** Takes the next attempt of trial 1, saves a file, and hands the attempt back. */
async function handBack(study: string, attempt: number, content: string) {
  const hand = await handOn(server, study);
  const suggestion = (await hand.next())!;
  suggestion.ack();
  const of = { nc, study, trainer: 'hand', trial: 1, attempt, run: `r${attempt}` };
  await hand.say(1, { type: 'started', attempt, run: of.run });
  const { checkpoint: from } = suggestion.json<{ checkpoint?: string }>();
  const folder = mkdtempSync(join(tmpdir(), 'hypertide-place-'));
  const resumed = from === undefined ? undefined : await restoreCheckpoint(of, from, join(folder, 'restored'));
  writeFileSync(join(folder, 'model.pt'), content);
  const checkpoint = await saveCheckpoint(of, join(folder, 'model.pt'));
  await hand.say(1, { type: 'failed', attempt, run: of.run, reason: 'preempted', checkpoint });
  return { resumed: resumed && readFileSync(resumed, 'utf8'), checkpoint };
}
const partsOf = async (study: string) => {
  const parts: Record<string, string> = {};
  for await (const { name, data } of (await place.checkpoints(study))?.parts() ?? []) parts[name] = Buffer.from(data).toString();
  return parts;
};
const archived = async (study: string) => {
  const path = join(mkdtempSync(join(tmpdir(), 'hypertide-place-')), 'study.tar.gz');
  await writeArchive(place, study, [], path);
  return path;
};
const restore = (path: string, name: string) => withArchive(path, path, (unpacked) => unpacked.restore(place, name));

describe('checkpoints on the server', () => {
  it('are in an archive, byte for byte, and the restored study resumes from them', async () => {
    const checkpoint = await interrupted('paused');
    const before = await partsOf('paused');
    expect(Object.keys(before)).toEqual([`${checkpoint.split('/').slice(0, 4).join('/').slice('nats:'.length)}/0`]);
    const path = await archived('paused');
    await place.delete('paused');
    expect(await partsOf('paused')).toEqual({});
    await restore(path, 'paused');
    expect(await partsOf('paused')).toEqual(before);
    expect(gunzipSync(readFileSync(await archived('paused'))).equals(gunzipSync(readFileSync(path)))).toBe(true);
    const engine = await serve(nc, xs, { study: 'paused' });
    expect((await handBack('paused', 2, 'next')).resumed).toBe('model');
    await engine.close();
    await expect(restore(path, 'paused')).rejects.toThrow(coded('study'));
    expect(Object.values(await partsOf('paused'))).toContainEqual(expect.stringMatching(/next$/));
  });

  it('are copied with their study, and deleted with it', async () => {
    await interrupted('held');
    await copy({ place, name: 'held' }, 'held-2', {});
    const parts = await partsOf('held');
    await place.delete('held');
    expect(await partsOf('held')).toEqual({});
    expect(await partsOf('held-2')).toEqual(parts);
    await using _engine = await serve(nc, xs, { study: 'held-2' });
    expect((await handBack('held-2', 2, 'next')).resumed).toBe('model');
  });

  it('have no limit in an archive if they had none on the server', async () => {
    await interrupted('boundless');
    const jsm = await jetstreamManager(nc);
    const { chunks } = subjectsOf('boundless');
    await jsm.streams.update(chunks, { max_bytes: -1 });
    const before = await partsOf('boundless');
    const path = await archived('boundless');
    await place.delete('boundless');
    await restore(path, 'boundless');
    expect(await partsOf('boundless')).toEqual(before);
    expect((await jsm.streams.info(chunks)).config).toMatchObject({ max_bytes: -1, max_msgs: -1 });
  });

  it('are refused if the server has no room', async () => {
    await interrupted('huge');
    const huge = { ...(await place.checkpoints('huge'))!, bytes: 2 ** 60, maxBytes: 2 ** 60 };
    const restored = place.restore('huge-2', { entries: 1, longest: 100 }, place.lines('huge'), huge);
    await expect(restored).rejects.toThrow(coded('study'));
    expect(await place.names()).not.toContain('huge-2');
  });

  it('are deleted if a study cannot be restored', async () => {
    await interrupted('torn');
    const failing = {
      bytes: 1,
      maxBytes: 1e6,
      parts: () => {
        throw new Error('torn');
      },
    };
    const lines = () => place.lines('torn');
    const size = { entries: 1, longest: 100 };
    await expect(place.restore('mended', size, lines(), failing)).rejects.toThrow('torn');
    const evil = (await place.checkpoints('torn'))!;
    const parts = async function* () {
      for await (const part of evil.parts()) yield { ...part, name: `../${part.name}` };
    };
    await expect(place.restore('mended', size, lines(), { ...evil, parts })).rejects.toThrow(coded('study'));
    expect(await partsOf('mended')).toEqual({});
    expect(await place.names()).not.toContain('mended');
  });
});
