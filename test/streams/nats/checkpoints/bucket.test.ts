import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { headers } from '@nats-io/nats-core';
import { credsAuthenticator, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { type CheckpointRun, restoreCheckpoint, saveCheckpoint } from '../../../../streams/nats/checkpoints/bucket.ts';
import { CHUNK } from '../../../../streams/nats/checkpoints/files.ts';
import { subjectsOf } from '../../../../streams/nats/protocol/subjects.ts';
import type { ServedStudy, ServeStudyOptions as ServeOptions } from '../../../../streams/nats/serve/serveStudy.ts';
import { natsServer } from '../../../support/nats.ts';
import { inboxOf, teamConfig, teamServer } from '../../../support/teamServer.ts';
import { type At, engineBy, type Heard, isFact } from '../world.ts';

const server = await teamServer('w1', 'w2');
afterAll(() => server.dispose());

const as = (name: string): Promise<NatsConnection> => server.as(name);

/** On a busy machine. */
const PATIENT = { timeout: 60_000 };

const directory = () => mkdtempSync(join(tmpdir(), 'hypertide-checkpoint-'));

interface Scene {
  readonly engine: ServedStudy<At>;
  readonly heard: Heard;
  /** Claims an attempt. */
  claim(trainer: string, trial: number, attempt?: number): Promise<CheckpointRun>;
  say(of: CheckpointRun, fact: object): Promise<void>;
}

async function scene(study: string, options: Partial<ServeOptions> = {}): Promise<Scene> {
  // By default, checkpoints may take 10 GB each, and the server has three quarters of the free disk.
  const engine = await engineBy(await as('engine'), { study, trials: 9, parallel: 2, checkpointBytes: 200 * CHUNK, ...options });
  onTestFinished(engine.close);
  const { heard } = engine;
  const subjects = subjectsOf(study);
  const say: Scene['say'] = async ({ nc, trainer, trial, run }, fact) => {
    await nc.request(subjects.by(trainer, trial), JSON.stringify({ trial, run, ...fact }));
  };
  return {
    engine,
    heard,
    say,
    claim: async (trainer, trial, attempt = 1) => {
      await heard.until(isFact('suggested', { trial, attempt }));
      const of = { nc: await as(trainer), study, trainer, trial, attempt, run: `${trial}.${attempt}` };
      await say(of, { type: 'started', attempt });
      return of;
    },
  };
}

/** The content of each file in a directory. */
const contents = (root: string) =>
  Object.fromEntries(
    readdirSync(root, { recursive: true, encoding: 'utf8' })
      .sort()
      .map((path) => [path, statSync(join(root, path)).isFile() ? readFileSync(join(root, path), 'base64') : undefined]),
  );

describe('a checkpoint', () => {
  it('is saved by one trainer and restored by another, which share nothing', async () => {
    const { heard, claim, say } = await scene('travel');
    const saved = directory();
    mkdirSync(join(saved, 'a/empty'), { recursive: true });
    writeFileSync(join(saved, 'large'), Buffer.alloc(20 * CHUNK + 3, 'abc'));
    for (const name of ['a/one', 'a/two', 'none']) writeFileSync(join(saved, name), name === 'none' ? '' : name);
    writeFileSync(join(saved, 'run.sh'), '#!/bin/sh', { mode: 0o755 });
    symlinkSync('large', join(saved, 'latest'));
    symlinkSync('/etc/hostname', join(saved, 'outside'));
    const w1 = await claim('w1', 1);
    const leftOut: string[] = [];
    const reference = await saveCheckpoint(w1, saved, (path) => leftOut.push(path));
    expect(reference).toMatch(/^nats:w1\/1\/1\/\w+\/\d+\/[0-9a-f]{64}$/);
    expect(leftOut).toEqual(['outside']);
    await say(w1, { type: 'failed', attempt: 1, reason: 'preempted', checkpoint: reference });
    const { fact } = await heard.until(isFact('suggested', { trial: 1, attempt: 2 }));
    expect(fact).toMatchObject({ checkpoint: reference });

    const w2 = await claim('w2', 1, 2);
    const place = join(directory(), 'restored');
    const restored = await restoreCheckpoint(w2, reference, place);
    rmSync(join(saved, 'outside'));
    expect(contents(restored)).toEqual({ ...contents(saved), latest: contents(saved).large });
    expect(statSync(join(restored, 'run.sh')).mode & 0o111).not.toBe(0);
    expect(await restoreCheckpoint(w2, reference, place)).toBe(restored); // what an attempt left that was killed is replaced
  });

  it('keeps what it is, whatever a trainer publishes afterwards, or the others of its team', async () => {
    const { claim, say } = await scene('kept');
    const w1 = await claim('w1', 1);
    const saved = directory();
    writeFileSync(join(saved, 'state'), Buffer.alloc(3 * CHUNK, 'good'));
    const reference = await saveCheckpoint(w1, saved);
    await say(w1, { type: 'failed', attempt: 1, reason: 'preempted', checkpoint: reference });
    const { chunk, chunks } = subjectsOf('kept');
    const id = reference.split('/').slice(0, 4).join('.').slice('nats:'.length);
    const rollup = headers();
    rollup.set('Nats-Rollup', 'all');
    for (const options of [{}, { headers: rollup }]) {
      const own = await w1.nc.request(chunk(`${id}.0`), 'evil', { timeout: 5000, ...options });
      expect(own.json()).toHaveProperty('error');
    }
    const w2 = await claim('w2', 1, 2);
    const purge = { timeout: 5000 };
    await expect(w2.nc.request(chunk(`${id}.0`), 'evil', purge)).rejects.toThrow(/Permissions Violation/);
    for (const [name, api] of ['STREAM.PURGE', 'STREAM.MSG.DELETE', 'STREAM.DELETE', 'STREAM.UPDATE'].flatMap((name) =>
      ['$JS.API', 'ht'].map((api) => [name, api] as const),
    ))
      await expect(w2.nc.request(`${api}.${name}.${chunks}`, '{}', purge)).rejects.toThrow(/Permissions Violation/);
    const restored = await restoreCheckpoint(w2, reference, join(directory(), 'restored'));
    expect(contents(restored)).toEqual(contents(saved));
  });

  it('that is gone, incomplete or was changed is not restored, and leaves nothing', async () => {
    const { claim } = await scene('gone');
    const w1 = await claim('w1', 1);
    const saved = directory();
    writeFileSync(join(saved, 'state'), Buffer.alloc(3 * CHUNK, 'good'));
    const reference = await saveCheckpoint(w1, saved);
    const place = directory();
    const restore = (which: string) => restoreCheckpoint(w1, which, join(place, 'restored'));
    await expect(restore(reference.replace(/.{64}$/, '0'.repeat(64)))).rejects.toThrow('it has changed since it was saved');
    await expect(restore(reference.replace(/\d+(\/.{64})$/, `${CHUNK}$1`))).rejects.toThrow('it has changed since it was saved');
    await expect(restore(reference.replace(/\w+(\/\d+\/.{64})$/, 'other$1'))).rejects.toThrow('it is no longer on the server');
    await expect(restore('/elsewhere')).rejects.toThrow('"/elsewhere" is not a checkpoint on the server');
    await expect(restore(reference.replace(/\d+(\/.{64})$/, '999999999999$1'))).rejects.toThrow('but there is room for');
    expect(readdirSync(place)).toEqual([]);
  });

  it('is not waited for when the run ends', async () => {
    const { claim } = await scene('ends');
    const w1 = await claim('w1', 1);
    const reference = await saveCheckpoint(w1, directory());
    const { signal } = new AbortController();
    const ended = AbortSignal.any([signal, AbortSignal.abort(new Error('the run ended'))]);
    const place = directory();
    await expect(restoreCheckpoint({ ...w1, signal: ended }, reference, join(place, 'restored'))).rejects.toThrow('the run ended');
    await expect(saveCheckpoint({ ...w1, signal: ended }, directory())).rejects.toThrow('the run ended');
    expect(readdirSync(place)).toEqual([]);
  });

  it('is deleted when no run can resume from it, and when there is no room', async () => {
    const { claim, say } = await scene('small', { checkpointBytes: 10 * CHUNK });
    const large = (parts: number) => {
      const saved = directory();
      for (let i = 0; i < parts; i++) writeFileSync(join(saved, `part${i}`), Buffer.alloc(CHUNK - 1000, randomUUID()));
      return saved;
    };
    const jsm = await jetstreamManager(await as('engine'), { checkAPI: false });
    const trialsOn = async () => {
      const { state } = await jsm.streams.info('HTC_small', { subjects_filter: '>' });
      return [...new Set(Object.keys(state.subjects ?? {}).map((subject) => subject.split('.').slice(3, 5).join('/')))].sort();
    };
    const first = await claim('w1', 1);
    await expect(saveCheckpoint(first, large(6))).rejects.toThrow(/one checkpoint may have 2621440/);
    const reference = await saveCheckpoint(first, large(3));
    expect(await trialsOn()).toEqual(['w1/1']);
    await say(first, { type: 'completed', values: { value: 1 }, checkpoint: reference });
    const second = await claim('w1', 2);
    await saveCheckpoint(second, large(4)); // fits
    await expect(saveCheckpoint(second, large(4))).rejects.toThrow('there is no room'); // the best result stays
    await say(second, { type: 'completed', values: { value: 0 } });
    const third = await claim('w1', 3);
    await saveCheckpoint(third, large(4)); // the second trial named none, and the first is no longer the best
    await saveCheckpoint(third, large(4));
    expect(await trialsOn()).toEqual(['w1/3']);
  });

  it('counts twice at most, however often its trial is handed back', async () => {
    const { claim, say } = await scene('again', { checkpointBytes: 20 * CHUNK });
    const jsm = await jetstreamManager(await as('engine'), { checkAPI: false });
    const saved = directory();
    let reference = '';
    for (let attempt = 1; attempt <= 6; attempt++) {
      const of = await claim('w1', 1, attempt);
      if (attempt > 1) await restoreCheckpoint(of, reference, join(directory(), 'restored'));
      for (let i = 0; i < 5; i++) writeFileSync(join(saved, `part${i}`), Buffer.alloc(CHUNK - 1000, randomUUID()));
      reference = await saveCheckpoint(of, saved);
      await say(of, { type: 'failed', attempt, reason: 'preempted', checkpoint: reference });
    }
    expect((await jsm.streams.info('HTC_again')).state.messages).toBeLessThanOrEqual(20);
    const last = await claim('w2', 1, 7);
    const restored = await restoreCheckpoint(last, reference, join(directory(), 'restored'));
    expect(contents(restored)).toEqual(contents(saved));
  });

  it('keeps its name if it is saved from inside its directory', async () => {
    const { claim } = await scene('names');
    const of = await claim('w1', 1);
    const saved = directory();
    writeFileSync(join(saved, 'state'), 'good');
    const digest = async (path: string) => (await saveCheckpoint(of, path)).slice(-64);
    expect(await digest(`${relative(process.cwd(), saved)}/.`)).toBe(await digest(saved));
    await expect(saveCheckpoint(of, '/')).rejects.toThrow('"/" has no name that a checkpoint can have');
    const odd = join(saved, 'a\\b');
    writeFileSync(odd, 'x');
    await expect(saveCheckpoint(of, odd)).rejects.toThrow('has no name that a checkpoint can have');
  });

  it('is not named if the server refuses one of its chunks', async () => {
    const { claim } = await scene('refused', { checkpointBytes: 30 * CHUNK });
    const of = await claim('w1', 1);
    const saved = directory();
    writeFileSync(join(saved, 'zeros'), Buffer.alloc(10 * CHUNK));
    const other = await as('w2');
    const fill = async () => {
      const part = Buffer.alloc(CHUNK - 4000);
      const store = (i: number) => other.request(subjectsOf('refused').chunk(`w2.9.1.x.${i}`), part, PATIENT);
      await Promise.all(Array.from({ length: 30 }, (_, i) => store(i)));
    };
    const promised = new Proxy(of.nc, {
      get: (nc, name: keyof NatsConnection) => {
        const request: NatsConnection['request'] = async (subject, ...more) => {
          const answer = await nc.request(subject, ...more);
          if (subject.includes('.beat.')) await fill(); // the room has gone since it was promised
          return answer;
        };
        return name === 'request' ? request : typeof nc[name] === 'function' ? nc[name].bind(nc) : nc[name];
      },
    });
    await expect(saveCheckpoint({ ...of, nc: promised }, saved)).rejects.toThrow('the server has no room for it');
  });

  it('is not restored if its study has lost the stream, as in a restored study', async () => {
    const { claim, say } = await scene('deleted');
    const w1 = await claim('w1', 1);
    const reference = await saveCheckpoint(w1, directory());
    await say(w1, { type: 'failed', attempt: 1, reason: 'preempted', checkpoint: reference });
    const w2 = await claim('w2', 1, 2);
    await (await jetstreamManager(await as('admin'), { checkAPI: false })).streams.delete('HTC_deleted');
    await expect(restoreCheckpoint(w2, reference, join(directory(), 'restored'))).rejects.toThrow('it is no longer on the server');
  });

  it('obeys the limit of the existing stream, whatever the engine is configured to', async () => {
    const before = await scene('raised', { checkpointBytes: 4 * CHUNK });
    const of = await before.claim('w1', 1);
    const saved = directory();
    await saveCheckpoint(of, saved);
    await before.engine.close();
    await scene('raised', { checkpointBytes: 40 * CHUNK });
    writeFileSync(join(saved, 'state'), Buffer.alloc(3 * CHUNK));
    await expect(saveCheckpoint(of, saved)).rejects.toThrow(
      /may have 1048576 \("nats stream edit HTC_raised --max-bytes" changes the limit\)/,
    );
  });

  it('finds room even if a trainer stored many chunks under names of no trial', async () => {
    const { claim } = await scene('strays', { checkpointBytes: 100 * CHUNK });
    const of = await claim('w1', 1);
    const saved = directory();
    await saveCheckpoint(of, saved);
    const stray = await as('w2');
    const subject = (part: number) => subjectsOf('strays').chunk(`w2.01.1.x.${part}`);
    const most = 20_000;
    for (let part = 0; part < most; part++) stray.publish(subject(part), 'x');
    const ack = await stray.request(subject(most), 'x', PATIENT);
    expect(ack.json()).toMatchObject({ error: { description: 'maximum messages exceeded' } });
    writeFileSync(join(saved, 'state'), 'good');
    await saveCheckpoint(of, saved);
  });

  it('stays on the worker if no engine answers, so that the worker can end, or if its run does not hold the trial', async () => {
    const { engine, claim } = await scene('away');
    const of = { ...(await claim('w2', 1, 1)), patience: 100 };
    await expect(saveCheckpoint({ ...of, run: 'other' }, directory())).rejects.toThrow('is not held by run other');
    await engine.close();
    await expect(saveCheckpoint(of, directory())).rejects.toThrow('no engine of the study has answered');
  });
});

it('a trainer of another team reads and writes no checkpoint of a study', async () => {
  const { text, creds } = await teamConfig([
    { name: 'lab', trainers: ['w1'] },
    { name: 'other', trainers: ['w1'] },
  ]);
  await using both = await natsServer(text);
  const login = (user: string) => ({
    authenticator: credsAuthenticator(new TextEncoder().encode(creds[user])),
    inboxPrefix: inboxOf(user.split('/')[1]!),
  });
  const engine = await engineBy(await both.connect(login('lab/engine')), { study: 'mine', trials: 9, checkpointBytes: 20 * CHUNK });
  await engine.heard.until(isFact('suggested'));
  const [own, foreign] = [await both.connect(login('lab/w1')), await both.connect(login('other/w1'))];
  const of: CheckpointRun = { nc: own, study: 'mine', trainer: 'w1', trial: 1, attempt: 1, run: 'r' };
  await own.request(subjectsOf('mine').by('w1', 1), JSON.stringify({ type: 'started', trial: 1, attempt: 1, run: 'r' }));
  const saved = directory();
  writeFileSync(join(saved, 'state'), 'secret');
  const reference = await saveCheckpoint(of, saved);
  const stolen = { ...of, nc: foreign, patience: 100 };
  const place = directory();
  const restored = restoreCheckpoint({ ...stolen, signal: AbortSignal.timeout(500) }, reference, join(place, 'restored'));
  await expect(restored).rejects.toThrow('aborted');
  await expect(saveCheckpoint(stolen, saved)).rejects.toThrow('no engine of the study has answered');
  const { chunks, chunk } = subjectsOf('mine');
  const first = chunk(`${reference.split('/').slice(0, 4).join('.').slice('nats:'.length)}.0`);
  for (const [nc, answers] of [
    [own, true],
    [foreign, false],
  ] as const) {
    const read = nc.request(`$JS.API.DIRECT.GET.${chunks}.${first}`, '', { timeout: 500 }).then(({ data }) => data.length > 0);
    expect(await read.catch(() => false)).toBe(answers);
    const write = nc.request(first, 'evil', { timeout: 500 }).then(() => true);
    expect(await write.catch(() => false)).toBe(answers);
  }
  expect(readdirSync(place)).toEqual([]);
  expect(contents(await restoreCheckpoint(of, reference, join(place, 'restored')))).toEqual(contents(saved));
});
