import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { random } from '../../../../streams/index.ts';
import type { CheckpointAnswer } from '../../../../streams/nats/checkpoints/checkpointMessages.ts';
import { CHUNK, digestOf } from '../../../../streams/nats/checkpoints/manifest.ts';
import { type CheckpointRun, restoreCheckpoint, saveCheckpoint } from '../../../../streams/nats/checkpoints/transfer.ts';
import { ADMITTED, subjectsOf } from '../../../../streams/nats/protocol/subjects.ts';
import {
  type ServedStudy,
  type ServeStudyOptions as ServeOptions,
  serveStudy as serve,
} from '../../../../streams/nats/serve/serveStudy.ts';
import { type TeamServer, teamServer } from '../../../support/teamServer.ts';
import { type Heard, hearing, isFact, plane } from '../world.ts';

let server: TeamServer;
beforeAll(async () => {
  server = await teamServer('w1', 'w2');
});
afterAll(() => server.dispose());

const as = (name: string): Promise<NatsConnection> => server.as(name);

/** On a busy machine. */
const PATIENT = { timeout: 60_000 };

const directory = () => mkdtempSync(join(tmpdir(), 'hypertide-checkpoint-'));

interface Scene {
  readonly engine: ServedStudy;
  readonly heard: Heard;
  /** Claims an attempt. */
  claim(trainer: string, trial: number, attempt?: number): Promise<CheckpointRun>;
  say(of: CheckpointRun, fact: object): Promise<void>;
}

async function scene(study: string, options: Partial<ServeOptions> = {}): Promise<Scene> {
  const heard = hearing();
  const engine = await serve(await as('engine'), plane, {
    strategy: random(),
    study,
    trials: 9,
    parallel: 2,
    onEntry: heard.note,
    checkpointBytes: 200 * CHUNK, // by default 10 GB each, and the server has three quarters of the free disk
    ...options,
  });
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
      const of = { nc: await as(trainer), study, trainer, trial, run: `${trial}.${attempt}` };
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
    const { engine, heard, claim, say } = await scene('travel');
    const saved = directory();
    mkdirSync(join(saved, 'a/empty'), { recursive: true });
    writeFileSync(join(saved, 'large'), Buffer.alloc(2 * CHUNK + 3, 'abc'));
    for (const name of ['a/one', 'a/two', 'none']) writeFileSync(join(saved, name), name === 'none' ? '' : name);
    writeFileSync(join(saved, 'run.sh'), '#!/bin/sh', { mode: 0o755 });
    symlinkSync('large', join(saved, 'latest'));
    symlinkSync('/etc/hostname', join(saved, 'outside'));
    const w1 = await claim('w1', 1);
    const leftOut: string[] = [];
    const reference = await saveCheckpoint(w1, saved, (path) => leftOut.push(path));
    expect(reference).toMatch(/^nats:w1\/1\/[0-9a-f]{64}$/);
    expect(leftOut).toEqual(['outside']);
    expect(await saveCheckpoint(w1, saved)).toBe(reference);
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
    await engine.close();
  });

  it('that is gone or was changed is not restored, and leaves nothing', async () => {
    const { engine, heard, claim, say } = await scene('gone');
    const w1 = await claim('w1', 1);
    const saved = directory();
    writeFileSync(join(saved, 'state'), 'good');
    const reference = await saveCheckpoint(w1, saved);
    const other = reference.replace(/.{64}$/, digestOf(Buffer.from('other')));
    await w1.nc.request(subjectsOf('gone').chunk('w1', 1, digestOf(Buffer.from('other'))), 'forged');
    await say(w1, { type: 'failed', attempt: 1, reason: 'preempted', checkpoint: other });
    const w2 = await claim('w2', 1, 2);
    const place = directory();
    const restore = (which: string) => restoreCheckpoint(w2, which, join(place, 'restored'));
    await expect(restore(other)).rejects.toThrow('a chunk of it has changed since it was saved');
    await expect(restore(reference.replace(/.{64}$/, '0'.repeat(64)))).rejects.toThrow('it is no longer on the server');
    await expect(restore('/elsewhere')).rejects.toThrow('"/elsewhere" is not a checkpoint on the server');
    expect(readdirSync(place)).toEqual([]);
    await heard.until(isFact('started', { trial: 1, attempt: 2 }));
    await engine.close();
  });

  it('writes no more than the engine admitted, also after the engine was restarted', async () => {
    const before = await scene('many');
    const w1 = await before.claim('w1', 1);
    const saved = directory();
    writeFileSync(join(saved, 'state'), 'good');
    const honest = await saveCheckpoint(w1, saved);
    const stored = async (data: string) => {
      const sha256 = digestOf(Buffer.from(data));
      await w1.nc.request(subjectsOf('many').chunk('w1', 1, sha256), data);
      return sha256;
    };
    /** A manifest that names the one chunk again and again. @param size of the chunk, as it says */
    const repeated = async (times: number, size: number) => {
      const chunks = Array(times).fill([digestOf(Buffer.from('good')), size]);
      const manifest = { name: 'state', files: [{ path: '', size: times * size }], empty: [], chunks };
      return `nats:w1/1/${await stored(JSON.stringify(manifest))}`;
    };
    const place = directory();
    const restore = (of: CheckpointRun, reference: string) => restoreCheckpoint(of, reference, join(place, 'restored'));
    const resumed = async ({ claim, say }: Scene, attempt: number, checkpoint: string) => {
      await say({ ...w1, run: `1.${attempt}` }, { type: 'failed', attempt, reason: 'preempted', checkpoint });
      return claim('w1', 1, attempt + 1);
    };
    const bomb = await repeated(3000, 4);
    const second = await resumed(before, 1, bomb);
    await expect(restore(second, bomb)).rejects.toThrow('it has 12000 bytes, but the engine admitted 4');
    await before.engine.close();

    const after = await scene('many');
    await expect(restore(second, bomb)).rejects.toThrow('it has 12000 bytes, but the engine admitted 4');
    const short = await repeated(4, 1);
    await expect(restore(await resumed(after, 2, short), short)).rejects.toThrow('a chunk of it has 4 bytes instead of 1');
    expect(readdirSync(place)).toEqual([]);
    expect(readFileSync(join(await restore(await resumed(after, 3, honest), honest), 'state'), 'utf8')).toBe('good');
    await after.engine.close();
  });

  it('is not waited for without end', async () => {
    const { engine, claim, say } = await scene('slow');
    const w1 = await claim('w1', 1);
    const reference = await saveCheckpoint(w1, directory());
    await say(w1, { type: 'failed', attempt: 1, reason: 'preempted', checkpoint: reference });
    const w2 = await claim('w2', 1, 2);
    await engine.close();
    const place = directory();
    await expect(restoreCheckpoint(w2, reference, join(place, 'restored'), 1)).rejects.toThrow('it was not restored within 1 seconds');
    expect(readdirSync(place)).toEqual([]);
  });

  it('is deleted when no run can resume from it, and when there is no room', async () => {
    const { engine, claim, say } = await scene('small', { checkpointBytes: 10 * CHUNK });
    const large = (parts: number) => {
      const saved = directory();
      for (let i = 0; i < parts; i++) writeFileSync(join(saved, `part${i}`), Buffer.alloc(CHUNK, randomUUID()));
      return saved;
    };
    const jsm = await jetstreamManager(await as('engine'), { checkAPI: false });
    const trialsOn = async () => {
      const { state } = await jsm.streams.info('HTC_small', { subjects_filter: '>' });
      const parts = Object.keys(state.subjects ?? {}).filter((subject) => !subject.includes(ADMITTED));
      return [...new Set(parts.map((subject) => subject.split('.').slice(3, 5).join('/')))].sort();
    };
    const first = await claim('w1', 1);
    await expect(saveCheckpoint(first, large(6))).rejects.toThrow(/the checkpoint has 3145728 bytes, and a trainer may save 2621440/);
    const reference = await saveCheckpoint(first, large(3));
    expect(await trialsOn()).toEqual(['w1/1']);
    await say(first, { type: 'completed', values: { value: 1 }, checkpoint: reference });
    const second = await claim('w1', 2);
    await saveCheckpoint(second, large(1)); // fits
    await expect(saveCheckpoint(second, large(3))).rejects.toThrow('there is no room'); // the best result stays
    await say(second, { type: 'completed', values: { value: 0 } });
    const third = await claim('w1', 3);
    await saveCheckpoint(third, large(4)); // the second trial named none, and the first is no longer the best
    expect(await trialsOn()).toEqual(['w1/3']);
    await engine.close();
  });

  it('counts once, however often its trial is handed back', async () => {
    const { engine, claim, say } = await scene('again', { checkpointBytes: 20 * CHUNK });
    const jsm = await jetstreamManager(await as('engine'), { checkAPI: false });
    const saved = directory();
    writeFileSync(join(saved, 'frozen'), Buffer.alloc(CHUNK, 'abc'));
    let reference = '';
    for (let attempt = 1; attempt <= 4; attempt++) {
      const of = await claim('w1', 1, attempt);
      if (attempt > 1) await restoreCheckpoint(of, reference, join(directory(), 'restored'));
      for (let i = 0; i < 5; i++) writeFileSync(join(saved, `part${i}`), Buffer.alloc(CHUNK, randomUUID()));
      reference = await saveCheckpoint(of, saved);
      await say(of, { type: 'failed', attempt, reason: 'preempted', checkpoint: reference });
    }
    const { state } = await jsm.streams.info('HTC_again', { subjects_filter: '>' });
    const parts = (checkpoints: number) => checkpoints * (5 + 1) + 1; // the frozen part is in all
    expect(Object.keys(state.subjects ?? {})).toHaveLength(parts(2) + 1); // and what was admitted
    const last = await claim('w2', 1, 5);
    await say(last, { type: 'completed', values: { value: 1 } });
    await engine.close();
  });

  it('keeps its name if it is saved from inside its directory', async () => {
    const { engine, claim, say } = await scene('names');
    const of = await claim('w1', 1);
    const saved = directory();
    writeFileSync(join(saved, 'state'), 'good');
    const inside = relative(process.cwd(), saved);
    const reference = await saveCheckpoint(of, `${inside}/.`);
    expect(reference).toBe(await saveCheckpoint(of, saved));
    await expect(saveCheckpoint(of, '/')).rejects.toThrow('"/" has no name that a checkpoint can have');
    const odd = join(saved, 'a\\b');
    writeFileSync(odd, 'x');
    await expect(saveCheckpoint(of, odd)).rejects.toThrow('has no name that a checkpoint can have');
    await say(of, { type: 'completed', values: { value: 1 } });
    await engine.close();
  });

  it('is not named if the server refuses one of its parts', async () => {
    const { engine, claim, say } = await scene('refused', { checkpointBytes: 30 * CHUNK });
    const first = await claim('w1', 1);
    const saved = directory();
    writeFileSync(join(saved, 'zeros'), Buffer.alloc(10 * CHUNK));
    await say(first, { type: 'failed', attempt: 1, reason: 'preempted', checkpoint: await saveCheckpoint(first, saved) });
    const of = await claim('w1', 1, 2);
    writeFileSync(join(saved, 'a'), Buffer.alloc(CHUNK, randomUUID()));
    const other = await as('w2');
    const fill = async () => {
      const part = Buffer.alloc(CHUNK - 4000);
      const store = (i: number) => other.request(subjectsOf('refused').chunk('w2', 9, String(i)), part, PATIENT);
      await Promise.all(Array.from({ length: 30 }, (_, i) => store(i)));
    };
    const admitted = new Proxy(of.nc, {
      get: (nc, name: keyof NatsConnection) => {
        const request: NatsConnection['request'] = async (subject, ...more) => {
          const answer = await nc.request(subject, ...more);
          if (subject.includes('.checkpoint.')) await fill(); // the room has gone since it was admitted
          return answer;
        };
        return name === 'request' ? request : typeof nc[name] === 'function' ? nc[name].bind(nc) : nc[name];
      },
    });
    // The first part is refused while the others, which are there, are read.
    await expect(saveCheckpoint({ ...of, nc: admitted }, saved)).rejects.toThrow('the server has no room for it');
    await engine.close();
  });

  it('is not restored if its study has lost the stream, as in a restored study', async () => {
    const { engine, claim, say } = await scene('deleted');
    const w1 = await claim('w1', 1);
    const reference = await saveCheckpoint(w1, directory());
    await say(w1, { type: 'failed', attempt: 1, reason: 'preempted', checkpoint: reference });
    const w2 = await claim('w2', 1, 2);
    await (await jetstreamManager(await as('admin'), { checkAPI: false })).streams.delete('HTC_deleted');
    await expect(restoreCheckpoint(w2, reference, join(directory(), 'restored'))).rejects.toThrow('it is no longer on the server');
    await engine.close();
  });

  it('obeys the limit of the existing stream, whatever the engine is configured to', async () => {
    const before = await scene('raised', { checkpointBytes: 4 * CHUNK });
    const of = await before.claim('w1', 1);
    const saved = directory();
    await saveCheckpoint(of, saved);
    await before.engine.close();
    const { engine } = await scene('raised', { checkpointBytes: 40 * CHUNK });
    writeFileSync(join(saved, 'state'), Buffer.alloc(3 * CHUNK));
    await expect(saveCheckpoint(of, saved)).rejects.toThrow(
      /a trainer may save 1048576 \("nats stream edit HTC_raised --max-bytes" changes the limit\)/,
    );
    await engine.close();
  });

  it('finds room even if a trainer stored many parts under names of no trial', async () => {
    const { engine, claim } = await scene('strays', { checkpointBytes: 100 * CHUNK });
    const of = await claim('w1', 1);
    const saved = directory();
    await saveCheckpoint(of, saved);
    const stray = await as('w2');
    const subject = (part: number) => `ht.strays.chunk.w2.01.${part}`;
    const most = 20_000;
    for (let part = 0; part < most; part++) stray.publish(subject(part), 'x');
    const ack = await stray.request(subject(most), 'x', PATIENT);
    expect(ack.json()).toMatchObject({ error: { description: 'maximum messages exceeded' } });
    writeFileSync(join(saved, 'state'), 'good');
    await saveCheckpoint(of, saved);
    await engine.close();
  });

  it('stays on the worker if no engine answers, so that the worker can end', async () => {
    const { engine, claim } = await scene('away');
    const of = await claim('w2', 1, 1);
    await engine.close();
    await expect(saveCheckpoint({ ...of, patience: 100 }, directory())).rejects.toThrow('no engine of the study has answered');
  });

  it('is admitted once at a time, so that a trainer cannot keep the engine busy', async () => {
    const { engine, claim } = await scene('busy', { checkpointBytes: 10 * CHUNK });
    const of = await claim('w1', 1);
    await saveCheckpoint(of, directory());
    const request = JSON.stringify({ run: of.run, save: 1 });
    const ask = () => of.nc.request(subjectsOf('busy').checkpoint('w1', 1), request, PATIENT);
    const answers = (await Promise.all(Array.from({ length: 50 }, ask))).map((answer) => answer.json<CheckpointAnswer>());
    const isLater = (answer: CheckpointAnswer) => !answer.ok && answer.wait === true;
    expect(answers.filter(({ ok }) => ok).length).toBeGreaterThan(0);
    expect(answers.filter(isLater).length).toBeGreaterThan(0);
    expect(answers.every((answer) => answer.ok || isLater(answer))).toBe(true);
    await engine.close();
  });
});
