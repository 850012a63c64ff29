import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { forever, gone, isAlive, report, sh } from './support.ts';

describe('a program that is ended', () => {
  it('stops at SIGTERM, with its last report', async () => {
    const { done, stop, reported, reports } = sh(`trap 'echo step=999999999 loss=0.5; exit 0' TERM; ${report}; ${forever}`);
    await reported();
    stop();
    stop();
    expect(await done).toEqual({ type: 'stopped', step: 999999999 });
    expect(reports.at(-1)).toEqual({ step: 999999999, values: { loss: 0.5 } });
  });

  it('is killed if it ignores SIGTERM', async () => {
    const { done, stop, reported, reports } = sh(`trap '' TERM; ${report}; ${forever}`, { grace: 0.05 });
    await reported();
    stop();
    expect(await done).toEqual({ type: 'stopped', step: reports[0]!.step });
    await gone(reports[0]!.step);
  });

  it('has the result that it printed after a stop if it had reported nothing', async () => {
    const ready = join(tmpdir(), `hypertide-${process.pid}-ready`);
    onTestFinished(() => rmSync(ready, { force: true }));
    execFileSync('mkfifo', [ready]);
    const { done, stop } = sh(`trap 'echo loss=2; exit 0' TERM; echo > ${ready}; ${forever}`);
    const reader = spawn('cat', [ready]);
    await once(reader, 'close');
    stop();
    expect(await done).toMatchObject({ type: 'completed', values: { loss: 2 } });
  });

  it('times out', async () => {
    const { done } = sh(`echo loss=1; ${forever}`, { timeLimit: 0.05 });
    expect(await done).toMatchObject({ type: 'failed', reason: 'timeout', message: 'it took longer than its time limit of 0.05 s' });
  });

  it('is handed back if the signal that ended it reaches its runner a moment later', async () => {
    const { done, preempt, reported } = sh(`${report}; kill -TERM $$; ${forever}`);
    await reported();
    setTimeout(preempt, 200);
    expect(await done).toMatchObject({ type: 'failed', reason: 'preempted' });
  });

  it('has failed if only it was signalled, which is known after a moment', async () => {
    const ends = await Promise.all(['kill -TERM $$', 'exit 143'].map((end) => sh(`${report}; ${end}`).done));
    for (const end of ends) expect(end).toMatchObject({ type: 'failed', reason: 'error' });
  });

  it('keeps its result if it ended before its runner is asked to', async () => {
    const { done, preempt, reported, reports } = sh(`${report}; exec 1>&- 2>&-; exit 0`);
    await reported();
    await eventually(() => expect(() => process.kill(reports[0]!.step, 0)).toThrow()); // then its runner knows how it ended
    preempt();
    expect(await done).toMatchObject({ type: 'completed' });
  });

  it('is preempted, with its checkpoint', async () => {
    const { done, preempt, reported } = sh(`trap 'echo "{\\"checkpoint\\":\\"saved\\"}"; exit 0' TERM; ${report}; ${forever}`);
    await reported();
    preempt();
    expect(await done).toMatchObject({ type: 'failed', reason: 'preempted', checkpoint: 'saved' });
  });

  it('is killed at once', async () => {
    const { done, kill, reported } = sh(`trap '' TERM; ${report}; ${forever}`);
    await reported();
    kill();
    expect(await done).toMatchObject({ type: 'failed', reason: 'preempted' });
  });

  it('ends with its children', async () => {
    const child = `sh -c 'trap "" TERM; ${report}; ${forever}'`;
    const { done, stop, reported, reports } = sh(`${child} & ${forever}`, { grace: 0.05 });
    await reported();
    const pid = reports[0]!.step;
    expect(isAlive(pid)).toBe(true);
    stop();
    await done;
    await gone(pid);
  });

  it('leaves no child behind when it ends by itself', async () => {
    const fifo = join(mkdtempSync(join(tmpdir(), 'hypertide-')), 'fifo');
    execFileSync('mkfifo', [fifo]);
    const { done, reports } = sh(`sh -c '${report}; echo > ${fifo}; ${forever}' & read x < ${fifo}; echo loss=1`);
    expect(await done).toMatchObject({ type: 'completed', values: { loss: 1 } });
    await gone(reports[0]!.step);
  });

  it.skipIf(process.platform !== 'linux')('leaves nothing behind when it is stopped, in whatever session', async () => {
    const one = sh("setsid sh -c 'echo step=$$ loss=1; sleep 600' & wait");
    await one.reported();
    const pid = one.reports[0]!.step;
    expect(isAlive(pid)).toBe(true);
    one.stop();
    await one.done;
    await gone(pid);
  });

  it.skipIf(process.platform !== 'linux')('is supervised from the root, so that the file system of a study can be unmounted', async () => {
    await sh('echo loss=1').done;
    const children = execFileSync('pgrep', ['-P', String(process.pid), '-f', 'hypertide-supervisor'], { encoding: 'utf8' });
    for (const pid of children.trim().split('\n')) expect(readlinkSync(`/proc/${pid}/cwd`)).toBe('/');
  });

  it('ends although a process that left its group keeps its output open', async () => {
    const { done, reports } = sh(
      `setsid sh -c '${report}; ${forever}' & while ! grep -q step "$LOG"; do :; done; echo loss=1`.replace(
        '"$LOG"',
        '"$HYPERTIDE_CHECKPOINT_DIR/../1.log"',
      ),
    );
    expect(await done).toMatchObject({ type: 'completed', values: { loss: 1 } });
    if (process.platform === 'linux') await gone(reports[0]!.step);
    else process.kill(reports[0]!.step, 'SIGKILL');
  });
});
