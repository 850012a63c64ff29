import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { enterFolder } from '../../src/worker/workOn.ts';
import { directory } from '../cli/support.ts';

it('a worker that deletes files uses its folder alone', () => {
  const [shared, own] = [join(directory(), 'digits.trials'), directory()];
  enterFolder(shared, false);
  enterFolder(shared, false);
  expect(existsSync(shared)).toBe(false);
  enterFolder(own, true);
  for (const deletes of [true, false])
    expect(() => enterFolder(own, deletes)).toThrow(`${own}: process ${process.pid} is a worker with --keep, which needs this folder`);
  enterFolder(shared, true);
});

it('takes over the folder of a worker that was killed here, and none of another machine', async () => {
  const place = directory();
  const gone = spawn('true');
  await once(gone, 'exit');
  const mark = join(place, 'worker.lock');
  const lockedOn = (host: string) => writeFileSync(mark, `${JSON.stringify({ pid: gone.pid, host, started: '' })}\n`);
  lockedOn(`${hostname()}-2`);
  expect(() => enterFolder(place, true)).toThrow(`delete ${mark}`);
  rmSync(mark);
  lockedOn(hostname());
  enterFolder(place, true);
  expect(() => enterFolder(place, false)).toThrow(`process ${process.pid}`);
});
