import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DeliveryError, request, retrying } from '../../src/interop/request.ts';

const server = createServer((asked, answer) => {
  const status = Number(asked.url!.slice(1));
  answer.writeHead(status).end(`${asked.method} ${status}`);
});
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
  const sent = request(`${url}/${status}`, { headers: {}, signal });
  await expect(sent).rejects.toMatchObject({ passing, answer: `GET ${status}` });
});

it('a server that is not there may come', async () => {
  await expect(request('http://127.0.0.1:1/', { headers: {}, signal })).rejects.toMatchObject({ passing: true, answer: undefined });
  expect(await request(`${url}/200`, { headers: {}, body: {}, signal })).toBe('POST 200');
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
  await expect(retrying(deliver, (failed) => (failed < 3 ? 0 : undefined), signal)).rejects.toThrow('no');
  expect(count).toBe(tries);
});

it('no try begins after the end of the process, and no pause outlasts it', async () => {
  const ending = new AbortController();
  let count = 0;
  const deliver = async () => {
    count++;
    throw new DeliveryError('no', true);
  };
  const retried = retrying(
    deliver,
    () => {
      setTimeout(() => ending.abort(), 1);
      return 3_600_000;
    },
    ending.signal,
  );
  await expect(retried).rejects.toMatchObject({ passing: false });
  expect(count).toBe(1);
});
