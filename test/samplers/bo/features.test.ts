import { describe, expect, it } from 'vitest';
import { BUDGET, features } from '../../../src/samplers/bo/features.ts';
import type { Axis } from '../../../src/space/axis.ts';
import { choiceAxis, describedAxis, floatAxis } from '../../support/axes.ts';

describe('features', () => {
  it('places coordinates before levels, and encodes an absent level by a number of its own', () => {
    const conditional: Axis = { ...choiceAxis('b', 2), when: { axis: 0, levels: [1] } };
    const f = features([choiceAxis('a', 2), conditional, floatAxis('x')]);
    expect(f).toMatchObject({ width: 3, ordered: 1, axes: [2, 0, 1] });
    const out = new Float64Array(6);
    f.encode([0.25, 0.5, 0.7], out);
    f.encode([0.75, 0.75, 0.2], out, 3);
    expect([...out]).toEqual([0.7, 0, -1, 0.2, 1, 1]);
  });
});

describe('features of levels', () => {
  const axes = [choiceAxis('a', 2), { ...describedAxis('b'), when: { axis: 0, levels: [1] } }, floatAxis('x')];
  const f = features(axes, [1, 81]);
  it('have columns between coordinates and the budget, which take part in the main effect of the level', () => {
    expect(f).toMatchObject({ width: 5, ordered: 3, joins: Int32Array.of(0, 4, 2, 3, 4) });
    expect(f.axes[2]).toBe(BUDGET);
    const out = new Float64Array(10);
    f.encode([0.75, 0.625, 0.3], out);
    f.encode([0.25, 0.625, 0.3], out, 5); // without the second axis
    expect([...out]).toEqual([0.3, 0.9, 1, 1, 2, 0.3, 0.5, 1, 0, -1]);
    expect(f.decode(out)).toEqual([0.75, 0.625, 0.3]);
    expect(f.continuous([0.75, 0.625, 0.3])).toEqual([0]);
  });
});

describe('features with budgets', () => {
  it('place the log of the budget after the coordinates, and default to the highest budget', () => {
    const f = features([choiceAxis('a', 2), floatAxis('x')], [1, 81]);
    expect(f).toMatchObject({ width: 3, ordered: 2, axes: [1, BUDGET, 0] });
    const out = new Float64Array(15);
    for (const [i, budget] of [1, 9, 81, 243].entries()) f.encode([0.75, 0.4], out, 3 * i, budget);
    f.encode([0.75, 0.4], out, 12);
    expect([1, 4, 7, 10, 13].map((at) => out[at]!)).toEqual([0, expect.closeTo(0.5, 12), 1, 1, 1]);
    expect(f.decode(out, 3)).toEqual([0.75, 0.4]);
    expect(f.continuous([0.75, 0.4])).toEqual([0]);
  });
});
