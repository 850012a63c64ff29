import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { root } from '../support/documents.ts';
import { unitFiles } from '../support/units.ts';
import { unknownIn } from './commandLine.ts';

const read = (path: string) => readFileSync(join(root, 'deploy', path), 'utf8');

interface Compose {
  readonly services: Readonly<Record<string, { readonly image: string; readonly command?: readonly string[] }>>;
}
const wordsOf = (unit: string) => /^ExecStart=\/usr\/bin\/env hypertide (.*)$/m.exec(unit)![1]!.split(' ');
type Line = readonly [name: string, words: readonly string[]];
const composed = Object.entries((parse(read('docker/compose.yaml'), { merge: true }) as Compose).services)
  .filter(([, { image }]) => image === 'hypertide')
  .map(([name, { command }]): Line => [name, command!]);
const lines: readonly Line[] = [...Object.entries(unitFiles).map(([name, text]): Line => [name, wordsOf(text)]), ...composed];

it.each(Object.entries(unitFiles))('%s is as npm run schema writes it', (name, text) => expect(read(`systemd/${name}`)).toBe(text));

it.each(lines)('%s starts a command with options that it has', (_, line) => {
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
  rmSync(folder, { recursive: true });
});

it('the image is built from files that exist', () => {
  const names = [...read('docker/Dockerfile.dockerignore').matchAll(/^!(.*)$/gm)].map(([, name]) => name!);
  expect(names).toEqual(expect.arrayContaining(['package-lock.json', 'src', 'streams']));
  for (const name of names) expect([name, existsSync(join(root, name))]).toEqual([name, true]);
});

it('the image does not run as root', () => expect(read('docker/Dockerfile')).toMatch(/^USER node$/m));
