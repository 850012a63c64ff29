import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { concatAll, from, lastValueFrom, toArray } from 'rxjs';
import { rngFor } from '../../src/numeric/random.ts';
import { applyEntries } from '../../streams/core.ts';
import { readJournal } from '../../streams/journal.ts';
import { startIn } from '../../test/support/started.ts';

export interface ImageVerdict {
  readonly images: number;
  /** Results that `run --json` had printed before the images were taken, and how many of them an image does not have. */
  readonly told: number;
  readonly lost: number;
  /** Images whose study could not be verified, or not be continued. */
  readonly broken: readonly string[];
}

/**
 * Takes images of a file system while a study writes to it, as a power cut would leave it, mounts each, and continues the study from there.
 * It mounts file systems, so it needs the rights of root.
 */
export async function crashImages(images: number, seed: string, fsync: 'always' | 'never' = 'always'): Promise<ImageVerdict> {
  const place = mkdtempSync(join(tmpdir(), 'hypertide-images-'));
  const [disk, mounted] = [join(place, 'disk'), join(place, 'mounted')];
  const rng = rngFor(seed, 'images', 0);
  mkdirSync(mounted);
  execFileSync('truncate', ['--size', '24M', disk]);
  execFileSync('mkfs.ext4', ['-q', disk]);
  const study = `name: study\nparameters:\n  x: { type: float, low: 0, high: 1 }\nstrategy: random\nseed: ${seed}\nparallel: 2\n`;
  const run = (cwd: string, trials: number) =>
    startIn(cwd, ['run', 'study.yaml', '--json', '--fsync', fsync, '--trials', String(trials), '--', 'sh', '-c', 'echo value={x}']);
  const completedIn = (printed: string): number[] =>
    printed
      .split('\n')
      .slice(0, -1)
      .flatMap((line) => {
        const { trial, status } = JSON.parse(line) as { trial: number; status: string };
        return status === 'completed' ? [trial] : [];
      });

  mount(disk, mounted);
  writeFileSync(join(mounted, 'study.yaml'), study);
  execFileSync('sync', ['--file-system', mounted]);
  const { child, printed, ended } = run(mounted, 1e6);
  const taken: { readonly copy: string; readonly told: readonly number[] }[] = [];
  try {
    for (let i = 0; i < images; i++) {
      const before = completedIn(printed()).length;
      while (completedIn(printed()).length <= before) {
        if (child.exitCode !== null) throw new Error(`the study ended with status ${child.exitCode}; is the project built?`);
        await sleep(10);
      }
      await sleep(400 * rng());
      const told = completedIn(printed());
      child.kill('SIGSTOP'); // so that the copy is of one moment
      const copy = join(place, `disk-${i}`);
      copyFileSync(disk, copy);
      child.kill('SIGCONT');
      taken.push({ copy, told });
    }
  } finally {
    child.kill('SIGKILL');
    await ended;
    execFileSync('umount', ['--lazy', mounted]);
  }

  let lost = 0;
  const broken: string[] = [];
  for (const { copy, told } of taken) {
    mount(copy, mounted);
    try {
      const path = join(mounted, 'study.jsonl');
      // A machine needs longer to start again than an empty lock file counts as being written.
      if (existsSync(`${path}.lock`)) utimesSync(`${path}.lock`, 0, 0);
      const entries = existsSync(path) ? await lastValueFrom(from(readJournal(path)).pipe(concatAll(), applyEntries(), toArray())) : [];
      const kept = new Set(entries.flatMap(({ fact, effect }) => (effect === 'ended' && fact.type === 'completed' ? [fact.trial] : [])));
      lost += told.filter((trial) => !kept.has(trial)).length;
      const resumed = await run(mounted, kept.size + 5).ended;
      if (resumed.code !== 0) broken.push(`${copy}: run ended with status ${resumed.code}: ${resumed.err}`);
      const verified = await startIn(mounted, ['verify', 'study.jsonl']).ended;
      if (verified.code !== 0) broken.push(`${copy}: verify ended with status ${verified.code}: ${verified.out}`);
    } finally {
      execFileSync('umount', [mounted]);
    }
  }
  rmSync(place, { recursive: true, force: true });
  return { images: taken.length, told: taken.reduce((sum, { told }) => sum + told.length, 0), lost, broken };
}

const mount = (disk: string, place: string) => execFileSync('mount', ['-o', 'loop', disk, place]);
