import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Fact } from '../../src/facts/facts.ts';
import { failingAlike } from '../../src/insight/failingAlike.ts';
import { hypertide, journalOf, studyIn } from '../cli/support.ts';

const of = (place: string, type: string) => journalOf(place).filter((line) => line.type === type);
const run = (place: string, script: string) => hypertide(place, 'run', 'study.yaml', '--', 'sh', '-c', script, 'sh', '{x}', '{trial}');
const BROKEN = 'echo "ModuleNotFoundError: no module at $1" >&2; exit 1';

/** The check for equal failures, and the facts that it passes on. */
function watched() {
  const late: number[] = [];
  const failing = failingAlike(
    () => 0,
    (trial) => late.push(trial),
  );
  let position = 0;
  const applied = (fact: Fact) => failing({ position: ++position, at: 0, effect: 'noted', fact });
  const failed = (trial: number) =>
    failing({
      position: ++position,
      at: 0,
      effect: 'ended',
      fact: { type: 'failed', trial, reason: 'error', message: 'no module' },
      event: { type: 'ended', id: trial } as never,
    })?.trials;
  return { late, failed, applied };
}

describe('a study whose first trials fail for the same reason', () => {
  it.each([
    ['one at a time', 'trials: 20\n', 3],
    ['some at a time', 'trials: 20\nparallel: 4\n', 3],
    ['up to the last one', 'trials: 3\n', 3],
  ])('stops, and keeps its trials: %s', async (_, more, least) => {
    const place = studyIn(more);
    const ended = await run(place, BROKEN);
    expect(ended.code).toBe(8);
    const failed = of(place, 'failed').filter(({ reason }) => reason === 'error');
    expect(failed.length).toBeGreaterThanOrEqual(least);
    expect(ended.err).toMatch(/\(trials \d, \d, \d/);
    expect(ended.err).toContain('ModuleNotFoundError: no module at 0.');
    const trials = Number(/\d+/.exec(more)![0]);
    const again = await run(place, 'echo value=$1');
    expect(again.code, again.err).toBe(0);
    expect(of(place, 'completed')).toHaveLength(trials);
    const longer = await hypertide(
      place,
      'run',
      'study.yaml',
      '--trials',
      String(trials + 2),
      '--',
      'sh',
      '-c',
      'echo value=$1',
      'sh',
      '{x}',
    );
    expect(longer.code, longer.err).toBe(0);
    expect(of(place, 'completed'), 'a limit means trials that count').toHaveLength(trials + 2);
    expect((await hypertide(place, 'verify', 'study.jsonl')).code).toBe(0);
  });

  it('reports the cause once', async () => {
    const ended = await run(studyIn('trials: 20\n'), BROKEN);
    expect(ended.err).toContain('trial 2 failed (error: as trial 1)');
    const json = await hypertide(studyIn('trials: 20\n'), 'run', '--json', 'study.yaml', '--', 'false', '{x}');
    expect(json.err).toContain('trial 3: error: exited with code 1');
  });

  it('stops after the first trial of a program that prints no value that counts', async () => {
    const place = studyIn('trials: 20\n');
    const ended = await run(place, 'exit 0');
    expect(ended.code).toBe(8);
    expect(of(place, 'failed')).toMatchObject([{ reason: 'no-result' }]);
    expect(ended.err).toContain('"hypertide check" with this study file and --fix looks for the value, in files as well');
    const epochs = `for e in 1 2 3 4 5 6 7 8 9; do echo "epoch $e val_mae $1 val_rmse 2"; sleep 0.3; done; touch ${place}/whole`;
    const unclear = studyIn('trials: 20\n');
    const asked = await run(unclear, epochs);
    expect([asked.code, of(unclear, 'failed').length, existsSync(`${place}/whole`)]).toEqual([8, 1, false]);
    expect(asked.err).toContain('several could be the result: minimize val_mae (');
  });

  it('stops again after one more such failure', async () => {
    const place = studyIn('trials: 20\n');
    await run(place, BROKEN);
    const again = await run(place, BROKEN);
    expect(again.code).toBe(8);
    expect(of(place, 'failed').filter(({ reason }) => reason === 'error')).toHaveLength(4);
  });

  it('continues if a trial completed, if the reasons differ, or if configurations are infeasible', async () => {
    for (const script of [
      'if [ $2 = 1 ]; then echo value=1; else exit 1; fi',
      'if [ $2 = 2 ]; then echo other >&2; fi; exit 1',
      'echo \'{{"infeasible": "too big"}}\'',
    ]) {
      const place = studyIn('trials: 5\n');
      await run(place, script);
      expect(of(place, 'suggested'), script).toHaveLength(5);
    }
  });

  it('stops after ten failures of any kind', async () => {
    const place = studyIn('trials: 20\n');
    const ended = await run(place, 'if [ $(($2 % 2)) = 0 ]; then echo this >&2; else echo that >&2; fi; exit 1');
    expect(ended.code).toBe(8);
    expect(of(place, 'failed')).toHaveLength(10);
  });

  it('counts messages that differ only by numbers and addresses as equal', () => {
    const failing = failingAlike(() => 0);
    const alike = ['at 0x7f3ab, 1e-3', 'at 0x91cd, 2', 'at 0xffe01, -0.5'].map((message, i) =>
      failing({
        position: i + 1,
        at: 0,
        effect: 'ended',
        fact: { type: 'failed', trial: i + 1, reason: 'error', message },
        event: { type: 'ended', id: i + 1 } as never,
      }),
    );
    expect(alike).toEqual([undefined, undefined, expect.objectContaining({ trials: [1, 2, 3], how: 'for the same reason' })]);
  });

  it('passes on trials that fail later, and reports again once a person has resumed the study', () => {
    const { late, failed, applied } = watched();
    const changed = (paused: boolean) => applied({ type: 'changed', paused });
    expect([1, 2, 3].map(failed)).toEqual([undefined, undefined, [1, 2, 3]]);
    changed(true);
    expect([4, 5].map(failed)).toEqual([undefined, undefined]);
    expect(late).toEqual([4, 5]);
    changed(false);
    expect([6, 7, 8].map(failed)).toEqual([undefined, undefined, [6, 7, 8]]);
    expect(failed(9)).toBeUndefined();
    expect(late).toEqual([4, 5, 9]);
  });

  it('leaves a study closed: a change would reopen it', () => {
    const { late, failed, applied } = watched();
    [1, 2].map(failed);
    applied({ type: 'closed', reason: 'person' });
    expect(failed(3)).toBeUndefined();
    applied({ type: 'changed', limits: { trials: 20 } });
    expect(failed(4)).toEqual([1, 2, 3, 4]);
    applied({ type: 'closed', reason: 'person' });
    expect(failed(5)).toBeUndefined();
    expect(late).toEqual([]);
  });

  it('does not report failures of an earlier start', () => {
    const failing = failingAlike(() => 10);
    const failed = (position: number, trial: number) =>
      failing({
        position,
        at: 0,
        effect: 'ended',
        fact: { type: 'failed', trial, reason: 'error', message: `exited with code ${trial}` },
        event: { type: 'ended', id: trial } as never,
      });
    expect([1, 2, 3, 4].map((position) => failed(position, position))).toEqual([undefined, undefined, undefined, undefined]);
    expect(failed(11, 5)).toMatchObject({ trials: [1, 2, 3, 4, 5], message: 'error: exited with code 5' });
    expect(failed(12, 6)).toBeUndefined();
  });
});
