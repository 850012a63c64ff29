import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const command = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));

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
    const child = spawn(process.execPath, [command, ...args], { cwd: place });
    running.push(child);
    const texts = { out: '', err: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      texts.out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      texts.err += text;
    });
    return { child, texts, ended: () => texts.out.split('\n').length - 1 };
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
  const hypertide = (...args: string[]) => execFileSync(process.execPath, [command, ...args], { cwd: place, encoding: 'utf8' });
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
    const { child, texts, ended } = start('run', 'study.yaml', '--json', '--', ...program);
    await until(() => ended() >= 5);
    fill();
    await until(() => /waiting for space/.test(texts.err));
    await sleep(3000);
    const before = ended();
    rmSync(filler());
    writeFileSync(join(place, 'go'), '');
    await until(() => ended() >= before + 10);
    const [status] = await once(child, 'close');
    expect(status).toBe(0);
    const rows = texts.out
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as { trial: number; status: string });
    expect(new Set(rows.filter((row) => row.status === 'completed').map(({ trial }) => trial)).size).toBe(60);
    expect(texts.err.match(/the disk is nearly full \(0\.\d MB free\)/g)).toHaveLength(1);
    expect(texts.err.match(/study\.jsonl.*waiting for space/g)?.length ?? 0).toBeLessThanOrEqual(1);
    expect(hypertide('verify', 'study.jsonl')).toMatch(/all equal\n$/);
  });

  it('ends within its grace after SIGTERM, and its results are elsewhere', async () => {
    const grace = 2;
    writeFileSync(join(place, 'study.yaml'), `${readFileSync(join(place, 'study.yaml'), 'utf8')}grace: ${grace}\n`);
    const reports = `for i in $(seq ${LINES}); do echo "step=$i value={x}"; done`;
    const program = `[ {trial} -lt 5 ] || until [ -e go ]; do sleep 0.1; done; ${reports}; echo value={x}`;
    const { child, texts, ended } = start('run', 'study.yaml', '--json', '--', 'sh', '-c', program);
    await until(() => ended() >= 4);
    writeFileSync(join(place, 'go'), '');
    fill();
    await until(() => /study\.jsonl: could not append .* waiting for space/.test(texts.err));
    await sleep(1000); // the programs end meanwhile
    const stored = completed();
    const since = performance.now();
    child.kill('SIGTERM');
    const [status] = await once(child, 'close');
    expect([status, performance.now() - since < 1000 * (grace + 5)]).toEqual([5, true]);
    expect(texts.err).toMatch(/waiting for disk space to store \d results?; interrupt again to give them up/);
    const results = adopt(texts.err);
    expect(results).toBeGreaterThan(0);
    expect(completed()).toBe(stored + results);
    expect(hypertide('verify', 'study.jsonl')).toMatch(/all equal\n$/);
  });

  it('keeps the results of a program that asks and tells, too', async () => {
    const { child, texts, ended } = start('dev', 'ask-tell', '--journal', 'study.jsonl');
    const send = (request: object) => child.stdin.write(`${JSON.stringify(request)}\n`);
    send({ cmd: 'init', study: { name: 'study', parameters: { x: { type: 'float', low: 0, high: 1 } }, strategy: 'random', trials: 60 } });
    send({ cmd: 'ask' });
    await until(() => ended() >= 2);
    fill();
    for (let step = 1; step <= LINES; step++) send({ cmd: 'report', seq: step, trial: 1, step, values: { value: 1 } });
    send({ cmd: 'tell', seq: 0, trial: 1, values: { value: 1 } });
    await until(() => /waiting for space/.test(texts.err));
    child.stdin.end();
    const [status] = await once(child, 'close');
    expect(status).toBe(5);
    expect([adopt(texts.err), completed()]).toEqual([1, 1]);
  });
});
