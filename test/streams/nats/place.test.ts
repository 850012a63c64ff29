import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { errors, headers } from '@nats-io/nats-core';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { beginFrom, copy } from '../../../src/cli/commands/study/copy.ts';
import { deleteStudy } from '../../../src/cli/commands/study/delete.ts';
import type { Entry } from '../../../src/facts/entry.ts';
import { isRecord } from '../../../src/schema/json.ts';
import { withArchive, writeArchive } from '../../../src/stores/archive.ts';
import { branch, eachEntry, portable, sizeOf } from '../../../src/stores/branch.ts';
import { folderPlace } from '../../../src/stores/folder.ts';
import { ledgerIn } from '../../../src/stores/trialTable.ts';
import type { StudyPlace } from '../../../src/study/place.ts';
import { float, random, space } from '../../../streams/index.ts';
import { linesOf } from '../../../streams/log/createJournal.ts';
import { serve, trainer } from '../../../streams/nats/index.ts';
import { serverPlace } from '../../../streams/nats/place/natsPlace.ts';
import { coded } from '../../support/coded.ts';
import { natsOfTests } from '../../support/natsOfTests.ts';

const server = natsOfTests();
let nc: NatsConnection;
let place: StudyPlace;
const xs = space({ x: float(0, 1) });

beforeAll(async () => {
  nc = await server.connect();
  place = serverPlace(nc, server.url);
  // A study with each kind of entry: facts of the engine, of a trainer, one that another trainer forged, and one that is no JSON.
  const study = await serve(nc, xs, { study: 'digits', strategy: random(), trials: 4, parallel: 2 });
  await trainer<{ x: number }>({ nc, study: 'digits' }, { name: 'w1' }, ({ x }) => x).done;
  await study.close();
  const js = jetstream(nc);
  await js.publish('ht.digits.log.by.w2.1', '{"type":"completed","trial":1,"run":"forged","values":{"value":-1}}');
  const more = headers();
  for (const value of ['a', 'b']) more.append('Twice', value);
  await js.publish('ht.digits.log.by.w2.2', new Uint8Array([0xff, 0xfe]), { headers: more });
});

const entriesOf = async (of: StudyPlace, name: string): Promise<Entry[]> => {
  const found: Entry[] = [];
  for await (const entry of eachEntry((await of.open(name)).past(1))) found.push(entry);
  return found;
};
const stateOf = async (of: StudyPlace, name: string) => {
  const source = await of.open(name);
  const created = (await entriesOf(of, name))[0]!.fact as Parameters<typeof ledgerIn>[1];
  const { position, best, configurations, results, nextTrial, closed } = await ledgerIn(source, created);
  return { position, best, configurations, cost: results.cost, nextTrial, closed };
};
const file = () => join(mkdtempSync(join(tmpdir(), 'hypertide-place-')), 'study.tar.gz');
const archived = async (of: StudyPlace, name: string) => {
  const path = file();
  await writeArchive(of, name, ['no folder'], path);
  return path;
};
const restore = (path: string, to: StudyPlace, name: string) => withArchive(path, path, (unpacked) => unpacked.restore(to, name));

it('lists the studies, and opens each', async () => {
  expect(await place.names()).toContain('digits');
  await expect(place.open('none')).rejects.toThrow(coded('study'));
});

describe('an archive', () => {
  it('brings back subject, headers, time and position of each entry, byte for byte', async () => {
    const first = await archived(place, 'digits');
    const before = await entriesOf(place, 'digits');
    await place.delete('digits');
    expect(await place.names()).not.toContain('digits');
    await restore(first, place, 'digits');
    expect(await entriesOf(place, 'digits')).toEqual(before);
    const log = (path: string) => gunzipSync(readFileSync(path));
    expect(log(await archived(place, 'digits')).equals(log(first))).toBe(true);
    expect(log(first).toString('latin1')).toContain('"headers":[["Twice","a"],["Twice","b"]],"data":{"base64":"//4="}');
  });

  it('takes a study from a server to a folder and back, with the same state', async () => {
    const folder = folderPlace(mkdtempSync(join(tmpdir(), 'hypertide-place-')));
    await restore(await archived(place, 'digits'), folder, 'digits');
    expect(await stateOf(folder, 'digits')).toEqual(await stateOf(place, 'digits'));
    await restore(await archived(folder, 'digits'), place, 'back');
    expect(await stateOf(place, 'back')).toEqual(await stateOf(place, 'digits'));
    const at = async (of: StudyPlace, name: string) => (await entriesOf(of, name)).map((entry) => entry.at);
    expect(await at(place, 'back')).toEqual(await at(place, 'digits'));
  });

  it('is not restored over a study, nor in part', async () => {
    const path = await archived(place, 'digits');
    await expect(restore(path, place, 'digits')).rejects.toThrow(coded('study'));
    const { entries, longest } = await sizeOf(eachEntry((await place.open('digits')).past(1)));
    const broken = async function* () {
      for await (const line of place.lines('digits')) yield line;
      throw new Error('the disk broke');
    };
    await expect(place.restore('part', { entries: entries + 5, longest }, broken())).rejects.toThrow('the disk broke');
    expect(await place.names()).not.toContain('part');
  });

  it('with a message for another place is refused', async () => {
    const jsm = await jetstreamManager(nc);
    await jsm.streams.add({ name: 'HT_victim', subjects: ['ht.victim.log.>'] });
    const subjects = [
      '$JS.API.STREAM.DELETE.HT_victim',
      'ht.crafted.rpc.close',
      'ht.crafted.log.by.>',
      'ht.crafted.log.by.a 0',
      'ht.crafted.log.',
    ];
    for (const subject of subjects) {
      const lines = async function* () {
        yield Buffer.from(JSON.stringify({ seq: 1, time: '1', subject, headers: [], data: '' }));
      };
      await expect(place.restore('crafted', { entries: 1, longest: 9 }, lines())).rejects.toThrow(coded('study'));
    }
    expect(await place.names()).toContain('victim');
    expect(await place.names()).not.toContain('crafted');
    await place.delete('victim');
  });

  it('ignores a time that a trainer wrote', async () => {
    const at = 1_700_000_000_000;
    const lines = async function* () {
      const headers = [['Hypertide-Time', '1000000']];
      yield Buffer.from(JSON.stringify({ seq: 1, time: `${at}000000`, subject: 'ht.dated.log.by.w1.1', headers, data: '{}' }));
    };
    await place.restore('dated', { entries: 1, longest: 9 }, lines());
    expect((await entriesOf(place, 'dated')).map((entry) => entry.at)).toEqual([at]);
    await place.delete('dated');
  });

  it('is not retried when the server is away, since it can only be read once', async () => {
    let read = 0;
    const lines = async function* () {
      read++;
      yield Buffer.from(JSON.stringify({ seq: 1, time: '1', subject: 'ht.away.log.created', headers: [], data: '{}' }));
      throw new errors.TimeoutError();
    };
    await expect(place.restore('away', { entries: 2, longest: 9 }, lines())).rejects.toThrow(coded('study'));
    expect(read).toBe(1);
  });

  it('is not served while it is being restored', async () => {
    const jsm = await jetstreamManager(nc);
    await jsm.streams.add({ name: 'HT_half', subjects: ['ht.half.log.>'], allow_direct: true, metadata: { 'hypertide-restored': '3' } });
    await jetstream(nc).publish('ht.half.log.created', '{}');
    await expect(place.open('half')).rejects.toThrow(coded('restoring'));
    await expect(serve(nc, xs, { study: 'half', trials: 1 })).rejects.toThrow(coded('restoring'));
    expect(await deleteStudy({ place, name: 'half' }, { yes: true })).toBe(0);
    expect(await place.names()).not.toContain('half');
  });
});

it('a restored time counts in the restored part only: a trainer cannot forge one', async () => {
  const source = await place.open('digits');
  const { entries } = await sizeOf(eachEntry(source.past(1)));
  const forged = headers();
  forged.set('Hypertide-Time', '1000000');
  await jetstream(nc).publish('ht.digits.log.by.w2.1', '{}', { headers: forged });
  const [entry] = (await entriesOf(place, 'digits')).slice(entries);
  expect(entry!.at).toBeGreaterThan(1e12);
});

it('a copy continues on the server', async () => {
  const source = await place.open('digits');
  await place
    .begin('copy', await sizeOf(eachEntry(source.past(1))), branch(eachEntry(source.past(1)), { study: 'copy', from: 'digits', at: 9 }))
    .then(
      () => expect.unreachable('it has fewer entries than announced'),
      (error: Error) => expect(error.message).toContain('entries of the log, got 9'),
    );
  const size = { ...(await sizeOf(eachEntry(source.past(1)))), entries: 9 };
  await place.begin('copy', size, branch(eachEntry(source.past(1)), { study: 'copy', from: 'digits', at: 9 }));
  expect((await entriesOf(place, 'copy'))[0]!.fact).toMatchObject({ study: 'copy', origin: { study: 'digits', position: 9 } });
  expect(await place.busy('copy')).toBeUndefined();
  const served = await serve(nc, xs, { study: 'copy', lease: 0.2 });
  expect(await place.busy('copy')).toBe('an engine serves copy');
  await trainer<{ x: number }>({ nc, study: 'copy' }, { name: 'w3' }, ({ x }) => x).done;
  await served.close();
  const params = (entries: Entry[]) => entries.flatMap(({ fact }) => (isRecord(fact) && fact.type === 'suggested' ? [fact.params] : []));
  const unique = (all: unknown[]) => [...new Set(all.map((one) => JSON.stringify(one)))];
  expect(unique(params(await entriesOf(place, 'copy')))).toEqual(unique(params(await entriesOf(place, 'digits'))));
});

describe('a study on a server', () => {
  it('is deleted without a folder of its name, unless that is named', async () => {
    const trials = mkdtempSync(join(tmpdir(), 'hypertide-place-'));
    const near = 'near.trials'; // of a study in the current folder
    mkdirSync(near);
    onTestFinished(() => rmSync(near, { recursive: true, force: true }));
    const all = async () => eachEntry((await place.open('digits')).past(1));
    const begin = async () => place.begin('near', await sizeOf(await all()), portable(await all()));
    await begin();
    expect(await deleteStudy({ place, name: 'near' }, { yes: true })).toBe(0);
    expect(existsSync(near)).toBe(true);
    await begin();
    expect(await deleteStudy({ place, name: 'near' }, { yes: true, directory: trials })).toBe(0);
    expect(existsSync(trials)).toBe(false);
  });

  it('leaves files of trials with its name where they are, since they may be those of another study', async () => {
    const mine = 'apart.trials';
    mkdirSync(mine);
    onTestFinished(() => {
      for (const path of ['nearer.trials', mine]) rmSync(path, { recursive: true, force: true });
    });
    await beginFrom({ place, name: 'digits' }, 'apart');
    expect(await copy({ place, name: 'apart' }, 'nearer', {})).toBe(0);
    expect(existsSync('nearer.trials')).toBe(false);
    await place.delete('nearer');
    expect(await deleteStudy({ place, name: 'apart' }, { yes: true })).toBe(0);
    expect(existsSync(mine)).toBe(true);
  });

  it('is not treated as free because its engine is silent', async () => {
    const silent = Object.create(nc, { request: { value: () => Promise.reject(new errors.TimeoutError()) } });
    await expect(serverPlace(silent, server.url).busy('digits')).rejects.toThrow(coded('study'));
    expect(await place.busy('digits')).toBeUndefined();
  });

  it('keeps its authors in a folder, but not fields of facts that a journal adds itself', async () => {
    const entry = { position: 1, at: 5, fact: { type: 'started', author: 'forged', sum: 'x', trainer: 'Ann' }, author: 'w1' };
    const folder = folderPlace(mkdtempSync(join(tmpdir(), 'hypertide-place-')));
    await restore(await archived(place, 'digits'), folder, 'digits');
    const authors = async (of: StudyPlace) => {
      const found = await entriesOf(of, 'digits');
      return found.flatMap(({ fact, author }) => (isRecord(fact) && fact.type === 'completed' ? [author] : []));
    };
    expect(await authors(folder)).toContain('w1');
    const lines: string[] = [];
    for await (const line of linesOf(one(entry))) lines.push(Buffer.from(line).toString());
    expect(lines).toEqual([expect.stringContaining('{"at":5,"author":"w1","type":"started","trainer":"Ann","sum":')]);
  });
});

async function* one<T>(value: T) {
  yield value;
}
