import { type ChildProcess, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { command } from '../../test/support/command.ts';
import { startIn } from '../../test/support/started.ts';

/** More lines than the last block of a journal has room for. */
const LINES = 60;

/** Only root mounts file systems. In CI, a case that cannot run must fail. */
describe.skipIf(!process.env.CI && process.getuid?.() !== 0)('a study on a disk that is full', () => {
  let place: string;
  const running: ChildProcess[] = [];
  beforeEach(() => {
    place = mkdtempSync(join(tmpdir(), 'hypertide-full-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1M', 'tmpfs', place]);
    const study = 'name: study\nparameters:\n  x: { type: float, low: 0, high: 1 }\nstrategy: random\nseed: 1\ntrials: 60\nparallel: 2\n';
    writeFileSync(join(place, 'study.yaml'), study);
  });
  afterEach(() => {
    for (const child of running.splice(0)) child.kill('SIGKILL');
    execFileSync('umount', ['--lazy', place]);
    rmSync(place, { recursive: true, force: true });
  });

  const start = (...args: string[]) => {
    const started = startIn(place, args, process.env, 'pipe');
    running.push(started.child);
    return { ...started, count: () => started.printed().split('\n').length - 1 };
  };
  const filler = () => join(place, 'filler');
  const fill = () => {
    try {
      writeFileSync(filler(), Buffer.alloc(2 ** 20));
    } catch {} // now it is full
  };
  const until = async (holds: () => boolean) => {
    while (!holds()) await sleep(20);
  };
  const hypertide = (...args: string[]) => execFileSync(command[0], [...command.slice(1), ...args], { cwd: place, encoding: 'utf8' });
  const completed = () =>
    (JSON.parse(hypertide('trials', 'study.jsonl', '--json')) as { status: string }[]).filter(({ status }) => status === 'completed')
      .length;
  /** Gives the disk room, and adds the results that a message says are elsewhere. @returns how many these are */
  const adopt = (said: string) => {
    const [, count, elsewhere] = /is full: (\d+) results? went to (\S+) instead; .*"cat \S+ >> study\.jsonl" adds/.exec(said)!;
    rmSync(filler());
    execFileSync('sh', ['-c', `cat ${elsewhere} >> study.jsonl`], { cwd: place });
    rmSync(dirname(elsewhere!), { recursive: true });
    return Number(count);
  };

  it('waits, reports that once, and loses nothing', async () => {
    const program = ['sh', '-c', '[ {trial} -lt 30 ] || until [ -e go ]; do sleep 0.1; done; sleep 0.1; echo value={x}'];
    const { said, printed, ended, count } = start('run', 'study.yaml', '--json', '--', ...program);
    await until(() => count() >= 5);
    fill();
    await until(() => /waiting for space/.test(said()));
    await sleep(3000);
    const before = count();
    rmSync(filler());
    writeFileSync(join(place, 'go'), '');
    await until(() => count() >= before + 10);
    const { code: status } = await ended;
    expect(status).toBe(0);
    const rows = printed()
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as { trial: number; status: string });
    expect(new Set(rows.filter((row) => row.status === 'completed').map(({ trial }) => trial)).size).toBe(60);
    expect(said().match(/the disk is nearly full \(0\.\d MB free\)/g)).toHaveLength(1);
    expect(said().match(/study\.jsonl.*waiting for space/g)?.length ?? 0).toBeLessThanOrEqual(1);
    expect(hypertide('verify', 'study.jsonl')).toMatch(/all equal\n$/);
  });

  it('ends within its grace after SIGTERM, and its results are elsewhere', async () => {
    const grace = 2;
    writeFileSync(join(place, 'study.yaml'), `${readFileSync(join(place, 'study.yaml'), 'utf8')}grace: ${grace}\n`);
    const reports = `for i in $(seq ${LINES}); do echo "step=$i value={x}"; done`;
    const program = `[ {trial} -lt 5 ] || until [ -e go ]; do sleep 0.1; done; ${reports}; echo value={x}`;
    const { child, said, ended, count } = start('run', 'study.yaml', '--json', '--', 'sh', '-c', program);
    await until(() => count() >= 4);
    writeFileSync(join(place, 'go'), '');
    fill();
    await until(() => /study\.jsonl: could not append .* waiting for space/.test(said()));
    await sleep(1000); // the programs end meanwhile
    const stored = completed();
    const since = performance.now();
    child.kill('SIGTERM');
    const { code: status } = await ended;
    expect([status, performance.now() - since < 1000 * (grace + 5)]).toEqual([5, true]);
    expect(said()).toMatch(/waiting for disk space to store \d results?; interrupt again to give them up/);
    const results = adopt(said());
    expect(results).toBeGreaterThan(0);
    expect(completed()).toBe(stored + results);
    expect(hypertide('verify', 'study.jsonl')).toMatch(/all equal\n$/);
  });

  it('keeps the results of a program that asks and tells, too', async () => {
    const { child, said, ended, count } = start('dev', 'ask-tell', '--journal', 'study.jsonl');
    const send = (request: object) => child.stdin!.write(`${JSON.stringify(request)}\n`);
    send({ cmd: 'init', study: { name: 'study', parameters: { x: { type: 'float', low: 0, high: 1 } }, strategy: 'random', trials: 60 } });
    send({ cmd: 'ask' });
    await until(() => count() >= 2);
    fill();
    for (let step = 1; step <= LINES; step++) send({ cmd: 'report', seq: step, trial: 1, step, values: { value: 1 } });
    send({ cmd: 'tell', seq: 0, trial: 1, values: { value: 1 } });
    await until(() => /waiting for space/.test(said()));
    child.stdin!.end();
    const { code: status } = await ended;
    expect(status).toBe(5);
    expect([adopt(said()), completed()]).toEqual([1, 1]);
  });
});
