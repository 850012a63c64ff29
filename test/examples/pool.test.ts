import { afterEach, describe, expect, it } from 'vitest';
import { createNetwork } from '../../examples/digits/network.ts';
import { type Trainers, trainers } from '../../examples/digits/pool.ts';
import { config, digits } from './support.ts';

let pool: Trainers | undefined;
afterEach(() => pool?.close());
const poolOf = (...options: Parameters<typeof trainers>): Trainers => {
  pool = trainers(...options);
  return pool;
};

describe('the pool of trainers', () => {
  it('trains two at a time, with the same numbers as in this thread', async () => {
    const configs = ['a', 'b', 'c'].map((seed) => ({ ...config, seed }));
    const { train } = poolOf(2);
    const events: string[] = [];
    // The first two wait for each other after their first epoch, so they end only if they run at the same time.
    let arrived = 0;
    let open: (() => void) | undefined;
    const both = new Promise<void>((resolve) => {
      open = resolve;
    });
    const meet = (seed: string) => async (epoch: number) => {
      events.push(`${seed}${epoch}`);
      if (++arrived === 2) open?.();
      await both;
    };
    const results = await Promise.all(configs.map((c) => train(c, { epochs: 3, onEpoch: meet(c.seed) })));
    expect(events.indexOf('c1')).toBeGreaterThan(Math.min(events.indexOf('a3'), events.indexOf('b3')));
    configs.forEach((c, i) => {
      const network = createNetwork(c, digits);
      for (let epoch = 0; epoch < 3; epoch++) network.trainEpoch();
      expect(results[i]).toEqual({
        epoch: 3,
        stopped: false,
        validation: network.validate(),
        test: network.test(),
        checkpoint: network.save(),
      });
    });
  });

  it('reports each epoch', async () => {
    const told: [number, number][] = [];
    await poolOf(1).train(config, { epochs: 3, onEpoch: (epoch, { error }) => told.push([epoch, error]) });
    const network = createNetwork(config, digits);
    expect(told).toEqual(
      [1, 2, 3].map((epoch) => {
        network.trainEpoch();
        return [epoch, network.validate().error];
      }),
    );
  });

  it('stops at the epoch that caused the stop, and resumes from there', async () => {
    const { train } = poolOf(1);
    const controller = new AbortController();
    const onEpoch = (epoch: number) => epoch === 2 && controller.abort();
    const stopped = await train(config, { epochs: 1000, onEpoch, signal: controller.signal });
    expect([stopped.epoch, stopped.stopped]).toEqual([2, true]);
    const resumed = await train(config, { epochs: 4, from: stopped.checkpoint });
    expect(resumed).toEqual(await train(config, { epochs: 4 }));
  });

  it('obeys a stop at any time, even before the start', async () => {
    const { train } = poolOf(1);
    const controller = new AbortController();
    const training = train(config, { epochs: 100_000, signal: controller.signal });
    setTimeout(() => controller.abort(), 20);
    expect((await training).stopped).toBe(true);
    expect(await train(config, { epochs: 3, signal: AbortSignal.abort() })).toMatchObject({ epoch: 0, stopped: true });
  });

  it('throws the error of a trainer, and continues to train', async () => {
    const { train } = poolOf(1);
    await expect(train({ ...config, units: -1 }, { epochs: 1 })).rejects.toThrow(
      new RangeError('network: units must be a whole number of at least 1, but is -1'),
    );
    const onEpoch = () => {
      throw new Error('enough');
    };
    await expect(train(config, { epochs: 3, onEpoch })).rejects.toThrow('enough');
    expect(await train(config, { epochs: 1 })).toMatchObject({ epoch: 1, stopped: false });
  });

  it.each([
    [{ units: 0 }, 'trainers: a thread ended with exit code 3'],
    [{ batch: 0 }, 'no longer'],
  ])('rejects when a thread ends, and starts it again (%j)', async (fatal, message) => {
    const { train } = poolOf(1, new URL('./programs/dying.mjs', import.meta.url));
    const first = train({ ...config, ...fatal }, { epochs: 1 });
    const next = train(config, { epochs: 1 });
    await expect(first).rejects.toThrow(message);
    expect(await next).toMatchObject({ epoch: 1, stopped: false });
  });

  it('rejects when a thread cannot even start', async () => {
    const { train } = poolOf(1, new URL('./programs/missing.mjs', import.meta.url));
    await expect(train(config, { epochs: 1 })).rejects.toThrow(/missing\.mjs/);
  });

  it('rejects what cannot be sent to a thread, and continues to train', async () => {
    const { train } = poolOf(1);
    await expect(train({ ...config, seed: (() => 'seed') as never }, { epochs: 1 })).rejects.toThrow(/could not be cloned/);
    expect(await train(config, { epochs: 1 })).toMatchObject({ epoch: 1 });
  });

  it('when closed, rejects running, waiting and later trainings', async () => {
    const { train, close } = poolOf(1);
    const trainings = [train(config, { epochs: 100_000 }), train(config, { epochs: 1 })].map((p) =>
      expect(p).rejects.toThrow('trainers: the pool is closed'),
    );
    await close();
    await Promise.all(trainings);
    await expect(train(config, { epochs: 1 })).rejects.toThrow('trainers: the pool is closed');
  });

  it('has at least one thread', () => {
    expect(() => trainers(0)).toThrow(new RangeError('trainers: expected a whole number of at least 1, but got 0'));
  });
});
