import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Fact } from '../../../src/facts/facts.ts';
import type { Trial } from '../../../streams/index.ts';
import { asha, chain, optimize, random } from '../../../streams/index.ts';
import { trainer } from '../../../streams/nats/index.ts';
import { eventually } from '../../support/eventually.ts';
import { natsOfTests } from '../../support/natsOfTests.ts';
import { type At, engineOn, fresh, isFact, plane } from './world.ts';

const server = natsOfTests();

/** A place for checkpoints that another machine cannot read. */
const machine = () => mkdtempSync(join(tmpdir(), 'hypertide-machine-'));
const stepIn = (path: string | undefined) => (path === undefined ? 0 : Number(readFileSync(join(path, 'step'), 'utf8')));
/** Saves a step in a new directory. */
function savedAt(place: string, step: number): string {
  const path = mkdtempSync(join(place, 'checkpoint-'));
  writeFileSync(join(path, 'step'), String(step));
  return path;
}
const forever = () => new Promise<never>(() => {});

describe('a trainer in TypeScript', () => {
  it('resumes trials that paused on another machine', async () => {
    const study = fresh();
    const strategy = chain(asha({ min: 1, max: 4, eta: 2, pause: true }), random());
    await using engine = await engineOn(server, { study, trials: 12, strategy, resumes: true });
    const begun: (readonly [step: number, resumes: boolean])[] = [];
    const on = (place: string) => (params: At, trial: Trial) => {
      const { checkpoint, resumes, budget } = trial;
      const step = stepIn(checkpoint);
      begun.push([step, resumes !== undefined]);
      if (checkpoint !== undefined) expect(checkpoint.startsWith(place)).toBe(false);
      trial.checkpoint = savedAt(place, budget!);
      return params.x / budget!;
    };
    const [north, south] = [machine(), machine()];
    const trainers = [];
    for (const place of [north, south]) trainers.push(trainer<At>({ nc: await server.connect(), study }, {}, on(place)));
    await engine.port.finished;
    await Promise.all(trainers.map(({ done }) => done));
    const resumed = begun.filter(([, resumes]) => resumes);
    expect(resumed.length).toBeGreaterThan(2);
    expect(resumed.every(([step]) => step > 0)).toBe(true);
    const { fact } = await engine.heard.until(isFact('completed'));
    expect(fact).toMatchObject({ checkpoint: expect.stringMatching(/^nats:/) });
  });

  it('hands its trial back with the last checkpoint when it is closed', async () => {
    const study = fresh();
    await using engine = await engineOn(server, { study, trials: 1 });
    const place = machine();
    const objective = (_: At, trial: Trial) => {
      for (const step of [1, 2]) {
        trial.checkpoint = savedAt(place, step);
        trial.report(1, step);
      }
      return forever();
    };
    const first = trainer<At>({ nc: await server.connect(), study }, {}, objective);
    await engine.heard.until(isFact('reported', { step: 2 }));
    await first.close();
    rmSync(place, { recursive: true });
    let found: string | undefined;
    const second = trainer<At>({ nc: await server.connect(), study }, {}, (_, { checkpoint }) => {
      found = checkpoint;
      return stepIn(checkpoint);
    });
    await engine.port.finished;
    await second.done;
    expect((await engine.heard.until(isFact('completed'))).fact).toMatchObject({ attempt: 2, values: { value: 2 } });
    const [, folder] = /(hypertide-checkpoint-[^/]+)/.exec(found!)!;
    await eventually(() => expect(readdirSync(tmpdir())).not.toContain(folder)); // it is deleted after the trial
  });

  it('hands its trial back with the checkpoint that it was given if it has saved no other', async () => {
    const study = fresh();
    await using engine = await engineOn(server, { study, trials: 1 });
    const begins: number[] = [];
    const resumed: number[] = [];
    for (const attempt of [1, 2]) {
      const objective = (_: At, trial: Trial) => {
        begins.push(attempt);
        resumed.push(stepIn(trial.checkpoint));
        if (attempt === 1) trial.checkpoint = savedAt(machine(), 5);
        return forever();
      };
      const { close } = trainer<At>({ nc: await server.connect(), study }, {}, objective);
      await eventually(() => expect(begins).toContain(attempt));
      await close();
    }
    const last = trainer<At>({ nc: await server.connect(), study }, {}, (_, { checkpoint }) => stepIn(checkpoint));
    await last.done;
    expect(resumed).toEqual([0, 5]);
    expect((await engine.heard.until(isFact('completed'))).fact).toMatchObject({ attempt: 3, values: { value: 5 } });
  });

  it('saves checkpoints of a running trial, from which it continues after the loss of the machine', async () => {
    const study = fresh();
    await using engine = await engineOn(server, { study, trials: 1, lease: 2 });
    const lost = await server.connect();
    const place = machine();
    const objective = async (_: At, trial: Trial) => {
      for (let step = 1; !lost.isClosed(); step++) {
        trial.checkpoint = savedAt(place, step);
        trial.report(1, step);
        await sleep(10);
      }
      return forever();
    };
    trainer<At>({ nc: lost, study }, { saveEvery: 0.001, warn: () => {} }, objective).done.catch(() => {});
    await engine.heard.until(({ fact }) => (fact as Fact).type === 'reported' && 'checkpoint' in (fact as Fact));
    await lost.close();
    rmSync(place, { recursive: true });
    const second = trainer<At>({ nc: await server.connect(), study }, {}, (_, { checkpoint }) => stepIn(checkpoint));
    await engine.port.finished;
    await second.done;
    const { fact } = await engine.heard.until(isFact('completed'));
    expect((fact as { values: { value: number } }).values.value).toBeGreaterThan(0);
  });

  it('does not wait for a checkpoint that is being saved when it is closed', async () => {
    const study = fresh();
    const engine = await engineOn(server, { study, trials: 1 });
    const place = machine();
    const said: string[] = [];
    let trial: Trial | undefined;
    const objective = (_: At, given: Trial) => {
      trial = given;
      return forever();
    };
    const { close } = trainer<At>({ nc: await server.connect(), study }, { saveEvery: 0.001, warn: (text) => said.push(text) }, objective);
    await eventually(() => expect(trial).toBeDefined());
    await engine.close(); // no engine admits a checkpoint now
    trial!.checkpoint = savedAt(place, 1);
    await sleep(10);
    trial!.report(1, 1);
    trial!.checkpoint = 's3://bucket/1';
    let hasEnded = false;
    void close().then(() => {
      hasEnded = true;
    });
    await eventually(() => expect(hasEnded).toBe(true));
    expect(said).toEqual([]);
  });

  it('passes references to other places on', async () => {
    const study = fresh();
    await using engine = await engineOn(server, { study, trials: 1 });
    const objective = () => ({ values: { value: 1 }, checkpoint: 's3://bucket/17' });
    const { done } = trainer<At>({ nc: await server.connect(), study }, {}, objective as never);
    await done;
    expect((await engine.heard.until(isFact('completed'))).fact).toMatchObject({ checkpoint: 's3://bucket/17' });
  });
});

it('an objective in this process keeps a checkpoint by setting it', async () => {
  const place = machine();
  const given: (string | undefined)[] = [];
  const strategy = chain(asha({ min: 1, max: 4, eta: 2, pause: true }), random());
  const study = optimize(
    plane,
    ({ x }, trial) => {
      given.push(trial.checkpoint && basename(trial.checkpoint));
      trial.checkpoint = savedAt(place, trial.budget!);
      return x;
    },
    { strategy, trials: 8, resumes: true },
  );
  await study.result();
  expect(given.some((name) => name?.startsWith('checkpoint-'))).toBe(true);
});
