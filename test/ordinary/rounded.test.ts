import { describe, expect, it } from 'vitest';
import * as h from '../../streams/index.ts';

/** Metrics that are rounded, as programs print them. Equal results of different configurations are common there, and mean nothing. */
const cube = h.space({ a: h.float(-5, 5), b: h.float(-5, 5), c: h.float(-5, 5) });
const model = h.space({ lr: h.float(1e-5, 1, { log: true }), decay: h.float(1e-6, 1e-2, { log: true }), dropout: h.float(0, 0.6) });
const counts = h.space({ a: h.int(0, 200), b: h.int(1, 1000, { log: true }), c: h.int(-50, 50) });

const accuracy = ({ lr, decay, dropout }: h.Infer<typeof model>): number =>
  Math.exp(-1.5 * ((Math.log10(lr) + 2) ** 2 / 9 + (Math.log10(decay) + 4) ** 2 / 16) - 2 * (dropout - 0.25) ** 2);

/** The best loss of a study of 60 trials. */
type Play = (strategy: h.Strategy, seed: string) => Promise<number>;
const play =
  <P extends h.Params>(space: h.Space<P>, loss: (params: P) => number): Play =>
  async (strategy, seed) =>
    (await h.optimize(space, loss, { strategy, seed, trials: 60 })).best!.values.value!;

const metrics: Readonly<Record<string, Play>> = {
  'a sum in halves': play(cube, ({ a, b, c }) => Math.round(2 * (Math.abs(a - 1) + Math.abs(b - 2) + Math.abs(c + 2))) / 2),
  'a distance in halves': play(cube, ({ a, b, c }) => Math.round(2 * Math.hypot(a - 1, b - 2, c + 2)) / 2),
  'an error of 360 images': play(model, (params) => 1 - Math.round(360 * accuracy(params)) / 360),
  'a sum over whole numbers, in tenths': play(
    counts,
    ({ a, b, c }) => Math.round(10 * (Math.abs(a - 61) / 40 + Math.abs(Math.log10(b) - 1.7) + Math.abs(c + 13) / 20)) / 10,
  ),
};

describe.each(Object.entries(metrics))('%s', (_, best) => {
  it.each(Object.entries({ tpe: h.tpe, ga: h.ga }))('%s beats random search', async (_, strategy) => {
    let own = 0;
    let search = 0;
    for (let i = 0; i < 8; i++) {
      own += await best(strategy(), `rounded ${i}`);
      search += await best(h.random(), `rounded ${i}`);
    }
    expect(own).toBeLessThan(search);
  });
});
