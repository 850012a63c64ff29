import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DeliveryError, post, retrying } from '../../../src/host/hooks/request.ts';

const server = createServer((asked, answer) => void answer.writeHead(Number(asked.url!.slice(1))).end('why'));
let url: string;
beforeAll(
  () =>
    new Promise<void>((resolve) =>
      server.listen(0, '127.0.0.1', () => {
        url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
        resolve();
      }),
    ),
);
afterAll(() => void server.close());
const { signal } = new AbortController();

it.each([
  [400, false],
  [404, false],
  [408, true],
  [429, true],
  [500, true],
  [503, true],
])('an answer of %d may pass: %s', async (status, passing) => {
  await expect(post({ url: `${url}/${status}`, headers: {} }, {}, signal)).rejects.toMatchObject({ passing });
});

it('a server that is not there may come', async () => {
  await expect(post({ url: 'http://127.0.0.1:1/', headers: {} }, {}, signal)).rejects.toMatchObject({ passing: true });
  await post({ url: `${url}/200`, headers: {} }, {}, signal);
});

it.each([
  ['passes', true, 3],
  ['lasts', false, 1],
])('an error that %s is retried: %s', async (_, passing, tries) => {
  let count = 0;
  const deliver = async () => {
    count++;
    throw new DeliveryError('no', passing);
  };
  await expect(retrying(deliver, [0, 0], signal)).rejects.toThrow('no');
  expect(count).toBe(tries);
});

it('no try begins after the end of the process, and no pause outlasts it', async () => {
  const ending = new AbortController();
  let count = 0;
  const deliver = async () => {
    count++;
    throw new DeliveryError('no', true);
  };
  setTimeout(() => ending.abort(), 1);
  const retried = retrying(deliver, [3_600_000], ending.signal);
  await expect(retried).rejects.toMatchObject({ passing: false });
  expect(count).toBe(1);
});
