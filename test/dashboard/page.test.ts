import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cut, number } from '../../src/dashboard/page/lib/format.ts';
import { front } from '../../src/dashboard/page/lib/front.ts';
import { numeric, parameterScale } from '../../src/dashboard/page/lib/scale.ts';
import { dominates } from '../../src/numeric/pareto.ts';

describe('the front', () => {
  it('is what no other trial is better than, in two and three objectives', () => {
    expect(
      front([
        [1, 4],
        [2, 2],
        [3, 3],
        [4, 1],
        [2, 2],
      ]).sort(),
    ).toEqual([0, 1, 3, 4]);
    expect(
      front([
        [1, 1, 9],
        [1, 1, 8],
        [0, 2, 9],
        [5, 5, 5],
      ]).sort(),
    ).toEqual([1, 2, 3]);
  });

  it('is the same as by comparing all with all', () => {
    const losses = fc.array(fc.tuple(fc.integer({ max: 6, min: 0 }), fc.integer({ max: 6, min: 0 }), fc.integer({ max: 6, min: 0 })), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(losses, (all) => {
        const plain = all.flatMap((a, i) => (all.some((b) => dominates(b, a)) ? [] : [i]));
        expect(front(all).sort((a, b) => a - b)).toEqual(plain);
      }),
    );
  });
});

describe('scales', () => {
  it('put values between 0 and 1, and find them again', () => {
    const log = parameterScale('lr', { type: 'float', low: 1e-4, high: 1e-2, log: true });
    expect(log.place(1e-3)).toBeCloseTo(0.5, 12);
    expect(log.at(0.5)).toBeCloseTo(1e-3, 12);
    expect(log.ticks.map(({ value }) => value)).toEqual([1e-4, 1e-3, 1e-2]);
    const linear = numeric('x', 0, 10, false);
    expect(linear.ticks.map(({ value }) => value)).toEqual([0, 5, 10]);
    const choice = parameterScale('kind', { type: 'choice', values: ['a', 'b'] });
    expect([choice.place('a'), choice.place('b'), choice.place('c')]).toEqual([0.25, 0.75, Number.NaN]);
    expect(choice.at(0.8)).toBe(1);
  });

  it('stand a range of one value', () => {
    expect(numeric('x', 3, 3, true).place(3)).toBeCloseTo(0.5, 12);
  });
});

describe('texts', () => {
  it('are short, and never cut within a letter', () => {
    expect([number(0.000012345), number(1 / 3), number(12345678.9), number(42), number('a')]).toEqual([
      '1.23e-5',
      '0.3333',
      '1.23e7',
      '42',
      'a',
    ]);
    expect(cut('abcdef', 4)).toBe('abc…');
    expect(cut('𝕬𝕬𝕬𝕬𝕬', 3)).toBe('𝕬𝕬…');
  });
});
