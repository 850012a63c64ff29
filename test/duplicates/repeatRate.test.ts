import { expect, it } from 'vitest';
import { Repetition } from '../../src/duplicates/repeatRate.ts';
import type { Suggested } from '../../src/messages.ts';
import { float, int } from '../../src/space/dimension.ts';
import { space } from '../../src/space/space.ts';

/** What is told of whole trials. */
function watching(axes = space({ x: float(0, 1) }).axes) {
  const repetition = new Repetition(axes);
  let id = 0;
  const run = (x: number, loss: number, budget?: number, modelled = true) => {
    const trial: Suggested = {
      type: 'suggested',
      id: ++id,
      by: 'x',
      point: [x],
      ...(budget !== undefined && { budget }),
      ...(modelled && { tags: { acquisition: '1' } }),
    };
    repetition.take(trial);
    repetition.take({ ...trial, type: 'ended', outcome: 'completed', losses: [loss] });
  };
  return { repetition, run };
}

it('counts proposals of the model whose results a neighbour has had at the same budget', () => {
  const { repetition, run } = watching();
  run(0.5, 1, 1, false);
  expect(repetition.tedium).toBe(0);
  run(0.6, 1, 1); // a repetition, the others are none:
  run(0.9, 1, 1.5); // at another budget
  run(0.1, 1, 1); // too far away
  run(0.5, 2, 1); // another loss
  run(0.5, 1); // without a budget
  expect(repetition.tedium).toBeCloseTo(2 / 10, 12);
  for (let k = 0; k < 40; k++) run(0.5, 1, 1, false);
  expect(repetition.tedium).toBeCloseTo(2 / 10, 12); // not the model's
  for (let k = 0; k < 40; k++) run(0.5, 1, 1);
  expect(repetition.tedium).toBe(0.95);
  for (let k = 0; k < 20; k++) run(0.5, 10 + k, 1);
  expect(repetition.tedium).toBe(0);
});

it('knows what was tried, under the same name and under another', () => {
  const { axes, snap } = space({ n: int(1, 100) });
  const { repetition, run } = watching(axes);
  const at = (k: number) => axes[0]!.levels!.at(k);
  run(at(9), 3);
  expect([repetition.has(snap([at(9)])), repetition.has(snap([at(11)]))]).toEqual([true, false]);
  run(at(12), 3);
  expect(repetition.has(snap([at(11)]))).toBe(true);
});
