import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { MismatchError } from '../../../streams/core.ts';
import { chain, float, percentileStop, random, space } from '../../../streams/index.ts';
import { openStudy, trainer } from '../../../streams/nats/index.ts';
import { natsOfTests } from '../../support/natsOfTests.ts';
import { engineOn, fresh, plane } from './world.ts';

const server = natsOfTests();

describe('a study on a server', () => {
  it('is opened with the same handle, and evaluated through it', async () => {
    const study = fresh();
    const engine = await engineOn(server, {
      study,
      trials: 8,
      parallel: 2,
      strategy: chain(percentileStop({ peers: 2 }), random()),
      warn: () => {},
    });
    const handle = await openStudy(await server.connect(), study, plane);
    const ended = (async () => {
      const seen: string[] = [];
      for await (const { trial, status } of handle) seen.push(`${trial} ${status}`);
      return seen;
    })();
    const next = async () => (await handle.ask())!;
    for (const [value, stop] of [
      [1, false],
      [2, false],
      [3, true],
    ] as const) {
      const { trial } = await next();
      expect(await handle.report(trial, value)).toEqual({ stop });
      await handle.tell(trial, value);
    }
    expect(handle.best()).toMatchObject({ trial: 1, values: { value: 1 } });
    await expect(handle.report(99, 1)).rejects.toMatchObject({ code: 'unknown-trial' });
    await expect(handle.tell((await next()).trial, Number.NaN)).rejects.toMatchObject({ code: 'bad-field' });
    await handle.fail(4, 'infeasible', 'too big');
    await handle.enqueue({ x: 0.25, n: 2 });
    await handle.pause();
    let left = 0;
    for (; handle.trials().some(({ status }) => status === 'open'); left++) {
      const { trial } = await next();
      await handle.tell(trial, 0.5 * trial);
    }
    expect(left, 'what was suggested before the pause').toBeLessThanOrEqual(3);
    await handle.resume();
    for (let asked = await handle.ask(); asked; asked = await handle.ask()) await handle.tell(asked.trial, 9);
    const result = await handle.result();
    expect(result).toMatchObject({ reason: 'trials', stopped: 1, failed: 1, best: { trial: 1 } });
    expect(handle.trials().some(({ params, by }) => by === 'queue' && params.n === 2)).toBe(true);
    expect(await ended).toHaveLength(handle.trials().length);
    await handle.retract(1);
    expect(handle.best()!.trial).not.toBe(1);
    expect(await handle.why(2)).toMatchObject({ by: 'random', recomputed: 'equal' });
    await handle.close();
    await engine.close();
  });

  it('hands a trial back when its handle is closed, and another one continues', async () => {
    const study = fresh();
    const engine = await engineOn(server, { study, trials: 2 });
    const first = await openStudy(await server.connect(), study, plane);
    const { trial } = (await first.ask())!;
    await first.close();
    const second = await openStudy(await server.connect(), study, plane);
    expect(await second.ask()).toMatchObject({ trial, attempt: 2 });
    await second.tell(trial, 1);
    await second.close();
    await engine.close();
  });

  it('gets fixed values beside a trainer that takes all it can', async () => {
    const study = fresh();
    const engine = await engineOn(server, { study, trials: 1000, parallel: 6 });
    const handle = await openStudy(await server.connect(), study, plane);
    const busy = trainer(await server.connect(), study, plane, ({ n }) => sleep(100, n), { slots: 4 });
    for (const n of [1, 2, 3, 4, 5, 6]) {
      const fixed = (await handle.ask({ fixed: { n } }))!;
      expect(fixed.params.n).toBe(n);
      await handle.tell(fixed.trial, 1);
    }
    await busy.close();
    await handle.close();
    await engine.close();
  });

  it('is refused with another space, and waited for until the signal aborts', async () => {
    const study = fresh();
    const engine = await engineOn(server, { study, trials: 1 });
    const nc = await server.connect();
    const other = space({ z: float(0, 1) });
    await expect(openStudy(nc, study, other)).rejects.toBeInstanceOf(MismatchError);
    await expect(trainer(nc, study, other, ({ z }) => z).done).rejects.toBeInstanceOf(MismatchError);
    await trainer(nc, study, plane, ({ x, n }) => x * n).done;
    expect(engine.rows.counts.completed).toBe(1);
    const reason = new Error('enough');
    const stop = new AbortController();
    const opening = openStudy(nc, fresh(), plane, { signal: stop.signal, warn: () => {} });
    stop.abort(reason);
    await expect(opening).rejects.toBe(reason);
    await engine.close();
  });
});
