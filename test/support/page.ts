import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const built = join(root, 'dist/src/dashboard/page');
const building = join(root, '.results/page.building');

/** Builds the page unless the build is up to date. Only one of several processes builds at a time. */
export async function ensurePage(): Promise<void> {
  mkdirSync(join(root, '.results'), { recursive: true });
  while (!taken()) await sleep(100);
  try {
    const sources = ['src/dashboard/page', 'src/dashboard/wire.ts', 'src/figures', 'package-lock.json'].map((path) =>
      newest(join(root, path)),
    );
    if (!existsSync(join(built, 'assets')) || newest(join(built, 'assets')) < Math.max(...sources)) {
      execFileSync('npm', ['run', '--silent', 'build:page'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
    }
  } finally {
    rmdirSync(building);
  }
}

/** Milliseconds after which a lock is taken over, since its process must have ended. */
const LONG = 60_000;

function taken(): boolean {
  try {
    mkdirSync(building);
    return true;
  } catch {
    const { mtimeMs = Date.now() } = statSync(building, { throwIfNoEntry: false }) ?? {};
    if (Date.now() - mtimeMs > LONG) rmSync(building, { recursive: true, force: true });
    return false;
  }
}

function newest(path: string): number {
  const { mtimeMs } = statSync(path);
  if (!statSync(path).isDirectory()) return mtimeMs;
  return Math.max(mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}
