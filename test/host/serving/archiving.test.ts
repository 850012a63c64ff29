import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { archivedIn } from '../../../src/host/serving/archiving.ts';
import { withArchive } from '../../../src/stores/archive.ts';
import type { StudyPlace } from '../../../src/study/place.ts';
import { float, random, space } from '../../../streams/index.ts';
import { saveCheckpoint } from '../../../streams/nats/checkpoints/bucket.ts';
import { serverPlace } from '../../../streams/nats/place/natsPlace.ts';
import { serveStudy as serve } from '../../../streams/nats/serve/serveStudy.ts';
import { handOn } from '../../streams/nats/world.ts';
import { eventually } from '../../support/eventually.ts';
import { natsOfTests } from '../../support/natsOfTests.ts';
import { allServed } from './allServed.ts';

const xs = space({ x: float(0, 1) });
const server = natsOfTests();
let place: StudyPlace;
beforeAll(async () => {
  place = serverPlace(await server.connect(), server.url);
});

const folder = () => mkdtempSync(join(tmpdir(), 'hypertide-archives-'));
const linesOf = async (study: string) => {
  const lines: string[] = [];
  for await (const line of place.lines(study)) lines.push(Buffer.from(line).toString());
  return lines;
};
const partsOf = async (study: string) => {
  const parts: string[] = [];
  for await (const { name } of (await place.checkpoints(study))?.parts() ?? []) parts.push(name);
  return parts.sort();
};

/** A closed study with a checkpoint, which no engine serves. */
async function closed(study: string) {
  const nc = await server.connect();
  const engine = await serve(nc, xs, { strategy: random(), study, trials: 1, checkpointBytes: 1e6 });
  const hand = await handOn(server, study);
  (await hand.next())!.ack();
  await hand.say(1, { type: 'started', attempt: 1, run: 'r1' });
  const model = join(folder(), 'model.pt');
  writeFileSync(model, `weights of ${study}`);
  const checkpoint = await saveCheckpoint({ nc, study, trainer: 'hand', trial: 1, attempt: 1, run: 'r1' }, model);
  await hand.say(1, { type: 'completed', run: 'r1', values: { value: 1 }, checkpoint });
  await engine.port.finished;
  await engine.close();
  await nc.close();
  const [log, parts] = [await linesOf(study), await partsOf(study)];
  expect(parts).toHaveLength(1);
  return { log, parts };
}

it('of two archives at the same time, one is kept', async () => {
  const { log } = await closed('twice');
  const to = folder();
  const paths = await Promise.all([1, 2, 3].map(() => archivedIn(to, place, 'twice')));
  expect(new Set(paths)).toEqual(new Set([join(to, 'twice.tar.gz')]));
  expect(readdirSync(to)).toEqual(['twice.tar.gz']);
  await withArchive(paths[0]!, paths[0]!, async ({ contents }) => expect(contents.entries).toBe(log.length));
});

it('of a study that another engine archives and deletes meanwhile, no part is an archive', async () => {
  await closed('gone');
  const to = folder();
  const late: StudyPlace = {
    ...place,
    checkpoints: async (study) => {
      const all = (await place.checkpoints(study))!;
      const parts = async function* () {
        await place.delete(study);
        yield* all.parts();
      };
      return { ...all, parts };
    },
  };
  await expect(archivedIn(to, late, 'gone')).rejects.toThrow();
  expect(readdirSync(to)).toEqual([]);
});

/** Two engines archive the same studies. @param isApart whether each has a folder of its own */
async function archivedByTwo(isApart: boolean) {
  const prefix = isApart ? 'apart' : 'both';
  const names = Array.from({ length: 5 }, (_, i) => `${prefix}-${i}`);
  const before = new Map<string, Awaited<ReturnType<typeof closed>>>();
  for (const name of names) before.set(name, await closed(name));
  const to = folder();
  const engines = await Promise.all(
    [to, isApart ? folder() : to].map((to) =>
      allServed(server, `${prefix}-*`, { retire: () => ({ unloadAfter: 0.1, archive: { after: 0.2, to } }) }),
    ),
  );
  for (const { end } of engines) onTestFinished(end);
  const archives = async () => (await place.list()).flatMap(({ study, archive }) => (archive && names.includes(study) ? [archive] : []));
  await eventually(async () => expect(await archives()).toHaveLength(names.length));
  // The other engine may still remove what it has begun.
  if (!isApart) await eventually(() => expect(readdirSync(to).sort()).toEqual(names.map((name) => `${name}.tar.gz`)));
  expect(engines.flatMap(({ lines }) => lines.filter((line) => /cannot|has failed|ended unexpectedly/.test(line)))).toEqual([]);
  const next = await serve(await server.connect(), xs, { strategy: random(), study: `${prefix}-next` });
  await next.started;
  await next.close();
  await eventually(() => {
    for (const { engines: served } of engines) expect(served.of(`${prefix}-next`)?.here.engine).toBeDefined();
  });
  const paths = await archives();
  for (const { end } of engines) await end();
  for (const path of paths)
    await withArchive(path, path, async ({ contents: { study }, restore }) => {
      await restore(place, study);
      expect({ log: await linesOf(study), parts: await partsOf(study) }).toEqual(before.get(study));
    });
}

it('two engines that archive the same studies, into one folder or two, lose nothing, and go on', () =>
  Promise.all([archivedByTwo(false), archivedByTwo(true)]));
