import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../support/documents.ts';

const isInstalled = (program: string) => spawnSync('which', [program]).status === 0;
const deploy = join(root, 'deploy');

it.runIf(isInstalled('systemd-analyze'))('systemd accepts the units', () => {
  const units = ['hypertide-serve.service', 'hypertide-worker.service'].map((name) => join(deploy, 'systemd', name));
  expect(spawnSync('systemd-analyze', ['verify', ...units], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
});

it.runIf(isInstalled('docker-compose'))('docker-compose accepts the services', () => {
  const text = execFileSync('docker-compose', ['config', '--services'], { cwd: join(deploy, 'docker'), encoding: 'utf8' });
  expect(text.trim().split('\n').toSorted()).toEqual(['engine', 'nats', 'standby', 'worker']);
});
