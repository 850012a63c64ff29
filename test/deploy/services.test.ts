import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { root } from '../support/documents.ts';
import { unknownIn } from './commandLine.ts';

const read = (path: string) => readFileSync(join(root, 'deploy', path), 'utf8');

interface Compose {
  readonly services: Readonly<Record<string, { readonly image: string; readonly command?: readonly string[] }>>;
}
type Line = readonly [name: string, words: readonly string[]];
/** What the units start, and what they start for a platform, as their comments say. */
const started = ['hypertide-serve.service', 'hypertide-worker.service'].flatMap((name) =>
  [...read(`systemd/${name}`).matchAll(/ExecStart=\/usr\/bin\/env hypertide (.*)$/gm)].map(([, words]): Line => [name, words!.split(' ')]),
);
const composed = Object.entries((parse(read('docker/compose.yaml'), { merge: true }) as Compose).services)
  .filter(([, { image }]) => image === 'hypertide')
  .map(([name, { command }]): Line => [name, command!]);

it('finds what each unit starts', () => expect(started).toHaveLength(4));

it.each([...started, ...composed])('%s starts a command with options that it has', (_, line) => {
  expect(line.length).toBeGreaterThan(1);
  expect(unknownIn(line)).toEqual([]);
});

it('finds an option that does not exist', () => expect(unknownIn(['serve', 'a.yaml', '--no-such'])).toEqual(['--no-such']));

it.each([
  ['a process that is well', ['worker', '--monitor', '0.0.0.0:PORT'], 200, 0],
  ['a process that is not', ['worker', '--monitor', 'PORT'], 503, 1],
  ['a process without a monitor', ['worker', 'PORT'], 503, 0],
])('the image asks %s', async (_, words, status, exit) => {
  const server = createServer((request, response) => response.writeHead(request.url === '/healthz' ? status : 404).end());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const folder = mkdtempSync(join(tmpdir(), 'health-'));
  const file = join(folder, 'cmdline');
  writeFileSync(file, ['node', 'hypertide', ...words, ''].join('\0').replace('PORT', String(port)));
  const [code] = await once(spawn(process.execPath, [join(root, 'deploy/docker/health.mjs'), file], { stdio: 'ignore' }), 'exit');
  expect(code).toBe(exit);
  server.close();
});

it('the image is built from files that exist', () => {
  const names = [...read('docker/Dockerfile.dockerignore').matchAll(/^!(.*)$/gm)].map(([, name]) => name!);
  expect(names).toEqual(expect.arrayContaining(['package-lock.json', 'src', 'streams']));
  for (const name of names) expect([name, existsSync(join(root, name))]).toEqual([name, true]);
});

it('the image does not run as root', () => expect(read('docker/Dockerfile')).toMatch(/^USER node$/m));
