import { expect, it } from 'vitest';
import { RepeatTracker } from '../../../src/samplers/duplicates/repeatRate.ts';
import { space } from '../../../src/space/space.ts';
import { float, int } from '../../../src/space/types/dimension.ts';
import type { Suggested } from '../../../src/strategy/messages.ts';
import { stateTag } from '../../../src/strategy/messages.ts';

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
    repeats.tell(trial);
    repeats.tell({ ...trial, type: 'ended', outcome: 'completed', losses: [loss] });
  };
  return { repeats, run };
}

/** A study whose trials report at budgets of 1, 3 and 9. `learned`: curves that are equal have changed and stayed so. */
function reporting({ learned }: { readonly learned: boolean }) {
  const repeats = new RepeatTracker(space({ x: float(0, 1) }).axes);
  let id = 0;
  const run = (x: number, losses: readonly number[], modelled = true) => {
    const tags = modelled ? stateTag('x/phase', 'modelling') : {};
    repeats.tell({ type: 'suggested', id: ++id, by: 'x', point: [x], budget: 9, tags });
    for (const [k, loss] of losses.entries()) repeats.tell({ type: 'reported', id, step: 3 ** k, losses: [loss] });
  };
  if (learned) for (const x of [0.1, 0.11]) run(x, [9, 8, 7], false);
  return { repeats, run };
}

it('counts proposals of the model whose first report equals that of another trial', () => {
  const { repeats, run } = reporting({ learned: true });
  run(0.5, [1], false);
  expect(repeats.repeatRate).toBe(0);
  run(0.6, [1]); // a repeat
  run(0.5, [2]); // another loss
  expect(repeats.repeatRate).toBeCloseTo(2 / 10, 12);
  for (let k = 0; k < 40; k++) run(0.5, [1], false);
  expect(repeats.repeatRate).toBeCloseTo(2 / 10, 12); // not proposed by the model
  for (let k = 0; k < 40; k++) run(0.5, [1]);
  expect(repeats.repeatRate).toBe(0.95);
  for (let k = 0; k < 20; k++) run(0.5, [10 + k]);
  expect(repeats.repeatRate).toBe(0);
});

it('counts no repeats until curves that were equal have changed and have stayed equal', () => {
  const { repeats, run } = reporting({ learned: false });
  for (let k = 0; k < 10; k++) run(0.5, [0, 0]); // a constant says nothing
  expect(repeats.repeatRate).toBe(0);
  for (let k = 0; k < 10; k++) run(0.5, [0, 0, 1]);
  expect(repeats.repeatRate).toBe(0.95);
});

it('counts no repeats of a metric whose curves are equal at first and differ later', () => {
  const { repeats, run } = reporting({ learned: true });
  for (let k = 0; k < 20; k++) run(k / 20, [0.3, 0.1 * k]);
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
