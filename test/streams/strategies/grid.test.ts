import { describe, expect, it } from 'vitest';
import { OptionError, SpaceError } from '../../../src/errors.ts';
import { space } from '../../../src/space/space.ts';
import { float, int } from '../../../src/space/types/dimension.ts';
import { stateTag } from '../../../src/strategy/messages.ts';
import { grid } from '../../../streams/strategies/grid.ts';
import { wrongOption } from '../../support/coded.ts';
import { drain, interview, rootEnv } from '../../support/interview.ts';
import { conditional, constrained, textbook } from '../../support/spaces.ts';

const distinct = (points: readonly (readonly number[])[]) => new Set(points.map((p) => p.join())).size;

describe('grid', () => {
  it('tries each of the 75 textbook configurations once, then hands the ask on', () => {
    const facts = drain(grid(), rootEnv(textbook), 111);
    expect(facts).toHaveLength(75);
    expect(distinct(facts.map(({ point }) => point))).toBe(75);
  });

  it('does not combine inactive parameters', () => {
    const facts = drain(grid(), rootEnv(conditional), 100);
    expect(facts).toHaveLength(10);
    expect(new Set(facts.map(({ point }) => JSON.stringify(conditional.decode(point)))).size).toBe(10);
  });

  it('leaves infeasible configurations out', () => {
    const facts = drain(grid(), rootEnv(constrained), 100);
    expect(facts).toHaveLength(36);
    expect(distinct(facts.map(({ point }) => point))).toBe(36);
  });

  it('covers the space early', () => {
    const units = drain(grid(), rootEnv(textbook), 25).map(({ point }) => textbook.decode(point).units);
    expect(new Set(units).size).toBeGreaterThan(12);
  });

  it('divides a continuous parameter into levels, ten by default', () => {
    const plane = space({ x: float(0, 9), y: float(0, 1), n: int(1, 9) });
    const values = (name: 'x' | 'y' | 'n', options?: Parameters<typeof grid>[0]) =>
      new Set(drain(grid(options), rootEnv(plane), 1000).map(({ point }) => plane.decode(point)[name]));
    expect([...values('x')].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect([...values('x', { levels: 4 })].sort()).toEqual([0, 3, 6, 9]);
    expect(values('n', { levels: 4 }).size).toBe(9);
    expect(values('y', { levels: { x: 2, n: 3 } }).size).toBe(10);
    expect([...values('n', { levels: { x: 2, n: 3 } })].sort()).toEqual([1, 5, 9]);
  });

  it('starts on a grid of 10^12 cells, and resumes in its middle', () => {
    const wide = rootEnv(space(Object.fromEntries(Array.from({ length: 12 }, (_, k) => [`x${k}`, float(0, 1)]))));
    const { ask, tell } = interview(grid(), wide);
    expect(ask(1)).toMatchObject({ type: 'propose', tags: stateTag('grid', 0) });
    tell({ type: 'suggested', id: 1, by: 'grid', point: wide.snap(wide.axes.map(() => 0)), tags: stateTag('grid', 499999999999) });
    expect(ask(2)).toMatchObject({ type: 'propose', tags: stateTag('grid', 500000000000) });
  });

  it('hands on an ask after as many retries as cells are left', () => {
    const { ask, tell } = interview(grid(), rootEnv(textbook));
    tell({ type: 'suggested', id: 1, by: 'grid', point: [0.5, 0.5], tags: stateTag('grid', 72) });
    expect([0, 1, 2].map((retry) => ask(2, retry).type)).toEqual(['propose', 'propose', 'ask']);
    expect(ask(2, 2)).toEqual({ type: 'ask', id: 2, retry: 2 });
  });

  it('is data with its options', () => {
    expect(grid().spec).toBe('grid');
    expect(grid({ levels: { lr: 3 } }).spec).toEqual({ grid: { levels: { lr: 3 } } });
  });

  it('refuses invalid options', () => {
    expect(() => grid({ levels: 0 })).toThrow(
      new OptionError('grid.levels', 'a whole number of at least 1, or such numbers by the names of parameters', 0),
    );
    expect(() => grid({ levels: { lr: 2.5 } })).toThrow(wrongOption('grid.levels.lr'));
    expect(() => grid({ levels: 'many' as never })).toThrow(OptionError);
    expect(() => grid({ levels: null as never })).toThrow(OptionError);
    expect(() => grid({ levels: { lr: 3 } })(rootEnv(textbook))).toThrow(wrongOption('grid.levels'));
  });

  it('refuses more cells than a whole number can count', () => {
    const wide = space(Object.fromEntries(Array.from({ length: 16 }, (_, k) => [`x${k}`, float(0, 1)])));
    expect(() => grid()(rootEnv(wide))).toThrow(SpaceError);
  });
});
