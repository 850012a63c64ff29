import { mkdirSync, mkdtempSync, type ReadStream, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { keptFiles } from '../../src/host/keptFiles.ts';
import { eventually } from '../support/eventually.ts';
import { type Board, board, finished, request } from './support.ts';

let place: string;
let open: Board;
const at = (path: string) => `${open.url}v1/studies/net/trials/${path}`;
beforeEach(async () => {
  place = mkdtempSync(join(tmpdir(), 'hypertide-files-'));
  mkdirSync(join(place, 'trial-1'));
  for (const name of ['attempt-1.log', 'page.html', 'chart.svg', 'chart.png'])
    writeFileSync(join(place, 'trial-1', name), `<b>${name}</b>`);
  open = await board({}, 'net', keptFiles(place));
  await open.say(...finished(1, 0.5));
});
afterEach(() => open.close());

it('serves the output and files of a trial, of which a browser runs nothing', async () => {
  const names = JSON.parse((await request(at('1/files'))).text).map(({ name }: { name: string }) => name);
  expect(names.sort()).toEqual(['attempt-1.log', 'chart.png', 'chart.svg', 'page.html']);
  const log = await request(at('1/files/attempt-1.log?last=4'));
  expect(log).toMatchObject({ status: 200, text: '</b>', headers: { 'content-type': 'text/plain; charset=utf-8' } });
  const types = {
    'page.html': ['application/octet-stream', 'attachment'],
    'chart.svg': ['image/svg+xml', 'attachment'],
    'chart.png': ['image/png', undefined],
  };
  for (const [name, [type, disposition]] of Object.entries(types)) {
    const { headers } = await request(at(`1/files/${name}?at=${Date.now()}`)); // as the page asks for images
    expect(headers, name).toMatchObject({ 'content-type': type, 'x-content-type-options': 'nosniff' });
    expect(headers['content-disposition'], name).toBe(disposition);
  }
});

it('serves nothing outside the directories of existing trials', async () => {
  mkdirSync(join(place, 'trial-2'));
  writeFileSync(join(place, 'trial-2/a.txt'), 'secret');
  for (const path of [
    '1/files/none',
    '1/files/..%2Ftrial-2%2Fa.txt',
    '2/files/a.txt',
    '2/files',
    'x/files',
    '1%2F..%2Ftrial-2/files/a.txt',
  ])
    expect((await request(at(path))).status, path).toBe(404);
});

it('takes a file in a form that no page of another site may send, up to its limit', async () => {
  const send = (name: string, body: string, type = 'application/octet-stream') =>
    request(at(`1/files/${name}`), { method: 'POST', body, headers: { 'Content-Type': type } });
  expect((await send('a.txt', 'hello', 'text/plain')).status).toBe(400);
  expect(JSON.parse((await send('a.txt', 'hello')).text)).toEqual({ name: 'uploads/a.txt' });
  expect((await request(at('1/files/uploads/a.txt'))).text).toBe('hello');
  expect(await send('a.txt', 'other')).toMatchObject({ status: 400, text: expect.stringContaining('"code":"bad-upload"') });
  expect((await send('big.bin', 'x'.repeat(17 * 2 ** 20))).status).toBe(413);
});

it('has no list for a study whose files are elsewhere', async () => {
  await open.close();
  open = await board();
  await open.say(...finished(1, 0.5));
  expect(await request(at('1/files'))).toMatchObject({ status: 200, text: 'null' });
  expect((await request(at('1/files/a.txt'))).status).toBe(404);
});

it('closes each file after a HEAD request and after an aborted download, and logs nothing', async () => {
  const said = vi.spyOn(console, 'error').mockReturnValue();
  const opened: ReadStream[] = [];
  const kept = keptFiles(place);
  const watched = async (...args: Parameters<typeof kept.open>) => {
    const file = await kept.open(...args);
    if (file) opened.push(file);
    return file;
  };
  await open.close();
  open = await board({}, 'net', { ...kept, open: watched });
  await open.say(...finished(1, 0.5));
  writeFileSync(join(place, 'trial-1/big.bin'), Buffer.alloc(2 ** 23));
  expect(await request(at('1/files/chart.png'), { method: 'HEAD' })).toMatchObject({
    status: 200,
    headers: { 'content-type': 'image/png' },
  });
  expect((await request(at('1/files/none'), { method: 'HEAD' })).status).toBe(404);
  const cut = new AbortController();
  const { body } = await fetch(at('1/files/big.bin'), { signal: cut.signal });
  await body!.getReader().read();
  cut.abort();
  await eventually(() => expect(opened.map(({ closed }) => closed)).toEqual([true, true]));
  await setImmediate();
  expect(said).not.toHaveBeenCalled();
  said.mockRestore();
});

it('ends a stream of events after a HEAD request', async () => {
  let watching = 0;
  const { watch } = open.studies;
  vi.spyOn(open.studies, 'watch').mockImplementation((watcher) => {
    watching++;
    const ignore = watch.call(open.studies, watcher);
    return () => {
      watching--;
      ignore();
    };
  });
  expect(await request(`${open.url}v1/events`, { method: 'HEAD' })).toMatchObject({ status: 200 });
  await eventually(() => expect(watching).toBe(0));
});
