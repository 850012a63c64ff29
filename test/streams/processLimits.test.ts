import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { MismatchError, memoryLog } from '../../streams/core.ts';
import { type Fact, float, type Log, optimize, space } from '../../streams/index.ts';
import { line, square } from '../support/line.ts';

describe('limits and options', () => {
  it('ends at its time limit although the objective never yields', async () => {
    const { reason } = await optimize(line, square, { seconds: 0.05 }).result();
    expect(reason).toBe('time');
  });

  it('waits longer than a timer can', async () => {
    const patient = async (x: { readonly x: number }) => {
      await sleep(10);
      return square(x);
    };
    const month = 3e6;
    expect(await optimize(line, patient, { seconds: month, timeLimit: month, trials: 2 }).result()).toMatchObject({
      reason: 'trials',
      completed: 2,
    });
  });

  it('obeys the `seconds` of its log, and later changes of them', async () => {
    const log = memoryLog();
    const untilStopped = (_: unknown, { signal }: { readonly signal: AbortSignal }) =>
      new Promise<number>((resolve) => {
        signal.onabort = () => resolve(1);
      });
    const run$ = optimize(line, untilStopped, { log });
    const begun = run$.subscribe(({ fact }) => {
      if ((fact as Fact).type === 'started') void log.append({ type: 'changed', limits: { seconds: 0.01 } });
    });
    expect((await run$.result()).reason).toBe('time');
    begun.unsubscribe();
    await log.append({ type: 'changed', parallel: 2 });
    expect((await optimize(line, untilStopped, { log }).result()).reason).toBe('time');
  });

  it('refuses an invalid option before anything is written', async () => {
    const log = memoryLog();
    const fails = async (options: object, message: RegExp) => {
      await expect(optimize(line, square, { ...options, log }).result()).rejects.toThrow(message);
    };
    await fails({ trials: Number.NaN }, /^trials: expected a whole number of at least 0, got NaN$/);
    await fails({ parallel: 0 }, /^parallel: expected a whole number of at least 1, got 0$/);
    await fails({ attempts: 1.5 }, /^attempts: expected a whole number of at least 1, got 1.5$/);
    await fails({ seconds: -1 }, /^seconds: expected a number of at least 0, got -1$/);
    await fails({ target: Number.POSITIVE_INFINITY }, /^target: expected a finite number, got Infinity$/);
    await fails({ objectives: {} }, /^objectives: expected at least one name/);
    await fails({ objectives: { value: 'min' } }, /^objectives.value: expected minimize or maximize, got "min"; did you mean minimize\?$/);
    await fails({ timeLimit: 0 }, /^timeLimit: expected a number of seconds above 0, got 0$/);
    expect(await log.head()).toBe(0);
  });

  it('refuses a log that does not begin with a study', async () => {
    const log = memoryLog();
    await log.append({ type: 'completed', trial: 1, values: { value: 1 } });
    await expect(optimize(line, square, { trials: 3, log }).result()).rejects.toThrow(MismatchError);
  });
});

describe('a result that does not count', () => {
  it('fails its trial, which nothing then waits for', async () => {
    const line = space({ x: float(0, 1) });
    for (const wrong of [[], { values: 3 }, { values: { other: 1 } }, { values: null }, 'no number', undefined]) {
      const failures = [1, 2].map((trial) => ({ trial, reason: 'error', message: expect.any(String) }));
      const { result } = optimize(line, () => wrong as never, { trials: 2 });
      await expect(result(), JSON.stringify(wrong)).rejects.toMatchObject({ name: 'NoResultError', failures });
    }
  });

  it('does not occur if only the log names the objective', async () => {
    const line = space({ x: float(0, 1) });
    const log = memoryLog();
    await optimize(line, ({ x }) => x, { trials: 1, objectives: { loss: 'minimize' }, log }).result();
    const { completed, best } = await optimize(line, ({ x }) => x, { trials: 3, log }).result();
    expect([completed, Object.keys(best!.values!)]).toEqual([3, ['loss']]);
  });
});

it('closes when its time is up, also if another process writes first', async () => {
  const log = memoryLog();
  let closes = 0;
  const append: typeof log.append = async (fact) => ((fact as Fact).type === 'closed' && ++closes === 1 ? 'fenced' : log.append(fact));
  const slow = () => sleep(200, 1);
  const result = await optimize(line, slow, { log: { ...log, append }, seconds: 0.05 }).result();
  expect([result.reason, closes]).toEqual(['time', 2]);
});

describe('a start, while another process writes,', () => {
  const optimizeTo = (trials: number, log: Log) => optimize(line, square, { log, trials }).result();

  it('appends its new limit after the entry of the other process', async () => {
    const log = memoryLog();
    await optimizeTo(3, log);
    let tries = 0;
    const append: Log['append'] = async (fact) => {
      if ((fact as Fact).type !== 'changed' || ++tries > 1) return log.append(fact);
      await log.append({ type: 'enqueued', params: { x: 1 } });
      return 'fenced';
    };
    expect(await optimizeTo(5, { ...log, append })).toMatchObject({ completed: 5, best: { params: { x: 1 } } });
    expect(tries).toBe(2);
  });

  it('does not append a limit that the other process has set', async () => {
    const log = memoryLog();
    await optimizeTo(3, log);
    let tries = 0;
    const append: Log['append'] = async (fact) => {
      await log.append(fact);
      return (fact as Fact).type === 'changed' && ++tries === 1 ? 'fenced' : 'stored';
    };
    expect((await optimizeTo(5, { ...log, append })).completed).toBe(5);
    expect(tries).toBe(1);
  });

  it('begins the study when the log takes its first fact', async () => {
    const log = memoryLog();
    let tries = 0;
    const append: Log['append'] = async (fact) => ((fact as Fact).type === 'created' && ++tries < 3 ? 'fenced' : log.append(fact));
    expect((await optimizeTo(2, { ...log, append })).completed).toBe(2);
    expect(tries).toBe(3);
  });
});
