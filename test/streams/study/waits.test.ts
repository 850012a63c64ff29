import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { createStudy, random } from '../../../streams/index.ts';
import { ensurePackage } from '../../support/build.ts';
import { line } from '../../support/line.ts';

await ensurePackage();

const FULL = 'ask waits: trial 1 is open, and parallel is 1; tell a result first, or raise parallel';

it('an ask that waits for trials of its own process gets a warning, once', async () => {
  const said: string[] = [];
  const study = createStudy(line, { strategy: random(), trials: 3, warn: (message) => void said.push(message) });
  const first = await study.ask();
  expect(said).toEqual([]);
  const second = study.ask();
  expect(said).toEqual([FULL]);
  await study.tell(first!.trial, 1);
  const third = study.ask();
  await study.tell((await second)!.trial, 1);
  await study.tell((await third)!.trial, 1);
  await study.close();
  expect(said).toEqual([FULL]);
});

it('as many asks as `parallel` allows get no warning', async () => {
  const said: string[] = [];
  const study = createStudy(line, { strategy: random(), trials: 12, parallel: 3, warn: (message) => void said.push(message) });
  const work = async () => {
    for (let next = await study.ask(); next; next = await study.ask()) await study.tell(next.trial, next.trial);
  };
  await Promise.all([work(), work(), work()]);
  await study.close();
  expect(said).toEqual([]);
});

/** The output of a program, and its exit status. */
const run = (what: string) =>
  new Promise<{ readonly status: unknown; readonly stdout: string; readonly stderr: string }>((resolve) => {
    const program = fileURLToPath(new URL('programs/endless.mjs', import.meta.url));
    execFile(process.execPath, [program, what], (error, stdout, stderr) => resolve({ status: error?.code, stdout, stderr }));
  });

it.each([
  ['ask', `${FULL}\nthe process ends while ask waits: trial 1 is open, and nothing is left that could tell a result\n`],
  [
    'optimize',
    'the process ends before the study: trials 1, 2 are open, and the objective waits for what never comes; timeLimit lets such a trial fail\n',
  ],
])('a process that ends while %s waits prints the reason', async (what, stderr) => {
  expect(await run(what)).toEqual({ status: 13, stdout: '', stderr });
});
