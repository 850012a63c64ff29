import { describe, expect, it } from 'vitest';
import { MismatchError, memoryLog } from '../../../streams/core.ts';
import { type Fact, float, type Log, type OptimizeOptions, optimize, space } from '../../../streams/index.ts';
import { collect, line, square } from '../../support/line.ts';

describe('a log with a past', () => {
  it('is resumed, and open trials are tried again', async () => {
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

  it('of a finished study gives its result at once, and continues with a higher limit', async () => {
    const log = memoryLog();
    const { best: first, front } = await optimize(line, square, { trials: 5, log }).result();
    const never = () => {
      throw new Error('not again');
    };
    expect(await optimize(line, never, { trials: 5, log }).result()).toEqual({
      best: first,
      front,
      failures: [],
      reason: 'trials',
      completed: 5,
      stopped: 0,
      failed: 0,
    });
    await optimize(line, square, { trials: 8, log }).result();
    expect((await collect(log)).filter((f) => f.type === 'completed')).toHaveLength(8);
  });

  describe('is changed by options', () => {
    const changes = async (log: Log) => (await collect(log)).filter((f) => f.type === 'changed');
    const start = (log: Log, options: OptimizeOptions) => optimize(line, square, { ...options, log }).result();

    it.each([
      ['trials', 3, 5, 4],
      ['cost', 100, 300, 200],
      ['plateau', 100, 300, 200],
      ['target', -1, -3, -2],
      ['seconds', 100, 300, 200],
      ['attempts', 2, 4, 3],
    ] as const)('where they say something new, and not where they say it again: %s', async (name, first, second, changed) => {
      const log = memoryLog();
      const others = { trials: 3 };
      await start(log, { ...others, [name]: first });
      await start(log, { ...others, [name]: first });
      expect(await changes(log)).toEqual([]);
      await start(log, { ...others, [name]: second });
      expect(await changes(log)).toMatchObject([{ type: 'changed', by: 'start', limits: { [name]: second } }]);
      await log.append({ type: 'changed', limits: { [name]: changed } });
      await start(log, { ...others, [name]: second });
      expect(await changes(log)).toHaveLength(2);
      // The first value is new again.
      await start(log, { ...others, [name]: first });
      expect((await changes(log)).at(-1)).toMatchObject({ by: 'start', limits: { [name]: first } });
    });

    it('by metric, where they limit spending', async () => {
      const log = memoryLog();
      await start(log, { trials: 1, spend: { usd: 5, tokens: 100 } });
      await start(log, { trials: 1, spend: { usd: 5 } });
      expect(await changes(log)).toEqual([]);
      await log.append({ type: 'changed', limits: { spend: { usd: 8 } } });
      await start(log, { trials: 1, spend: { usd: 5, tokens: 200 } });
      await start(log, { trials: 1, spend: { usd: 5, tokens: 200 } });
      expect((await changes(log)).slice(1)).toEqual([{ type: 'changed', by: 'start', limits: { spend: { tokens: 200 } } }]);
    });

    it('if they have a new value: parallel', async () => {
      const log = memoryLog();
      await start(log, { trials: 2, parallel: 2 });
      await log.append({ type: 'changed', parallel: 5 });
      await start(log, { trials: 2, parallel: 2 });
      await start(log, { trials: 2 });
      expect(await changes(log)).toHaveLength(1);
      await start(log, { trials: 2, parallel: 3 });
      expect((await changes(log)).at(-1)).toMatchObject({ by: 'start', parallel: 3 });
    });

    it('only if they are new, and a study whose time was up gets its new seconds', async () => {
      const log = memoryLog();
      const untilStopped = (_: unknown, { signal }: { readonly signal: AbortSignal }) =>
        new Promise<number>((resolve) => {
          signal.onabort = () => resolve(1);
        });
      const short = { seconds: 0.01, log };
      expect((await optimize(line, untilStopped, short).result()).reason).toBe('time');
      await log.append({ type: 'changed', limits: { seconds: 60 } });
      expect((await optimize(line, square, { ...short, trials: 3 }).result()).reason).toBe('trials');
      await log.append({ type: 'changed', limits: { trials: 5 } });
      await log.append({ type: 'closed', reason: 'time' });
      expect((await optimize(line, square, { ...short, trials: 3 }).result()).reason).toBe('trials');
      expect((await changes(log)).at(-1)).toEqual({ type: 'changed', by: 'start' });
    });
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
