import { expect, it } from 'vitest';
import type { Suggested } from '../../../src/messages.ts';
import { stateTag } from '../../../src/messages.ts';
import { RepeatTracker } from '../../../src/samplers/duplicates/repeatRate.ts';
import { space } from '../../../src/space/space.ts';
import { float, int } from '../../../src/space/types/dimension.ts';

/** A tracker that sees whole trials. */
function tracker(axes = space({ x: float(0, 1) }).axes) {
  const repeats = new RepeatTracker(axes);
  let id = 0;
  const run = (x: number, loss: number, budget?: number, modelled = true) => {
    const trial: Suggested = {
      type: 'suggested',
      id: ++id,
      by: 'x',
      point: [x],
      ...(budget !== undefined && { budget }),
      ...(modelled && { tags: stateTag('x/phase', 'modelling') }),
    };
    repeats.take(trial);
    repeats.take({ ...trial, type: 'ended', outcome: 'completed', losses: [loss] });
  };
  return { repeats, run };
}

it('counts proposals of the model whose result equals that of a neighbour at the same budget', () => {
  const { repeats, run } = tracker();
  run(0.5, 1, 1, false);
  expect(repeats.repeatRate).toBe(0);
  run(0.6, 1, 1); // a repeat; the next four are not:
  run(0.9, 1, 1.5); // at another budget
  run(0.1, 1, 1); // too far away
  run(0.5, 2, 1); // another loss
  run(0.5, 1); // without a budget
  expect(repeats.repeatRate).toBeCloseTo(2 / 10, 12);
  for (let k = 0; k < 40; k++) run(0.5, 1, 1, false);
  expect(repeats.repeatRate).toBeCloseTo(2 / 10, 12); // not proposed by the model
  for (let k = 0; k < 40; k++) run(0.5, 1, 1);
  expect(repeats.repeatRate).toBe(0.95);
  for (let k = 0; k < 20; k++) run(0.5, 10 + k, 1);
  expect(repeats.repeatRate).toBe(0);
});

it('contains the points that were tried and those that are equivalent to them', () => {
  const { axes, snap } = space({ n: int(1, 100) });
  const { repeats, run } = tracker(axes);
  const at = (k: number) => axes[0]!.levels!.at(k);
  run(at(9), 3);
  expect([repeats.has(snap([at(9)])), repeats.has(snap([at(11)]))]).toEqual([true, false]);
  run(at(12), 3);
  expect(repeats.has(snap([at(11)]))).toBe(true);
});
