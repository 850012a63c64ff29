import { expect, it } from 'vitest';
import { rngFor } from '../../../src/numeric/random.ts';
import { updateIncumbent } from '../../../src/samplers/gradient/incumbent.ts';
import { hop, isContinuousFloat, isOrdered, keepImmovable, movableAxes, startPoints } from '../../../src/samplers/gradient/movableAxes.ts';
import { active } from '../../../src/space/axis.ts';
import { space } from '../../../src/space/space.ts';
import { choice, float, int, when } from '../../../src/space/types/dimension.ts';
import { rootEnv } from '../../support/interview.ts';

const net = space({
  lr: float(1e-5, 1e-1, { log: true }),
  layers: int(1, 3),
  drop: when('layers', [2, 3], float(0, 1)),
  opt: choice(['adam', 'sgd']),
  momentum: when('opt', 'sgd', float(0, 1)),
  width: int(1, 9),
  noise: float(0, 1, { step: 0.25 }),
});
const env = { ...rootEnv(net), name: 'sgd' };
const withSgd = net.encode({ lr: 1e-3, layers: 1, opt: 'sgd', momentum: 0.25, width: 5, noise: 0.5 });
const withAdam = net.encode({ lr: 1e-2, layers: 3, drop: 0.5, opt: 'adam', width: 2, noise: 0.5 });

it('movable axes are active, numeric, and not conditions of others', () => {
  expect(movableAxes(net.axes, withSgd, isContinuousFloat)).toEqual([0, 4]);
  expect(movableAxes(net.axes, withSgd, isOrdered)).toEqual([0, 4, 5, 6]);
  expect(movableAxes(net.axes, withAdam, isContinuousFloat)).toEqual([0, 2]);
});

it('starts keep fixed axes at the values of the best trial', () => {
  const starts = startPoints(env, { family: 'sgd', index: 0, count: 1 });
  expect(keepImmovable(env, undefined, starts(1), isContinuousFloat)).toEqual(starts(1));
  const completed = { type: 'ended', outcome: 'completed', by: 'x', losses: [1] } as const;
  const good = updateIncumbent(undefined, { ...completed, id: 1, point: withSgd });
  const best = updateIncumbent(updateIncumbent(good, { ...completed, id: 2, point: withAdam, losses: [0] }), {
    ...completed,
    id: 3,
    point: withSgd,
  });
  for (const [incumbent, at] of [[good, withSgd] as const, [best, withAdam] as const]) {
    const moving = movableAxes(net.axes, at, isContinuousFloat);
    const start = keepImmovable(env, incumbent, starts(2), isContinuousFloat);
    expect(net.snap(start)).toEqual(start);
    expect(active(net.axes, start)).toEqual(active(net.axes, at));
    at.forEach((u, i) => {
      if (!moving.includes(i)) expect(start[i]).toBe(u);
    });
    expect(start[0]).not.toBe(at[0]);
  }
});

it('lanes share one sequence of starts without sharing a start', () => {
  const lanes = [0, 1].map((index) => startPoints(env, { family: 'sgd', index, count: 2 }));
  const alone = startPoints(env, { family: 'sgd', index: 0, count: 1 });
  expect([lanes[0]!(1), lanes[1]!(1), lanes[0]!(2), lanes[1]!(2)]).toEqual([1, 2, 3, 4].map(alone));
});

it('no infeasible or failed trial is the incumbent', () => {
  const point = [...withSgd];
  expect(updateIncumbent(undefined, { type: 'ended', outcome: 'failed', id: 1, by: 'x', point })).toBeUndefined();
  const infeasible = { type: 'ended', outcome: 'completed', id: 1, by: 'x', point, losses: [0], constraints: [1] } as const;
  expect(updateIncumbent(undefined, infeasible)).toBeUndefined();
});

it('a later start differs from the best trial, also if the two starts have levels in common', () => {
  const incumbent = updateIncumbent(undefined, { type: 'ended', outcome: 'completed', by: 'x', losses: [1], id: 1, point: withSgd })!;
  const [only] = movableAxes(env.axes, withSgd, isOrdered);
  const start = env.snap(withSgd.map((u, axis) => (axis !== only ? u : u < 0.5 ? u + 0.3 : u - 0.3)));
  for (let i = 0; i < 20; i++) expect(hop(env, incumbent, start, isOrdered, rngFor('hop', 'test', i))).toEqual(start);
});

it('a later start shares two thirds of its movable coordinates with the best trial, and never all', () => {
  const incumbent = updateIncumbent(undefined, { type: 'ended', outcome: 'completed', by: 'x', losses: [1], id: 1, point: withSgd })!;
  const start = net.snap(withSgd.map((u) => (u < 0.5 ? u + 0.3 : u - 0.3)));
  const changes = Array.from({ length: 300 }, (_, i) => {
    const to = hop(env, incumbent, start, isOrdered, rngFor('hop', 'test', i));
    expect(to.every((u, axis) => u === withSgd[axis] || u === start[axis])).toBe(true);
    return to.flatMap((u, axis) => (u === withSgd[axis] ? [] : [axis]));
  });
  expect(new Set(changes.flat())).toEqual(new Set([0, 4, 5, 6]));
  expect(Math.min(...changes.map((axes) => axes.length))).toBe(1);
  expect(changes.flat().length / 300).toBeGreaterThan(1.8);
  expect(changes.flat().length / 300).toBeLessThan(2.2); // one of four for certain, the others with one third
});
