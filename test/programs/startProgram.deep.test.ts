import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { forever, gone, isAlive, MANY_REPORTS, printMany, report, sh } from './support.ts';

/** A runner of some programs. Each prints its pid, and those of a child in its group and of one in its own session. */
const killed = async (script: string, count: number, signal: 'SIGKILL' | 'SIGTERM') => {
  const directory = mkdtempSync(join(tmpdir(), 'hypertide-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const source = new URL('../../src/programs/', import.meta.url).href;
  const code = `
    import { startProgram } from '${source}startProgram.ts';
    import { parseTemplate } from '${source}template.ts';
    for (let trial = 1; trial <= ${count}; trial++) {
      const base = ${JSON.stringify(directory)} + '/' + trial;
      const paths = { params: base + '/p', checkpoints: base + '/c', log: base + '/l' };
      startProgram({ study: 's', trial, attempt: 1, slot: 0, params: {}, paths }, {
        command: parseTemplate(['sh', '-c', ${JSON.stringify(script)}], []),
        objectives: ['loss'],
        onReport: ({ step }) => console.log(step),
      });
    }`;
  const runner = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), '--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const pids: number[] = [];
  let text = '';
  await new Promise<void>((resolve) => {
    runner.stdout.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
      pids.splice(0, pids.length, ...text.split('\n').filter(Boolean).map(Number));
      if (pids.length >= 3 * count) resolve();
    });
  });
  expect(pids.every(isAlive)).toBe(true);
  const exited = once(runner, 'exit');
  runner.kill(signal);
  await exited;
  return pids;
};
const children = `
  sh -c 'echo step=$$ loss=1; sleep 600' &
  setsid sh -c 'echo step=$$ loss=1; sleep 600' &
  sleep 0.3; echo step=$$ loss=1; wait`;

it('a program that reports faster than reports are stored waits, and then all of them arrive, also if it has ended by itself meanwhile', async () => {
  let isStuck = true;
  const { done, reports } = sh(printMany, { waiting: () => (isStuck ? 5000 : 0) });
  await eventually(() => expect(reports.length).toBeGreaterThan(0));
  await sleep(1500); // longer than the runner waits for processes that hold the output of an ended program open
  const before = reports.length;
  expect(before).toBeLessThan(MANY_REPORTS / 2);
  isStuck = false;
  expect(await done).toMatchObject({ type: 'completed', values: { loss: 1 } });
  expect(reports.map(({ step }) => step)).toEqual(Array.from({ length: MANY_REPORTS }, (_, i) => i + 1));
});

it('a program ends with the runner', async () => {
  const runner = `
    import { startProgram } from ${JSON.stringify(new URL('../../src/programs/startProgram.ts', import.meta.url).href)};
    import { parseTemplate } from ${JSON.stringify(new URL('../../src/programs/template.ts', import.meta.url).href)};
    const command = parseTemplate(['sh', '-c', ${JSON.stringify(`${report}; ${forever}`)}], []);
    const base = process.argv[1];
    const paths = { params: base + '/p', checkpoints: base + '/c', log: base + '/l' };
    const onReport = ({ step }) => { console.log(step); process.exit(0); };
    startProgram({ study: 's', trial: 1, attempt: 1, slot: 0, params: {}, paths }, { command, objectives: ['loss'], onReport });`;
  const directory = mkdtempSync(join(tmpdir(), 'hypertide-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const out = execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', runner, directory], { encoding: 'utf8' });
  expect(existsSync(join(directory, 'l'))).toBe(true);
  expect(Number(out)).toBeGreaterThan(1);
  await gone(Number(out));
});

it.skipIf(process.platform !== 'linux')(
  'a runner that is killed takes its programs along, and their children in whatever session',
  async () => {
    const pids = await killed(children, 3, 'SIGKILL');
    await eventually(() => expect(pids.filter(isAlive)).toEqual([]));
  },
);

/** A process that is about to start a program has no environment that shows where it belongs: these get theirs only after their runner has ended. */
const hidden = `
  late='while kill -0 $1 2>/dev/null; do sleep 0.02; done; sleep 0.2; exec env HYPERTIDE_RUNNER=$0 sleep 600'
  for _ in 1 2 3; do
    env -u HYPERTIDE_RUNNER -u HYPERTIDE_PROGRAM setsid sh -c "$late" $HYPERTIDE_RUNNER $PPID & echo step=$! loss=1
  done; wait`;

it.skipIf(process.platform !== 'linux')('and programs that are just starting', async () => {
  const pids = await killed(hidden, 1, 'SIGKILL');
  await eventually(() => expect(pids.filter(isAlive)).toEqual([]));
});
