import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readlinkSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const built = join(root, 'dist/src/page');
const building = join(root, '.results/page.building');

/** Builds the page unless the build is up to date. Only one of several processes builds at a time. */
export async function ensurePage(): Promise<void> {
  mkdirSync(join(root, '.results'), { recursive: true });
  while (!taken()) await sleep(100);
  try {
    const sources = ['src/page', 'src/server/feed/wire.ts', 'streams/explanation', 'src/insight', 'package-lock.json'].map((path) =>
      newest(join(root, path)),
    );
    if (!existsSync(join(built, 'assets')) || newest(join(built, 'assets')) < Math.max(...sources)) {
      const env = { ...process.env, NODE_ENV: 'production' }; // as it is shipped: a test runner says "test"
      execFileSync('npx', ['vite', 'build', '--config', 'src/page/vite.config.ts', '--logLevel', 'warn'], {
        cwd: root,
        env,
        stdio: ['ignore', 'ignore', 'inherit'],
      });
    }
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

function newest(path: string): number {
  const { mtimeMs } = statSync(path);
  if (!statSync(path).isDirectory()) return mtimeMs;
  return Math.max(mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}
