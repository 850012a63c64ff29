import { describe, expect, it } from 'vitest';
import { type Fact, float, MismatchError, memoryLog, optimize, space } from '../../streams/index.ts';
import { collect, line, square } from '../support/line.ts';

describe('a log with a past', () => {
  it('is gone on with, and what was open is tried again', async () => {
    const log = memoryLog();
    const controller = new AbortController();
    let n = 0;
    const first = ({ x }: { readonly x: number }) => {
      if (++n === 7) controller.abort();
      return n >= 7 ? new Promise<number>(() => {}) : square({ x });
    };
    await optimize(line, first, { trials: 12, log, signal: controller.signal }).result();
    await optimize(line, square, { trials: 12, log }).result();
    const whole = memoryLog();
    await optimize(line, square, { trials: 12, log: whole }).result();
    const configurations = (facts: Fact[]) => facts.flatMap((f) => (f.type === 'suggested' && f.attempt === 1 ? [f.params] : []));
    const facts = await collect(log);
    expect(configurations(facts)).toEqual(configurations(await collect(whole)));
    expect(facts).toContainEqual(expect.objectContaining({ type: 'failed', trial: 7, reason: 'lost' }));
    expect(facts.filter((f) => f.type === 'completed')).toHaveLength(12);
  });

  it('of a finished study gives its result at once, and goes on where more is wanted', async () => {
    const log = memoryLog();
    const { best: first } = await optimize(line, square, { trials: 5, log }).result();
    const never = () => {
      throw new Error('not again');
    };
    expect(await optimize(line, never, { trials: 5, log }).result()).toEqual({
      best: first,
      reason: 'trials',
      completed: 5,
      stopped: 0,
      failed: 0,
    });
    await optimize(line, square, { trials: 8, log }).result();
    expect((await collect(log)).filter((f) => f.type === 'completed')).toHaveLength(8);
  });

  it('of another study is refused, with the differences', async () => {
    const log = memoryLog();
    await optimize(line, square, { trials: 2, log, seed: 7 }).result();
    const other = space({ x: float(-5, 6) });
    const error = await optimize(other, square, { trials: 2, log, seed: 8 })
      .result()
      .catch((e) => e);
    expect(error).toBeInstanceOf(MismatchError);
    expect(error.message).toContain('space.parameters.x.high is 5 in the log, but 6 here');
    expect(error.message).toContain('seed is "7" in the log, but "8" here');
  });
});
