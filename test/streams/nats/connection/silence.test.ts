import { expect, it } from 'vitest';
import { natsLog } from '../../../../streams/nats/index.ts';
import { eventually } from '../../../support/eventually.ts';
import { natsOfTests } from '../../../support/natsOfTests.ts';
import { fresh } from '../world.ts';

const server = natsOfTests();

it.concurrent('a log warns once that a connected server stores nothing, and when it stores again', async () => {
  const nc = await server.connect();
  const study = fresh();
  const said: string[] = [];
  const log = await natsLog(nc, study, { timeout: 100, warn: (message) => said.push(message) });
  const { publish } = nc;
  nc.publish = (subject, ...rest) => (subject.startsWith('ht.') ? undefined : publish.call(nc, subject, ...rest)); // facts are lost
  for (let i = 0; i < 3; i++) expect(await log.append({ type: 'enqueued', params: {} })).toBe('fenced');
  await eventually(() => expect(said).not.toEqual([]));
  expect(await log.append({ type: 'enqueued', params: {} })).toBe('fenced');
  expect(said).toEqual([expect.stringContaining(`${study}: the server is connected, but stores nothing`)]);
  nc.publish = publish;
  while ((await log.append({ type: 'enqueued', params: {} })) !== 'stored'); // a busy server may store it late
  expect(said.slice(1)).toEqual([`${study}: the server stores facts again`]);
  await log.close();
});

it.concurrent('a log says nothing of a server that stores nothing for a moment', async () => {
  const nc = await server.connect();
  const said: string[] = [];
  const log = await natsLog(nc, fresh(), { timeout: 100, warn: (message) => said.push(message) });
  const { publish } = nc;
  nc.publish = (subject, ...rest) => (subject.startsWith('ht.') ? undefined : publish.call(nc, subject, ...rest));
  expect(await log.append({ type: 'enqueued', params: {} })).toBe('fenced');
  nc.publish = publish;
  while ((await log.append({ type: 'enqueued', params: {} })) !== 'stored');
  await new Promise((resolve) => setTimeout(resolve, 2500));
  expect(said).toEqual([]);
  await log.close();
});

it.concurrent('a log does not warn of a server that is away, since the connection does', async () => {
  const nc = await server.connect();
  const said: string[] = [];
  const log = await natsLog(nc, fresh(), { timeout: 400, warn: (message) => said.push(message) });
  await server.kill();
  const stored = log.append({ type: 'enqueued', params: {} });
  await new Promise((resolve) => setTimeout(resolve, 1500));
  await server.restart();
  await stored;
  expect(said).toEqual([]);
  await log.close();
});
