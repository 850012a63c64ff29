import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { readPlatform } from '../../src/host/platform/platformFile.ts';
import { render } from '../../src/host/platform/render.ts';
import { root } from '../support/documents.ts';
import { unitFiles } from '../support/units.ts';

const isInstalled = (program: string) => spawnSync('which', [program]).status === 0;
const deploy = join(root, 'deploy');

it.runIf(isInstalled('systemd-analyze'))('systemd accepts the units, and finds little that they may do', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'units-'));
  writeFileSync(join(folder, 'platform.yaml'), 'nats: { cluster: [n1, n2, n3] }\nteams: { vision: {} }\n');
  const { files } = await render(await readPlatform(join(folder, 'platform.yaml')), () => undefined, 'keys');
  const rendered = Object.entries(files).flatMap(([path, text]) => (path.startsWith('systemd/') ? [[path.slice(8), text] as const] : []));
  const units = [...Object.entries(unitFiles), ...rendered].map(([name, text]) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  });
  expect(units).toHaveLength(4);
  expect(spawnSync('systemd-analyze', ['verify', ...units], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  for (const unit of units)
    expect([basename(unit), exposureOf(unit)]).toEqual([basename(unit), expect.toSatisfy((level: number) => level < 5)]);
  const open = join(folder, 'open.service');
  writeFileSync(open, '[Service]\nExecStart=/bin/true\n');
  expect(exposureOf(open)).toBeGreaterThan(9);
  rmSync(folder, { recursive: true });
});

/** From 0, for a process that may do nothing, to 10. */
const exposureOf = (unit: string): number => {
  const { stdout } = spawnSync('systemd-analyze', ['security', '--offline=true', '--no-pager', unit], { encoding: 'utf8' });
  return Number(/Overall exposure level for \S+: ([\d.]+)/.exec(stdout)?.[1]);
};

it.runIf(isInstalled('docker-compose'))('docker-compose accepts the services', () => {
  const text = execFileSync('docker-compose', ['config', '--services'], { cwd: join(deploy, 'docker'), encoding: 'utf8' });
  expect(text.trim().split('\n').toSorted()).toEqual(['engine', 'nats', 'standby', 'worker']);
});
