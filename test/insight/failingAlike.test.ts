import { describe, expect, it } from 'vitest';
import type { Fact } from '../../src/facts/facts.ts';
import { failingAlike } from '../../src/insight/failingAlike.ts';

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
