/**
 * A study in a journal. This program starts itself as another process, kills that process, and resumes the study from the journal. The suggestions
 * are the same as without the kill.
 */
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chain, float, type Log, optimize, random, sobol, space, take, trials } from 'hypertide';
import { memoryLog } from 'hypertide/core';
import { openJournal } from 'hypertide/journal';
import { lastValueFrom, tap, toArray } from 'rxjs';

const plane = space({ x: float(-5, 5), y: float(-5, 5) });

/** All trials of the study, including those in the log. */
const run = async (log: Log, ended = () => {}) => {
  const objective = async ({ x, y }: { x: number; y: number }) => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    return x ** 2 + y ** 2;
  };
  const study = optimize(plane, objective, { strategy: chain(take(8, sobol()), random()), trials: 30, seed: 7, log });
  const rows = await lastValueFrom(study.pipe(trials(), tap(ended), toArray()));
  await log.close();
  return rows;
};

const [path] = process.argv.slice(2);
if (path) {
  await run(await openJournal(path), () => process.send?.('a trial has ended'));
  process.exit();
}

const directory = await mkdtemp(join(tmpdir(), 'hypertide-'));
const file = join(directory, 'study.jsonl');
const child = fork(fileURLToPath(import.meta.url), [file]);
let before = 0;
child.on('message', () => ++before === 12 && child.kill('SIGKILL'));
await new Promise((resolve) => child.once('exit', resolve));

const resumed = await run(await openJournal(file));
const undisturbed = await run(memoryLog());
await rm(directory, { recursive: true });

console.log(`killed after ${before} trials, then ${resumed.length - before} more`);
assert.ok(before >= 12 && before < 30);
assert.deepEqual(
  resumed.map(({ params }) => params),
  undisturbed.map(({ params }) => params),
);
