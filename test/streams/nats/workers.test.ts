import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { TrainerRow } from '../../../src/study/trainerRows.ts';
import { verify } from '../../../streams/engine/verify.ts';
import { random } from '../../../streams/index.ts';
import { past } from '../../../streams/log/past.ts';
import { trainer } from '../../../streams/nats/index.ts';
import { natsLog } from '../../../streams/nats/log/natsLog.ts';
import { PRIORITY_HEADER } from '../../../streams/nats/protocol/messages.ts';
import { subjectsOf } from '../../../streams/nats/protocol/subjects.ts';
import { request } from '../../../streams/nats/studiesOn.ts';
import type { RunTrainerOptions } from '../../../streams/nats/trainer/runTrainer.ts';
import { coded } from '../../support/coded.ts';
import { eventually } from '../../support/eventually.ts';
import { natsOfTests } from '../../support/natsOfTests.ts';
import { type At, engineOn, factsOf, fresh, handOn, isFact, plane } from './world.ts';

const server = natsOfTests();

const rowsOf = async (engine: { nc: Parameters<typeof request>[0] }, study: string) =>
  (await request(engine.nc, study, 'trainers')) as TrainerRow[];

describe('a broken trainer among 8', () => {
  it('loses no result and no trial, and is paused with the reason', async () => {
    const study = fresh();
    await using engine = await engineOn(server, { study, trials: 80, parallel: 10 });
    const warnings: string[] = [];
    const trainers = [];
    for (let n = 1; n <= 7; n++) {
      const objective = async ({ x }: At) => {
        await sleep(40);
        return x;
      };
      trainers.push(trainer<At>({ nc: await server.connect(), study }, { name: `w${n}` }, objective));
    }
    const broken = () => {
      throw new Error('no GPU');
    };
    trainers.push(trainer<At>({ nc: await server.connect(), study }, { name: 'broken', warn: (text) => warnings.push(text) }, broken));
    await engine.port.finished;
    await Promise.all(trainers.map(({ done }) => done));
    const facts = await factsOf(engine.nc, study);
    expect(facts.filter(({ type }) => type === 'completed')).toHaveLength(80);
    const instructed = facts.filter(({ type }) => type === 'instructed');
    expect(instructed).toMatchObject([{ trainer: 'broken', to: 'pause', by: 'engine', reason: expect.stringContaining('no GPU') }]);
    expect(warnings).toContainEqual(expect.stringContaining('broken is paused'));
    expect(await rowsOf(engine, study)).toContainEqual(expect.objectContaining({ trainer: 'broken', to: 'pause', results: 0 }));
    const log = await natsLog(engine.nc, study, { create: false });
    expect(await verify(plane, random(), () => past(log, 1))).toMatchObject({ recomputed: 80 });
    await log.close();
  });
});

it('a suggestion carries the priority of its study, which a restart does not undo', async () => {
  const study = fresh();
  const serving = (priority?: number) => engineOn(server, { study, trials: 9, priority });
  const hand = await handOn(server, study);
  const engine = await serving(3);
  const told: (string | undefined)[] = [];
  const finish = async (trial: number) => {
    const message = (await hand.next())!;
    told.push(message.headers!.get(PRIORITY_HEADER) || undefined);
    message.ack();
    await hand.say(trial, { type: 'started', attempt: 1, run: `r${trial}` });
    await hand.say(trial, { type: 'completed', attempt: 1, run: `r${trial}`, values: { value: 1 } });
  };
  await finish(1);
  await engine.heard.until(isFact('suggested', { trial: 2 }));
  await request(engine.nc, study, 'change', { priority: 0.5 });
  await finish(2);
  await finish(3);
  await engine.heard.until(isFact('suggested', { trial: 4 }));
  await engine.close();
  const again = await serving(3);
  await finish(4);
  await finish(5);
  await again.heard.until(isFact('suggested', { trial: 6 }));
  await request(again.nc, study, 'change', { priority: 1 });
  await finish(6);
  await finish(7);
  expect(told).toEqual(['3', '3', '0.5', '0.5', '0.5', '0.5', undefined]);
  await expect(request(again.nc, study, 'change', { priority: 0 })).rejects.toThrow('priority');
  expect((await factsOf(again.nc, study)).filter(({ type }) => type === 'changed')).toHaveLength(2);
  await again.close();
});

describe('a trainer that a person instructs', () => {
  /** A study with a trainer whose trials end when the test says so. */
  async function held(slots = 1, drained = () => {}, stays = false) {
    const study = fresh();
    const engine = await engineOn(server, { study, trials: 100, parallel: 4 });
    await engine.started; // it receives facts of trainers from here on
    const ends: (() => void)[] = [];
    const warnings: string[] = [];
    const objective = ({ x }: At) => new Promise<number>((resolve) => ends.push(() => resolve(x)));
    const warn = (text: string) => warnings.push(text);
    const options: RunTrainerOptions = { name: 'w', slots, warn, offers: { gpu: 2 }, drained, stays };
    const work = async () => trainer<At>({ nc: await server.connect(), study }, options, objective);
    const instruct = (to: string, more: object = {}) => request(engine.nc, study, 'instruct', { trainer: 'w', to, ...more });
    const row = async () => (await rowsOf(engine, study)).find((one) => one.trainer === 'w');
    const one = await work();
    return { study, engine, ends, warnings, work, instruct, row, one };
  }

  it('keeps its trial when it is paused, takes none, and takes one when it may work', async () => {
    const { engine, ends, warnings, instruct, row, one } = await held();
    await eventually(() => expect(ends).toHaveLength(1));
    await eventually(async () =>
      expect(await row()).toMatchObject({ slots: 1, offers: { gpu: 2 }, holds: [1], silent: expect.any(Number), connected: true }),
    );
    await instruct('pause', { reason: 'the disk is replaced' });
    await eventually(() => expect(warnings).toEqual([expect.stringMatching(/w is paused.*: the disk is replaced$/)]));
    ends.shift()!();
    await engine.heard.until(isFact('completed'));
    await sleep(200);
    expect(ends).toEqual([]);
    await eventually(async () => expect(await row()).toMatchObject({ to: 'pause', reason: 'the disk is replaced', holds: [], results: 1 }));
    await expect(instruct('pause')).rejects.toThrow(coded('nothing-to-change'));
    await instruct('work');
    await eventually(() => expect(ends).toHaveLength(1));
    await one.close();
    await engine.close();
  });

  it('ends with its trials when it is drained, and at once when it starts again', async () => {
    let drained = 0;
    const { engine, ends, warnings, work, instruct, row, one } = await held(2, () => drained++);
    await eventually(() => expect(ends).toHaveLength(2));
    await instruct('drain');
    await eventually(() => expect(warnings).toEqual([expect.stringContaining('takes no more trials')]));
    for (const end of ends.splice(0)) end();
    await one.done;
    expect(drained).toBe(1);
    await eventually(async () => expect((await row())!.silent).toBeUndefined()); // the trainer has reported that it ended
    expect((await row())!.connected).toBeUndefined(); // the engine has just started
    const again = await work();
    await again.done;
    expect(drained).toBe(2);
    expect(warnings).toHaveLength(2);
    expect(ends.length).toBeLessThanOrEqual(2); // it may have claimed before it got the instruction; such claims are refused
    expect(engine.heard.all.filter(({ fact, refusal }) => !refusal && (fact as { type: string }).type === 'completed')).toHaveLength(2);
    await engine.close();
  });

  it('takes trials again after it was drained, if it stays', async () => {
    let drained = 0;
    const { engine, ends, warnings, instruct, row, one } = await held(2, () => drained++, true);
    await eventually(() => expect(ends).toHaveLength(2));
    await instruct('drain');
    await eventually(() => expect(warnings).toEqual([expect.stringMatching(/: w takes no more trials /)]));
    expect(drained).toBe(0);
    for (const end of ends.splice(0)) end();
    await eventually(() => expect(drained).toBe(1));
    await sleep(200);
    expect(ends).toEqual([]);
    await eventually(async () => expect(await row()).toMatchObject({ to: 'drain', holds: [], results: 2, connected: true }));
    await instruct('work');
    await eventually(() => expect(ends).toHaveLength(2));
    expect(warnings.at(-1)).toContain('w takes trials again');
    for (const end of ends.splice(0)) end();
    await one.close();
    expect(drained).toBe(1);
    await engine.close();
  });

  it('gets no trial if it claims one while it is paused, and another trainer gets it at once', async () => {
    const study = fresh();
    await using engine = await engineOn(server, { study, trials: 3, parallel: 1, lease: 60 });
    const hand = await handOn(server, study, 'deaf');
    await request(engine.nc, study, 'instruct', { trainer: 'deaf', to: 'pause' });
    await engine.heard.until(isFact('suggested'));
    await hand.say(1, { type: 'started', attempt: 1, run: 'r' });
    const refused = await engine.heard.until(({ refusal }) => refusal !== undefined);
    expect(refused.refusal).toMatchObject({ code: 'paused', message: 'trainer deaf has the instruction pause: a person has decided it' });
    const { done } = trainer<At>({ nc: await server.connect(), study }, { name: 'w' }, ({ x }) => x);
    await engine.port.finished;
    await done;
  });

  it('and the other trainer gets it at once also if the engine ends before it has read that claim', async () => {
    const study = fresh();
    const options = { study, trials: 1, parallel: 1, lease: 600 };
    const first = await engineOn(server, options);
    const hand = await handOn(server, study, 'deaf');
    await request(first.nc, study, 'instruct', { trainer: 'deaf', to: 'pause' });
    await first.heard.until(isFact('suggested'));
    await first.close();
    await hand.say(1, { type: 'started', attempt: 1, run: 'r' });
    const { done } = trainer<At>({ nc: await server.connect(), study }, { name: 'w' }, ({ x }) => x);
    await using engine = await engineOn(server, options);
    await engine.port.finished;
    await done;
    const facts = (await factsOf(engine.nc, study)).slice(3); // after the suggestion and the instruction
    expect(facts).toMatchObject([
      { type: 'started', attempt: 1 },
      { type: 'failed', attempt: 1, reason: 'lost' },
      { type: 'suggested', attempt: 2 },
      { type: 'started', attempt: 2, trainer: 'w' },
      { type: 'completed' },
      { type: 'closed' },
    ]);
  });
});

describe('a pause of a study', () => {
  it('lets trials that have begun end and none begin, which trainers say once each, also those that start meanwhile', async () => {
    const study = fresh();
    await using engine = await engineOn(server, { study, trials: 5, parallel: 4, lease: 60 });
    await engine.started;
    const change = (more: object) => request(engine.nc, study, 'change', more);
    const said: string[] = [];
    const ends: (() => void)[] = [];
    const objective = ({ x }: At) => new Promise<number>((resolve) => ends.push(() => resolve(x)));
    const begin = async (name: string) =>
      trainer<At>({ nc: await server.connect(), study }, { name, slots: 2, warn: (text) => said.push(text) }, objective);
    const first = await begin('w1');
    await eventually(() => expect(ends).toHaveLength(2));
    await change({ paused: true });
    for (const end of ends.splice(0)) end();
    await eventually(() => expect(engine.heard.all.filter(isFact('completed'))).toHaveLength(2));
    const second = await begin('w2');
    await request(engine.nc, study, 'annotate', { note: 'hides the pause from those who begin' });
    const third = await begin('w3');
    await eventually(() => expect(said).toHaveLength(3));
    expect(said).toEqual(Array(3).fill(expect.stringContaining('the study is paused')));
    expect(ends).toEqual([]);
    await change({ paused: false });
    await eventually(() => expect(ends).toHaveLength(3));
    for (const end of ends.splice(0)) end();
    await engine.port.finished;
    await Promise.all([first.done, second.done, third.done]);
    expect(said.slice(3)).toEqual(Array(3).fill(expect.stringContaining('the study continues')));
    const begun = engine.heard.all.filter(isFact('started'));
    expect(begun).toHaveLength(5);
  });

  it('offers an attempt again whose claim came too late, when it ends', async () => {
    const study = fresh();
    await using engine = await engineOn(server, { study, trials: 1, lease: 600 });
    const hand = await handOn(server, study, 'deaf');
    const suggested = (await hand.next())!;
    await request(engine.nc, study, 'change', { paused: true });
    await hand.say(1, { type: 'started', attempt: 1, run: 'r' });
    suggested.ack();
    await engine.heard.until(isFact('failed', { attempt: 1, reason: 'lost' }));
    await request(engine.nc, study, 'change', { paused: false });
    const { done } = trainer<At>({ nc: await server.connect(), study }, { name: 'w' }, ({ x }) => x);
    await engine.port.finished;
    await done;
    expect(engine.heard.all.find(isFact('completed'))?.author).toBe('w');
  });
});

it('a trainer that has missed the instruction to work gets it again when it reports', async () => {
  const study = fresh();
  await using engine = await engineOn(server, { study, trials: 3, parallel: 1 });
  await engine.started;
  const { nc, beat } = await handOn(server, study, 'w');
  await request(engine.nc, study, 'instruct', { trainer: 'w', to: 'pause' });
  await request(engine.nc, study, 'instruct', { trainer: 'w', to: 'work' });
  const directives = nc.subscribe(subjectsOf(study).directive('all'), { max: 1 });
  await nc.flush();
  beat(0, 'none');
  for await (const message of directives) expect(message.json()).toMatchObject({ type: 'instructed', trainer: 'w', to: 'work' });
});
