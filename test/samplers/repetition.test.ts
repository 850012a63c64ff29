import { expect, it } from 'vitest';
import type { Ended } from '../../src/messages.ts';
import { Repetition } from '../../src/samplers/repetition.ts';
import { float } from '../../src/space/dimension.ts';
import { space } from '../../src/space/space.ts';

const { axes } = space({ x: float(0, 1) });
const ended = (x: number, loss: number, budget?: number): Ended => ({
  type: 'ended',
  outcome: 'completed',
  id: 1,
  by: 'x',
  point: [x],
  losses: [loss],
  ...(budget !== undefined && { budget }),
});

it('counts proposals of the model whose results a neighbour has had at the same budget', () => {
  const repetition = new Repetition(axes);
  const take = (...[x, loss, budget]: Parameters<typeof ended>) => repetition.take(ended(x, loss, budget), true);
  repetition.take(ended(0.5, 1, 1), false);
  expect(repetition.tedium).toBe(0);
  take(0.6, 1, 1); // a repetition, the others are none:
  take(0.9, 1, 1.5); // at another budget
  take(0.1, 1, 1); // too far away
  take(0.5, 2, 1); // another loss
  take(0.5, 1); // without a budget
  expect(repetition.tedium).toBeCloseTo(2 / 10, 12);
  for (let k = 0; k < 40; k++) repetition.take(ended(0.5, 1, 1), false);
  expect(repetition.tedium).toBeCloseTo(2 / 10, 12); // not the model's
  for (let k = 0; k < 40; k++) take(0.5, 1, 1);
  expect(repetition.tedium).toBe(0.95);
  for (let k = 0; k < 20; k++) take(0.5, 10 + k, 1);
  expect(repetition.tedium).toBe(0);
});
