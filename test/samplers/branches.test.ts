import { describe, expect, it } from 'vitest';
import { type Branches, fairBranches } from '../../src/samplers/branches.ts';
import { active, type Point } from '../../src/space/axis.ts';
import { space } from '../../src/space/space.ts';
import { choice, float, when } from '../../src/space/types/dimension.ts';
import type { Env } from '../../src/strategy/env.ts';
import type { Suggested } from '../../src/strategy/messages.ts';
import { completed, rootEnv } from '../support/interview.ts';

const boosters = space({
  booster: choice(['tree', 'dart', 'linear']),
  depth: when('booster', ['tree', 'dart'], float(0, 1)),
  drop: when('booster', 'dart', float(0, 1)),
  sampling: when('booster', 'dart', choice(['even', 'weighted'])),
  power: when('sampling', 'weighted', float(0, 1)),
});

/** A study whose trials go to the neglected branch if there is one, and to the first point otherwise. */
function study(env: Env, losses: (point: Point) => number, first: Point) {
  const branches = fairBranches(env);
  let state: Branches = branches.start;
  return Array.from({ length: env.trials ?? 100 }, (_, id): Point => {
    const fixed = branches.neglected(state);
    const point = env.snap(first.map((x, i) => fixed?.[i] ?? x));
    const suggested: Suggested = { type: 'suggested', id, by: 'bo', point };
    state = branches.tell(branches.tell(state, suggested), completed(suggested, losses(point)));
    return point;
  });
}

describe('fairBranches', () => {
  const env = (options: Partial<Env> = {}) => rootEnv(boosters, { trials: 100, ...options });
  const tree = boosters.encode({ booster: 'tree', depth: 0.5 });
  const at = (points: readonly Point[], level: number) =>
    points.filter(([booster]) => boosters.axes[0]!.levels!.of(booster!) === level).length;

  it('gives each branch 2 (d + 1) trials, at most 10, and then none', () => {
    const points = study(env(), () => 1, tree);
    expect([at(points, 1), at(points, 2)]).toEqual([8, 2]);
    const weighted = points.filter((point) => active(boosters.axes, point)[4]);
    expect(weighted.length).toBeGreaterThanOrEqual(4);
  });

  it('takes every third trial, and at most a third of all', () => {
    const points = study(env({ trials: 12 }), () => 1, tree);
    const elsewhere = points.flatMap((point, i) => (boosters.axes[0]!.levels!.of(point[0]!) === 0 ? [] : [i]));
    expect(elsewhere.every((i) => i % 3 === 1)).toBe(true);
    expect(elsewhere.length).toBeLessThanOrEqual(4);
  });

  it('gives up a branch that is far from the best, but not one that varies', () => {
    const level = ([booster]: Point) => boosters.axes[0]!.levels!.of(booster!);
    let k = 0;
    const uneven = study(env(), (point) => (level(point) === 1 ? 2 + 2 * k++ : 1), tree);
    const flat = study(env(), (point) => (level(point) === 1 ? 2 : 1), tree);
    expect(at(uneven, 1)).toBe(8);
    expect(at(flat, 1)).toBeLessThan(5);
    expect(
      at(
        study(env(), (point) => (level(point) === 1 ? 1e308 : -1e308), tree),
        1,
      ),
    ).toBeLessThan(5);
  });

  it('does not compare losses at the rungs of early stopping', () => {
    expect(
      at(
        study(env({ rungs: [1, 3, 9] }), (point) => (point === tree ? 1 : 2), tree),
        1,
      ),
    ).toBe(8);
  });

  it('says nothing about a space without conditions', () => {
    const branches = fairBranches(rootEnv(space({ a: choice(['x', 'y']), b: float(0, 1) }), { trials: 100 }));
    expect(branches.neglected({ ...branches.start, suggested: 1 })).toBeUndefined();
  });
});
