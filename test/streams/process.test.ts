import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { lastValueFrom, tap, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { defineStrategy, memoryLog } from '../../streams/core.ts';
import {
  best,
  chain,
  choice,
  grid,
  InfeasibleError,
  int,
  type Objective,
  optimize,
  percentileStop,
  progress,
  random,
  space,
  trials,
} from '../../streams/index.ts';
import { collect, line, square } from '../support/line.ts';

describe('optimize', () => {
  it('finds a good value, and has the reason for its end', async () => {
    const { best: first, reason } = await optimize(line, square, { trials: 60 }).result();
    expect(reason).toBe('trials');
    expect(first!.values!.value).toBeLessThan(0.3);
    expect(square(first!.params as { x: number })).toBe(first!.values!.value);
  });

  it('is a stream of entries, which observers read', async () => {
    const run$ = optimize(line, square, { trials: 10, parallel: 2 });
    const rows = lastValueFrom(run$.pipe(trials(), toArray()));
    const improvements = lastValueFrom(run$.pipe(best(), toArray()));
    const states = lastValueFrom(run$.pipe(progress()));
    expect(await rows).toHaveLength(10);
    const values = (await improvements).map(({ values }) => values!.value!);
    expect(values).toEqual([...values].sort((a, b) => b - a));
    expect(await states).toMatchObject({ trials: 10, open: 0, completed: 10, closed: 'trials' });
  });

  it('answers a report within one turn, however long its step took', async () => {
    const steps: string[] = [];
    const stopAtFirst = defineStrategy({
      name: 'stopAtFirst',
      init: () => false,
      tell: (_, { type }) => type === 'reported',
      ask: (_state, _ask, rng) => [rng()],
      stop: (is) => is,
    });
    const objective: Objective<{ readonly x: number }> = async (_, { trial, signal, report }) => {
      for (let step = 1; step <= 3 && !signal.aborted; step++) {
        for (const since = performance.now(); performance.now() - since < 12; );
        steps.push(`${trial}.${step}`);
        report(1, step);
        await setImmediate();
      }
      return 1;
    };
    expect(await optimize(line, objective, { strategy: stopAtFirst, trials: 3 }).result()).toMatchObject({ stopped: 3 });
    expect(steps).toEqual(['1.1', '2.1', '3.1']);
  });

  it('runs asynchronous objectives side by side, never more than allowed', async () => {
    let running = 0;
    let most = 0;
    let meet = () => {};
    const three = new Promise<void>((resolve) => {
      meet = resolve;
    });
    const objective = async ({ x }: { readonly x: number }) => {
      most = Math.max(most, ++running);
      if (running === 3) meet();
      await three;
      await sleep(1);
      running--;
      return x;
    };
    await optimize(line, objective, { trials: 12, parallel: 3 }).result();
    expect(most).toBe(3);
  });

  it('ignores results that violate an outcome constraint for the best trial and the target', async () => {
    const bounded = ({ x }: { readonly x: number }) => ({ values: { value: x }, constraints: [1 - x] });
    const log = memoryLog();
    const run$ = optimize(line, bounded, { trials: 40, target: 0.5, strategy: random(), log });
    const improvements = lastValueFrom(run$.pipe(best(), toArray()));
    const rows = lastValueFrom(run$.pipe(trials(), toArray()));
    const { best: first, reason } = await run$.result();
    const feasible = (await rows).filter(({ params }) => (params as { x: number }).x >= 1);
    expect(reason).toBe('trials');
    expect(first!.values!.value).toBe(Math.min(...feasible.map(({ values }) => values!.value!)));
    expect((await improvements).at(-1)).toEqual(first);
    expect((await collect(log)).at(-1)).toMatchObject({ type: 'closed', best: { trial: first!.trial } });
    expect((await rows).find(({ params }) => (params as { x: number }).x < 1)).toMatchObject({
      status: 'completed',
      constraints: [expect.any(Number)],
    });
  });

  it('counts errors as failed trials', async () => {
    const moods = [
      () => Number.NaN,
      () => Number.POSITIVE_INFINITY,
      () => {
        throw new Error('boom');
      },
      () => {
        throw new InfeasibleError('too large');
      },
      () => undefined as never,
      () => 1,
    ];
    let n = 0;
    const rows = await lastValueFrom(optimize(line, () => moods[n++ % 6]!(), { trials: 6 }).pipe(trials(), toArray()));
    expect(rows.map(({ status, reason }) => reason ?? status)).toEqual([
      'non-finite',
      'non-finite',
      'error',
      'infeasible',
      'error',
      'completed',
    ]);
    expect(rows.map(({ message }) => message)).toEqual([
      'value is NaN',
      'value is Infinity',
      'boom',
      'too large',
      'the objective returned undefined instead of a number',
      undefined,
    ]);
  });

  it.each([undefined, null, '3'])('reports the step of a report that is not a number: %j', async (value) => {
    const reporting = optimize(line, (_, { report }) => report(value as never) ?? 1, { trials: 1 });
    const [row] = await lastValueFrom(reporting.pipe(trials(), toArray()));
    expect(row).toMatchObject({ reason: 'error', message: `report: expected a number or values by name, got ${value}` });
  });

  it('ends a trial that takes too long', async () => {
    const rows = await lastValueFrom(
      optimize(line, (_, { signal }) => new Promise<number>((resolve) => signal.addEventListener('abort', () => resolve(1))), {
        trials: 2,
        timeLimit: 0.01,
      }).pipe(trials(), toArray()),
    );
    expect(rows.map(({ reason }) => reason)).toEqual(['timeout', 'timeout']);
  });

  it('ends at once when it is aborted', async () => {
    const controller = new AbortController();
    let n = 0;
    const objective = ({ x }: { readonly x: number }) => {
      if (++n === 5) controller.abort();
      return x;
    };
    const { best: first, reason } = await optimize(line, objective, { signal: controller.signal }).result();
    expect(reason).toBe('aborted');
    expect(first).toBeDefined();
    expect((await optimize(line, square, { signal: controller.signal }).result()).reason).toBe('aborted');
  });

  it('stops trials that fall behind; their last report is their result', async () => {
    const rows = await lastValueFrom(
      optimize(
        line,
        async ({ x }, { report, signal }) => {
          for (let step = 1; step <= 9; step++) {
            report((x - 1) ** 2 + 1 / step);
            await sleep(0);
            if (signal.aborted) throw new Error('obeyed');
          }
          return (x - 1) ** 2 + 0.1;
        },
        { trials: 30, parallel: 4, strategy: chain(percentileStop({ warmup: 2 }), random()) },
      ).pipe(trials(), toArray()),
    );
    const stopped = rows.filter(({ status }) => status === 'stopped');
    expect(stopped.length).toBeGreaterThan(3);
    for (const { step, values } of stopped) {
      expect(step).toBeLessThan(9);
      expect(values!.value).toBeGreaterThan(0);
    }
  });

  it('ends when a space is exhausted', async () => {
    const small = space({ a: int(1, 3), b: choice(['p', 'q']) });
    const rows = await lastValueFrom(optimize(small, ({ a }) => a, { strategy: grid(), trials: 100 }).pipe(trials(), toArray()));
    expect(new Set(rows.map(({ params }) => JSON.stringify(params))).size).toBe(6);
    expect((await optimize(small, ({ a }) => a, { strategy: grid() }).result()).reason).toBe('exhausted');
  });

  it('tries no configuration twice, whatever the strategy', async () => {
    const small = space({ a: int(1, 3), b: choice(['p', 'q']) });
    const stubborn = defineStrategy({ name: 'same', init: () => 0, tell: (s) => s, ask: () => [0.5, 0.5] });
    const rows = await lastValueFrom(optimize(small, ({ a }) => a, { strategy: stubborn, trials: 100 }).pipe(trials(), toArray()));
    expect(new Set(rows.map(({ params }) => JSON.stringify(params))).size).toBe(6);
    expect(rows).toHaveLength(6);
  });
});

it('a run is shared by its subscribers, and ends with the last one', async () => {
  let evaluated = 0;
  const run$ = optimize(
    line,
    async ({ x }) => {
      evaluated++;
      await sleep(1);
      return x;
    },
    { trials: 1000 },
  );
  const seen: number[] = [];
  const subscriptions = [run$.pipe(tap(() => seen.push(1))).subscribe(), run$.subscribe()];
  await sleep(20);
  for (const subscription of subscriptions) subscription.unsubscribe();
  const then = evaluated;
  await sleep(10);
  expect(evaluated).toBe(then);
  expect(seen.length).toBeGreaterThan(0);
});
