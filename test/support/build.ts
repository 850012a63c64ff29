import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readlinkSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const building = join(root, '.results/building');

/** Builds the page of the dashboard unless it is up to date. */
export const ensurePage = (): Promise<void> =>
  ensure('src/page/vite.config.ts', 'dist/src/page/assets', [
    'src/page',
    'src/server/feed/wire.ts',
    'streams/explanation',
    'src/insight',
    'package-lock.json',
  ]);

/** Builds the package, without types, unless it is up to date. The command draws with the charts of the page, so that is built first. */
export const ensurePackage = async (): Promise<void> => {
  await ensurePage();
  await ensure('vite.config.ts', 'dist/src/cli/main.js', ['src', 'machines', 'streams', 'vite.config.ts', 'package-lock.json']);
};

/** Builds something if one of its sources is newer. Only one of several processes builds at a time. */
async function ensure(config: string, made: string, sources: readonly string[]): Promise<void> {
  mkdirSync(join(root, '.results'), { recursive: true });
  while (!taken()) await sleep(100);
  try {
    if (existsSync(join(root, made)) && newest(made) >= Math.max(...sources.map(newest))) return;
    const env = { ...process.env, NODE_ENV: 'production' }; // as it is shipped: a test runner says "test"
    const args = ['node_modules/vite/bin/vite.js', 'build', '--config', config, '--logLevel', 'warn'];
    execFileSync(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'ignore', 'inherit'] });
  } finally {
    rmSync(building);
  }
}

/** Whether this process has the lock now. That of a process which has ended is removed. */
function taken(): boolean {
  try {
    symlinkSync(String(process.pid), building); // in one step with its content
    return true;
  } catch {
    try {
      process.kill(Number(readlinkSync(building)), 0);
    } catch {
      rmSync(building, { force: true });
    }
    return false;
  }
}

/** When the newest file of a path in the project changed. */
function newest(path: string): number {
  const { mtimeMs } = statSync(join(root, path));
  if (!statSync(join(root, path)).isDirectory()) return mtimeMs;
  return Math.max(mtimeMs, ...readdirSync(join(root, path)).map((name) => newest(join(path, name))));
}
