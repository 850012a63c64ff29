import { expect, it, onTestFinished, vi } from 'vitest';
import { chain, float, random, space } from '../../../../streams/index.ts';
import { memoryLog } from '../../../../streams/log/memory.ts';
import { type HostOptions, LocalPort } from '../../../../streams/study/port/local.ts';
import { coded } from '../../../support/coded.ts';
import { eventually } from '../../../support/eventually.ts';
import { stopAbove } from '../../../support/stopAbove.ts';

const line = space({ x: float(0, 1) });

function host(options: HostOptions<{ x: number }> = {}, log = memoryLog()) {
  const study = new LocalPort(line, log, { strategy: random(), trials: 3, ...options });
  return { study, log };
}

/** Asks for a trial. @throws Error if there is none */
async function claim(study: LocalPort<{ x: number }>, options = {}) {
  const asked = await study.ask(options);
  if (asked.next !== 'trial') throw new Error(`expected a trial, got ${asked.next}`);
  return asked;
}

it('lets no trainer write for another one', async () => {
  const { study } = host();
  const { trial, run } = await claim(study, { author: 'w1' });
  const told = study.record({ type: 'completed', trial, run, values: { value: 0 } }, { author: 'w2' });
  await expect(told).rejects.toMatchObject({ code: 'wrong-author' });
  await expect(study.heartbeat(trial, run, { author: 'w2' })).rejects.toThrow(coded('stale-run'));
  expect(await study.heartbeat(trial, run, { author: 'w1' })).toEqual({ stop: false });
  await study.close();
});

it('gives a repeated ask the same trial, at the same time and later', async () => {
  const { study } = host({ parallel: 3 });
  const [one, other] = await Promise.all([claim(study, { run: 'r' }), claim(study, { run: 'r' })]);
  expect(other).toEqual(one);
  expect(await claim(study, { run: 'r' })).toEqual(one);
  expect((await claim(study, { run: 's' })).trial).toBe(2);
  expect((await claim(study, { run: 'r', author: 'w2' })).trial).toBe(3); // another trainer with the same name of a claim
  await study.close();
});

it('hands a trial out again if a claim on it does not count', async () => {
  const { study } = host();
  const { trial, run } = await claim(study, { author: 'w1', run: 'ask-1' });
  await study.record({ type: 'failed', trial, run, reason: 'preempted' }, { author: 'w1' });
  await expect(study.ask({ author: 'w2', run: 'ask-1', wait: 5 })).rejects.toMatchObject({ code: 'wrong-author' });
  await expect(study.ask({ author: 'w2', trainer: 'x'.repeat(5000), wait: 5 })).rejects.toMatchObject({ code: 'bad-field' });
  expect(await claim(study, { author: 'w2', wait: 5 })).toMatchObject({ trial: 1, attempt: 2 });
  await study.close();
});

it('frees the memory of an answered request', async () => {
  const { study } = host();
  await study.ready();
  const races = vi.spyOn(Promise, 'race');
  onTestFinished(() => races.mockRestore());
  await study.ready();
  expect(races).not.toHaveBeenCalled();
});

it('takes a repeated fact once, also after a restart, and refuses its name for another one', async () => {
  const { study, log } = host();
  const { trial, run } = await claim(study);
  const told = { type: 'completed', trial, run, values: { value: 1 } } as const;
  await study.record(told, { request: 'a' });
  await study.record(told, { request: 'a' });
  const head = await log.head();
  study.stop();
  const again = new LocalPort(line, log, { strategy: random(), trials: 3 });
  await again.record(told, { request: 'a' });
  expect(await log.head()).toBe(head);
  await expect(again.record({ type: 'failed', trial, run, reason: 'error' }, { request: 'a' })).rejects.toMatchObject({
    code: 'request-reused',
  });
  const other = again.record({ ...told, values: { value: 2 } }, { request: 'a' });
  await expect(other).rejects.toMatchObject({ code: 'request-reused' });
  await expect(again.record(told, { request: 'b' })).rejects.toMatchObject({ code: 'ended' });
  const enqueued = await again.submit({ type: 'enqueue', params: { x: 0.5 } }, { user: 'ada', request: 'c' });
  expect(await again.submit({ type: 'enqueue', params: { x: 0.5 } }, { user: 'ada', request: 'c' })).toMatchObject({
    position: enqueued.position,
  });
  const elsewhere = again.submit({ type: 'enqueue', params: { x: 0.25 } }, { user: 'ada', request: 'c' });
  await expect(elsewhere).rejects.toMatchObject({ code: 'request-reused' });
  const more = { type: 'change', more: 2, paused: true } as const;
  const changed = await again.submit(more, { user: 'ada', request: 'd' });
  expect(await again.submit(more, { user: 'ada', request: 'd' })).toMatchObject(changed);
  const resumed = again.submit({ ...more, paused: false }, { user: 'ada', request: 'd' });
  await expect(resumed).rejects.toMatchObject({ code: 'request-reused' });
  await again.close();
});

it('keeps an ask waiting while the study is full, and answers when there is room', async () => {
  const { study } = host();
  const { trial, run } = await claim(study);
  expect(await study.ask()).toEqual({ next: 'wait' });
  const waiting = claim(study, { wait: 60 });
  await study.record({ type: 'completed', trial, run, values: { value: 1 } });
  expect((await waiting).trial).toBe(2);
  const gone = new AbortController();
  const left = study.ask({ wait: 60, signal: gone.signal });
  gone.abort();
  expect(await left).toEqual({ next: 'wait' });
  await study.close();
});

it('stops a trial by the answer to its report, and counts a result that is told then as the stop, also if it is told again', async () => {
  const { study } = host({ strategy: chain(stopAbove(1), random()) });
  const { trial, run } = await claim(study);
  expect(await study.record({ type: 'reported', trial, run, step: 1, values: { value: 0.5 } })).toMatchObject({ stop: false, position: 4 });
  expect(await study.record({ type: 'reported', trial, run, step: 2, values: { value: 5 } })).toMatchObject({ stop: true });
  expect(await study.heartbeat(trial, run)).toMatchObject({ stop: true });
  const tell = () => study.record({ type: 'completed', trial, run, values: { value: 0.1 } }, { request: 'a' });
  const { position } = await tell();
  expect(study.rows.get(trial)).toMatchObject({ status: 'stopped', values: { value: 5 } });
  expect(await tell()).toMatchObject({ position });
  await study.close();
});

it('looks for the claim of a heartbeat once it has read as far as its trainer', async () => {
  const { study } = host();
  const beat = study.heartbeat(1, 'r', { after: 3 });
  await claim(study, { run: 'r' });
  expect(await beat).toEqual({ stop: false });
  await expect(study.heartbeat(1, 'other', { after: 3 })).rejects.toThrow(coded('stale-run'));
  await study.close();
});

it('ends the attempt of a silent trainer, and hands the trial out again', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const { study } = host({ lease: 10 });
  const first = await claim(study, { author: 'w1' });
  for (let i = 0; i < 18; i++) await vi.advanceTimersByTimeAsync(500);
  await study.heartbeat(first.trial, first.run, { author: 'w1' });
  for (let i = 0; i < 18; i++) await vi.advanceTimersByTimeAsync(500);
  expect(study.rows.get(1)).toMatchObject({ running: true });
  for (let i = 0; i < 4; i++) await vi.advanceTimersByTimeAsync(500);
  const second = await claim(study, { author: 'w2', wait: 5 });
  expect(second).toMatchObject({ trial: 1, attempt: 2, params: first.params });
  const late = study.record({ type: 'reported', trial: 1, run: first.run, step: 1, values: { value: 1 } }, { author: 'w1' });
  await expect(late).rejects.toMatchObject({ code: 'stale-run' });
  await study.close();
});

it('continues after a restart with the trainers that it had', async () => {
  const { study, log } = host();
  const { trial, run } = await claim(study, { author: 'w1' });
  study.stop();
  const again = new LocalPort(line, log, { strategy: random(), trials: 3 });
  await again.ready();
  expect(await again.heartbeat(trial, run, { author: 'w1' })).toEqual({ stop: false });
  expect(await claim(again, { author: 'w1', run })).toMatchObject({ trial, run });
  await again.record({ type: 'completed', trial, run, values: { value: 1 } }, { author: 'w1' });
  expect(again.rows.get(trial)).toMatchObject({ status: 'completed' });
  await again.close();
});

it('ends a trial that no trainer has claimed when a person cancels it or closes the study', async () => {
  const { study, log } = host();
  await study.ready();
  await log.append({ type: 'suggested', trial: 1, attempt: 1, by: 'random', params: { x: 0.5 } });
  await eventually(() => expect(study.rows.get(1)).toBeDefined());
  await study.submit({ type: 'cancel', trial: 1 }, { user: 'ada' });
  await eventually(() => expect(study.rows.get(1)).toMatchObject({ status: 'failed', reason: 'lost' }));
  await study.submit({ type: 'close' });
  await study.finished;
  expect(await study.ask()).toEqual({ next: 'over', reason: 'person' });
  await study.close();
});

it('fails all requests once its strategy has failed', async () => {
  const { study } = host({
    strategy: () => (_) => {
      throw new Error('no such luck');
    },
  });
  await expect(study.finished).rejects.toThrow('no such luck');
  await expect(study.ask()).rejects.toThrow('no such luck');
});

it('suggests no trial when a paused trainer asks', async () => {
  const { study } = host({ parallel: 3 });
  await study.ready();
  await study.submit({ type: 'instruct', trainer: 'w1', to: 'pause' });
  expect(await study.ask({ author: 'w1' })).toEqual({ next: 'wait' });
  expect(study.ledger.open.size).toBe(0);
  const asked = study.ask({ author: 'w1', wait: 5 });
  await study.submit({ type: 'instruct', trainer: 'w1', to: 'work' });
  expect(await asked).toMatchObject({ next: 'trial', trial: 1 });
  await study.close();
});

it('tries a configuration in the place of a failed trial, before the strategy can take it', async () => {
  const { study } = host({ trials: 4, parallel: 2 });
  const worker = { author: 'w1' };
  for (const trial of [1, 2]) {
    const { run } = await claim(study, worker);
    await study.record({ type: 'completed', trial, run, values: { value: trial } }, worker);
  }
  const third = await claim(study, worker);
  await study.record({ type: 'failed', trial: 3, run: third.run, reason: 'error' }, worker);
  const fourth = await claim(study, worker);
  const next = claim(study, { author: 'w2' });
  const again = { type: 'enqueue', params: third.params, instead: 3 } as const;
  const { position, fact } = await study.submit(again, { request: 'a' });
  expect(fact).toEqual({ type: 'enqueued', params: third.params });
  expect(await study.submit(again, { request: 'a' })).toMatchObject({ position });
  const fifth = await next;
  expect(fifth.params).toEqual(third.params);
  await expect(study.submit({ type: 'enqueue', params: third.params, instead: 1 })).rejects.toThrow(coded('bad-field'));
  await study.record({ type: 'completed', trial: 4, run: fourth.run, values: { value: 4 } }, worker);
  await study.record({ type: 'completed', trial: 5, run: fifth.run, values: { value: 5 } }, { author: 'w2' });
  await study.finished;
  expect(study.status()).toMatchObject({ trials: 5, completed: 4, failed: 1, uncounted: 1, limit: 4 });
  await study.close();
});

it('gives a study that is reopened all its seconds again', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const { study } = host({ trials: 1, seconds: 60, exclusive: true });
  const { trial, run } = await claim(study);
  vi.advanceTimersByTime(50_000);
  await study.record({ type: 'completed', trial, run, values: { value: 1 } });
  await study.finished;
  vi.advanceTimersByTime(3_600_000);
  await study.submit({ type: 'change', more: 1 });
  const next = await claim(study);
  vi.advanceTimersByTime(59_000);
  const report = { type: 'reported', trial: next.trial, run: next.run, step: 1, values: { value: 1 } } as const;
  expect(await study.record(report)).toMatchObject({ stop: false });
});
