import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../support/documents.ts';

const isInstalled = (program: string) => spawnSync('which', [program]).status === 0;
const deploy = join(root, 'deploy');

it.runIf(isInstalled('systemd-analyze'))('systemd accepts the units, and finds little that they may do', () => {
  const units = ['hypertide-serve.service', 'hypertide-worker.service'].map((name) => join(deploy, 'systemd', name));
  expect(spawnSync('systemd-analyze', ['verify', ...units], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  for (const unit of units)
    expect([basename(unit), exposureOf(unit)]).toEqual([basename(unit), expect.toSatisfy((level: number) => level < 5)]);
  const folder = mkdtempSync(join(tmpdir(), 'units-'));
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
