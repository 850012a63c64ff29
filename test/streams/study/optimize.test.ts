import { describe, expect, it } from 'vitest';
import { memoryLog, OptionError } from '../../../streams/core.ts';
import {
  createStudy,
  type Fact,
  float,
  InfeasibleError,
  NoResultError,
  optimize,
  random,
  type Strategy,
  space,
  tpe,
} from '../../../streams/index.ts';
import { readUpTo } from '../../../streams/log/past.ts';
import { coded, wrongOption } from '../../support/coded.ts';

const line = space({ x: float(0, 1) });
const half = () => 0.5;
const broken = () => {
  throw new Error('boom');
};

describe('a result', () => {
  it('holds the trials that failed, and why', async () => {
    const objective = ({ x }: { readonly x: number }, { trial }: { readonly trial: number }) => {
      if (trial === 2) throw new Error('boom');
      return trial === 3 ? Number.NaN : x;
    };
    const { failed, failures } = await optimize(line, objective, { trials: 5 }).result();
    expect(failed).toBe(2);
    expect(failures).toEqual([
      { trial: 2, reason: 'error', message: 'boom', trace: expect.stringContaining('optimize.test.ts') },
      { trial: 3, reason: 'non-finite', message: 'value is NaN' },
    ]);
  });

  it('holds the last ten of them', async () => {
    const objective = (_: unknown, { trial }: { readonly trial: number }) => {
      if (trial > 1) throw new Error('boom');
      return 1;
    };
    const { failures } = await optimize(line, objective, { trials: 15 }).result();
    expect(failures.map(({ trial }) => trial)).toEqual([6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
  });

  it('is an error if no trial has a value', async () => {
    const failure = await optimize(line, broken, { trials: 2 })
      .result()
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(NoResultError);
    expect((failure as NoResultError).message).toBe(
      'no trial has a result, as all 2 failed; trial 2: error: boom; correct the objective and run it again',
    );
    expect((failure as NoResultError).failures).toHaveLength(2);
  });

  it('explains how to retry the trials of a log', async () => {
    const log = memoryLog();
    const rerun = () => optimize(line, broken, { trials: 2, log }).result();
    await expect(rerun()).rejects.toThrow('boom');
    await expect(rerun()).rejects.toThrow(/all 2 failed; trial 2: error: boom; .*"hypertide trial retry <journal>"/);
  });

  it.each([1, 4])('is an error after three equal failures, and these trials do not count (%d at a time)', async (parallel) => {
    const log = memoryLog();
    const options = { trials: 20, parallel, log };
    const failure = await optimize(line, broken, options)
      .result()
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(NoResultError);
    expect((failure as NoResultError).message).toMatch(
      /^the first trials failed for the same reason, so the study stops; trial \d: error: boom; correct the program and run it again/,
    );
    expect((failure as NoResultError).failures).toHaveLength(3);
    expect(((failure as NoResultError).cause as Error).stack).toMatch(/^Error: boom\n.*optimize\.test\.ts/s);
    await expect(optimize(line, broken, options).result(), 'one more is enough then').rejects.toThrow(coded('no-result'));
    const more = await optimize(line, half, { ...options, trials: 30 }).result();
    expect(more.completed).toBe(30);
  });

  it('is not an error if the trials are infeasible', async () => {
    const infeasible = () => {
      throw new InfeasibleError('too big');
    };
    await expect(optimize(line, infeasible, { trials: 12 }).result()).rejects.toThrow('as all 12 failed; trial 12: infeasible: too big');
  });

  it('takes the name of its value from the log that it continues', async () => {
    const log = memoryLog();
    await optimize(line, half, { trials: 2, objectives: { loss: 'minimize' }, log }).result();
    const begun = memoryLog();
    for await (const entries of readUpTo(log.read(), await log.head()))
      for (const { fact } of entries) if ((fact as Fact).type !== 'closed') await begun.append(fact);
    const { best } = await optimize(line, half, { trials: 4, log: begun }).result();
    expect(best?.values).toEqual({ loss: expect.any(Number) });
  });

  it('resolves to the front of several objectives', async () => {
    const both = ({ x }: { readonly x: number }) => ({ values: { left: x, right: -x } });
    const run$ = optimize(line, both, { trials: 5, strategy: random(), objectives: { left: 'minimize', right: 'minimize' } });
    const { front, best, completed } = await run$.result();
    expect(front).toHaveLength(completed);
    expect(front[0]).toEqual(best);
    const one = await optimize(line, ({ x }) => x, { trials: 5, strategy: random(), objectives: { loss: 'minimize' } }).result();
    expect(one.front).toEqual([one.best]);
  });

  it('is an error if an objective leaves a value out, instead of an endless wait', async () => {
    const objectives = { loss: 'minimize', size: 'minimize' } as const;
    await expect(optimize(line, half as never, { trials: 2, objectives }).result()).rejects.toThrow('size');
    await expect(optimize(line, (() => ({ values: { foo: 1 } })) as never, { trials: 2 }).result()).rejects.toThrow('value');
    await expect(optimize(line, (() => undefined) as never, { trials: 2 }).result()).rejects.toThrow(
      'returned undefined instead of a number',
    );
    await expect(optimize(line, (() => []) as never, { trials: 2 }).result()).rejects.toThrow(coded('no-result'));
    await expect(optimize(line, (() => ({ loss: 1, size: 2 })) as never, { trials: 2 }).result()).rejects.toThrow(
      'the objective returned an object with loss, size; values by name are returned as { values: { value: 0.3 } }',
    );
  });

  it('is undefined if the study is aborted', async () => {
    const stop = new AbortController();
    const objective = async () => {
      stop.abort();
      throw new Error('boom');
    };
    expect(await optimize(line, objective, { trials: 2, signal: stop.signal }).result()).toMatchObject({ reason: 'aborted' });
  });
});

describe('options from JavaScript', () => {
  it.each([
    [{ n_trials: 5 }, 'did you mean trials?'],
    [{ objective: 'maximize' }, 'did you mean objectives?'],
    [{ paralel: 2 }, 'did you mean parallel?'],
    [{ note: () => {} }, 'got "note"'],
    [{ strategy: 'tpe' }, 'expected a strategy such as tpe(), got "tpe"; did you mean tpe()?'],
    [{ strategy: 'tpe', epochs: 9 }, 'did you mean tpe()?'],
  ])('%j is refused', async (options, message) => {
    const refused = optimize(line, half, { trials: 2, ...(options as object) }).result();
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toBeInstanceOf(OptionError);
  });

  it('a strategy that was not called is refused', async () => {
    const refused = optimize(line, half, { trials: 2, strategy: tpe as unknown as Strategy }).result();
    await expect(refused).rejects.toThrow('did you mean tpe()?');
    const bare = optimize(line, half, { trials: 2, strategy: random as unknown as Strategy }).result();
    await expect(bare).rejects.toThrow('did you mean random()?');
  });

  it('unknown options of a strategy are refused', () => {
    expect(() => tpe({ startups: 3 } as object)).toThrow(/tpe: .*, got "startups"/);
    expect(() => tpe({ startups: 3 } as object)).toThrow('did you mean startup?');
  });

  it('are refused by createStudy, too', () => {
    expect(() => createStudy(line, { strategy: { trials: 5 } as unknown as Strategy })).toThrow(wrongOption('strategy'));
    expect(() => createStudy(line, random() as object)).toThrow(wrongOption('options'));
  });
});
