import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { memoryLog } from '../../../streams/core.ts';
import { openStudy } from '../../../streams/http/index.ts';
import { createStudy, type Fact, float, type Log, random, space } from '../../../streams/index.ts';
import { tokens, users } from '../../server/support.ts';
import { eventually } from '../../support/eventually.ts';
import { lossyProxy } from './lossyProxy.ts';
import { served } from './served.ts';

const line = space({ x: float(0, 1) });

/** A study, and a server for it. */
async function digits(options: Partial<Parameters<typeof createStudy>[1]> = {}, serving: Parameters<typeof served>[1] = {}) {
  const log = memoryLog();
  const behind = createStudy(line, { study: 'digits', strategy: random(), lease: 30, log, warn: () => {}, ...options });
  const server = await served({ digits: behind }, serving);
  onTestFinished(async () => {
    await server.close();
    await behind.close();
  });
  return { behind, log, ...server };
}

async function opened(address: string, options: Parameters<typeof openStudy>[1] = {}) {
  const study = await openStudy(`${address}/digits`, { warn: () => {}, ...options });
  onTestFinished(() => study.close());
  return study;
}

async function proxied(target: string, options: Parameters<typeof lossyProxy>[1]): Promise<string> {
  const { address, close } = await lossyProxy(target, options);
  onTestFinished(close);
  return address;
}

/** The entries of a log: their facts, by their types, and what was wrong with them. */
async function entriesOf(log: Log): Promise<string[]> {
  const leaving = new AbortController();
  const head = await log.head();
  const found: string[] = [];
  for await (const entries of log.read(1, leaving.signal)) {
    found.push(...entries.map(({ fact, refusal }) => refusal?.code ?? (fact as { readonly type: string }).type));
    if (found.length >= head) leaving.abort();
  }
  return found;
}

it('says and commands each thing once, although the first answer to each request is lost', async () => {
  const { address, log } = await digits({ trials: 3 });
  const study = await opened(await proxied(address, { loses: (path) => !/log\b|digits$/.test(path) }));
  await study.enqueue({ x: 0.5 });
  for (let next = await study.ask(); next; next = await study.ask()) {
    await study.report(next.trial, 1);
    await study.tell(next.trial, 2);
  }
  const trial = ['suggested', 'started', 'reported', 'completed'];
  expect(await entriesOf(log)).toEqual(['created', 'enqueued', ...trial, ...trial, ...trial, 'closed']);
});

it('reads each entry once, although its streams are cut within events', async () => {
  const { address, behind } = await digits({ trials: 20 });
  const study = await opened(await proxied(address, { cut: 1500 }));
  const seen: number[] = [];
  study.entries$.subscribe(({ position }) => seen.push(position));
  for (let next = await behind.ask(); next; next = await behind.ask()) await behind.tell(next.trial, next.params.x);
  expect(await study.result()).toMatchObject({ completed: 20 });
  expect(study.trials()).toEqual(behind.trials());
  await eventually(() => expect(seen).toHaveLength(62));
  expect(seen).toEqual(Array.from({ length: 62 }, (_, i) => i + 1));
});

it('keeps a trial by heartbeats for longer than the lease', async () => {
  const { address } = await digits({ lease: 1.5 });
  const paths: string[] = [];
  const study = await opened(await proxied(address, { drops: (path) => paths.push(path) < 0 }));
  const { trial } = (await study.ask())!;
  await eventually(() => expect(paths.filter((path) => path.endsWith('heartbeat')).length).toBeGreaterThan(3)); // one each half second
  await study.report(trial, 1);
  await study.tell(trial, 1);
  expect(study.trials()).toMatchObject([{ status: 'completed', attempt: 1 }]);
});

it('is told when it reports that a trial was lost', async () => {
  const { address } = await digits({ lease: 1, parallel: 1 });
  const study = await opened(await proxied(address, { drops: (path) => path.endsWith('heartbeat') }));
  const { trial } = (await study.ask())!;
  const other = await opened(address);
  expect(await other.ask()).toMatchObject({ trial, attempt: 2 });
  await expect(study.report(trial, 1)).rejects.toMatchObject({ code: 'stale-run', name: 'RefusedError' });
  expect(await other.report(trial, 1)).toEqual({ stop: false });
});

it('waits while the server starts again, and says so', async () => {
  const { address, behind, close } = await digits({ trials: 2, parallel: 1 });
  const warnings: string[] = [];
  const study = await opened(address, { warn: (message) => warnings.push(message) });
  const { trial } = (await study.ask())!;
  const waiting = study.ask();
  await close();
  const told = study.tell(trial, 1);
  await eventually(() => expect(warnings).not.toEqual([]));
  expect(warnings[0]).toContain('ECONNREFUSED');
  const again = await served({ digits: behind }, {}, Number(new URL(address).port));
  onTestFinished(again.close);
  await told;
  const second = (await waiting)!;
  await study.tell(second.trial, 2);
  expect(await study.result()).toMatchObject({ completed: 2 });
});

it('is closed by its signal, and the study continues', async () => {
  const { address } = await digits();
  const leaving = new AbortController();
  const [study, other] = [await opened(address, { signal: leaving.signal }), await opened(address)];
  leaving.abort();
  await expect(study.ask()).rejects.toMatchObject({ code: 'handle-closed' });
  expect((await other.ask())!.trial).toBe(1);
  await expect(opened(address, { signal: AbortSignal.abort('no time') })).rejects.toBe('no time');
  const opening = new AbortController();
  const asked = opened(address, { signal: opening.signal });
  opening.abort('no time');
  await expect(asked).rejects.toBe('no time');
});

it('says what is wrong with an address, a name, a token or a space', async () => {
  const { address } = await digits({}, { users });
  const code = (of: string, options: Parameters<typeof openStudy>[1] = {}) =>
    openStudy(of, options).then(
      () => 'opened',
      (error) => [error.code, error.name],
    );
  const own = `${address}/digits`;
  expect(await code('digits')).toEqual(['invalid-option', 'OptionError']);
  expect(await code(address)).toEqual(['invalid-option', 'OptionError']);
  expect(await code('http://127.0.0.1:1/digits')).toEqual(['unreachable', 'StudyError']);
  expect(await code(own)).toEqual(['unauthorized', 'StudyError']);
  expect(await code(own, { token: 'wrong' })).toEqual(['unauthorized', 'StudyError']);
  expect(await code(own, { token: tokens.w1 })).toEqual(['forbidden', 'StudyError']);
  expect(await code(`${address}/letters`, { token: tokens.board })).toEqual(['unknown-study', 'StudyError']);
  expect(await code(`${address}/elsewhere/digits`, { token: tokens.board })).toEqual(['not-found', 'StudyError']);
  expect(await code(own, { token: tokens.board, space: space({ x: float(0, 2) }) as never })).toEqual(['other-study', 'MismatchError']);
  const other = createServer((_, response) => response.end('<html>')).listen(0, '127.0.0.1');
  onTestFinished(() => void other.close());
  await new Promise((listening) => other.once('listening', listening));
  expect(await code(`http://127.0.0.1:${(other.address() as AddressInfo).port}/digits`)).toEqual(['no-server', 'StudyError']);
});

it('does what the role of its token allows', async () => {
  const { address } = await digits({}, { users });
  const [viewer, agent] = [await opened(address, { token: tokens.board }), await opened(address, { token: tokens.agent })];
  await expect(viewer.ask()).rejects.toMatchObject({ code: 'forbidden' });
  await expect(viewer.pause()).rejects.toMatchObject({ code: 'forbidden' });
  const { trial } = (await agent.ask())!;
  await agent.tell(trial, 1);
  await eventually(() => expect(viewer.best()).toMatchObject({ trial, trainer: 'agent' }));
});

it('completes its entries when its signal aborts', async () => {
  const { address } = await digits({ trials: 3 });
  const leaving = new AbortController();
  const study = await opened(address, { signal: leaving.signal });
  const seen: string[] = [];
  study.entries$.subscribe({
    next: ({ fact }) => seen.push((fact as Fact).type),
    error: (error) => seen.push(`error ${error}`),
    complete: () => seen.push('complete'),
  });
  leaving.abort();
  await eventually(() => expect(seen.at(-1)).toMatch(/complete|error/));
  expect(seen.at(-1)).toBe('complete');
});
