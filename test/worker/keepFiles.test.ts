import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { keepFiles } from '../../src/worker/keepFiles.ts';
import { directory, hypertide, studyIn } from '../cli/support.ts';

/** The files of a trial: a checkpoint of 1000 bytes, and a log of 100. */
function filesOf(place: string, trial: number): { readonly checkpoint: string; readonly log: string } {
  const attempt = join(place, `trial-${trial}`, 'attempt-1');
  mkdirSync(join(attempt, 'checkpoints'), { recursive: true });
  const [checkpoint, log] = [join(attempt, 'checkpoints', 'model.bin'), `${attempt}.log`];
  writeFileSync(checkpoint, 'c'.repeat(1000));
  writeFileSync(log, 'l'.repeat(100));
  return { checkpoint, log };
}

it('deletes checkpoints in order, then other files, and only of trials that can go', async () => {
  const place = directory();
  const files = [1, 2, 3].map((trial) => filesOf(place, trial));
  const warnings: string[] = [];
  const sweep = (bytes: number) => keepFiles(place, bytes, { order: () => [2, 1], isInUse: () => false }, (line) => warnings.push(line))();
  const left = () => files.map(({ checkpoint, log }) => [existsSync(checkpoint), existsSync(log)]);
  await sweep(3300);
  expect(left()).toEqual([
    [true, true],
    [true, true],
    [true, true],
  ]);
  await sweep(2300);
  expect(left()).toEqual([
    [true, true],
    [false, true],
    [true, true],
  ]);
  await sweep(1200);
  expect(left()).toEqual([
    [false, true],
    [false, false],
    [true, true],
  ]);
  expect(warnings).toEqual([]);
  await sweep(10);
  expect(left()).toEqual([
    [false, false],
    [false, false],
    [true, true],
  ]);
  expect(warnings).toEqual([expect.stringContaining('1100 bytes, though --keep allows 10')]);
});

it('keeps the files of a trial that runs again when its turn comes', async () => {
  const place = directory();
  const [first, second] = [filesOf(place, 1), filesOf(place, 2)];
  await keepFiles(place, 1200, { order: () => [2, 1], isInUse: (trial) => trial === 2 }, () => {})();
  expect([first.checkpoint, second.checkpoint].map((path) => existsSync(path))).toEqual([false, true]);
});

it('limits the folder of a running study, and keeps the best checkpoint', async () => {
  const place = studyIn('trials: 6\nstrategy: { grid: { levels: { x: 6 } } }\n');
  const program = 'head -c 100000 /dev/zero > $HYPERTIDE_CHECKPOINT_DIR/m; echo loss=$HYPERTIDE_PARAM_X';
  const { code, out } = await hypertide(place, 'run', 'study.yaml', '--keep', '250kB', '--json', '--', 'sh', '-c', program);
  expect(code).toBe(0);
  const kept = [1, 2, 3, 4, 5, 6].filter((trial) =>
    existsSync(join(place, 'study.trials', `trial-${trial}`, 'attempt-1', 'checkpoints', 'm')),
  );
  expect(kept.length).toBeLessThanOrEqual(2);
  const { best } = JSON.parse(out.trim().split('\n').at(-1)!);
  expect(kept).toContain(best.trial);
});
