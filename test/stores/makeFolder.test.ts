import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeFolder } from '../../src/stores/makeFolder.ts';
import { directory, expectRefused, start } from '../cli/support.ts';

it('a folder is made with its parents, and may exist already', () => {
  const path = join(directory(), 'a', 'b');
  for (let i = 0; i < 2; i++) makeFolder(path, 0o700);
  expect([statSync(path).isDirectory(), statSync(path).mode & 0o777]).toEqual([true, 0o700]);
});

it('a folder that cannot be made is an error, also where Node would retry for ever', () => {
  expect(() => makeFolder('/proc/none/x')).toThrow(/^\/proc\/none\/x: the folder cannot be made \(ENOENT/);
  const file = join(directory(), 'file');
  writeFileSync(file, '');
  expect(() => makeFolder(file)).toThrow(`${file}: expected a folder, but there is a file with this name`);
  expect(() => makeFolder(join(file, 'x'))).toThrow(`${join(file, 'x')}: the folder cannot be made (ENOTDIR`);
});

it.each([
  ['serve', '--http', '0', '--folder', '/proc/none'],
  ['worker', 'nats://127.0.0.1:1/s', '--directory', '/proc/none', '--', 'true'],
  ['server', 'users', '--viewer', 'ada', '--tokens', '/proc/none'],
])('%s ends if the folder cannot be made', async (...words) => {
  const { child, ended } = start(directory(), ...words); // in a process of its own, which can be killed if it never returns
  const late = setTimeout(() => child.kill('SIGKILL'), 60_000);
  expectRefused(await ended);
  clearTimeout(late);
});
