import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { MismatchError } from '../../../streams/core.ts';
import { float, space } from '../../../streams/index.ts';
import { openStudy, trainer } from '../../../streams/nats/index.ts';
import { natsOfTests } from '../../support/natsOfTests.ts';
import { engineOn, fresh, plane } from './world.ts';

const server = natsOfTests();

describe('a study on a server', () => {
  it('gets fixed values beside a trainer that takes all it can', async () => {
    const study = fresh();
    await using _engine = await engineOn(server, { study, trials: 1000, parallel: 6 });
    await using handle = await openStudy({ nc: await server.connect(), study }, { space: plane });
    const busy = trainer({ nc: await server.connect(), study }, { space: plane, slots: 4 }, ({ n }) => sleep(100, n));
    for (const n of [1, 2, 3, 4, 5, 6]) {
      const fixed = (await handle.ask({ fixed: { n } }))!;
      expect(fixed.params.n).toBe(n);
      await handle.tell(fixed.trial, 1);
    }
    await busy.close();
  });

  it('is refused if it is another one, and waited for until the signal aborts', async () => {
    const study = fresh();
    await using engine = await engineOn(server, { study, trials: 1 });
    const nc = await server.connect();
    const other = space({ z: float(0, 1) });
    await expect(openStudy({ nc, study }, { space: other })).rejects.toBeInstanceOf(MismatchError);
    await expect(trainer({ nc, study }, { space: other }, ({ z }) => z).done).rejects.toBeInstanceOf(MismatchError);
    await expect(trainer({ nc, study }, { objectives: { los: 'minimize' } }, () => 1).done).rejects.toThrow(
      /objectives.* is "value" in the log/,
    );
    await trainer({ nc, study }, { space: plane }, ({ x, n }) => x * n).done;
    expect(engine.port.rows.counts.completed).toBe(1);
    const reason = new Error('enough');
    const stop = new AbortController();
    const opening = openStudy({ nc, study: fresh() }, { space: plane, signal: stop.signal, warn: () => {} });
    stop.abort(reason);
    await expect(opening).rejects.toBe(reason);
  });
});
