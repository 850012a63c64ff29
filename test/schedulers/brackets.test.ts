import { describe, expect, it } from 'vitest';
import { bracketsOf, nextBracket } from '../../src/schedulers/brackets.ts';

describe('bracketsOf', () => {
  it('gives the table of the paper', () => {
    const brackets = bracketsOf({ min: 1, max: 81, eta: 3 });
    expect(brackets.map(({ size }) => size)).toEqual([81, 34, 15, 8, 5]);
    expect(brackets.map(({ budgets }) => budgets)).toEqual([[1, 3, 9, 27, 81], [3, 9, 27, 81], [9, 27, 81], [27, 81], [81]]);
  });

  it('counts halvings exactly: five of 243 by 3', () => {
    expect(bracketsOf({ min: 1, max: 243, eta: 3 }).map(({ budgets }) => budgets[0])).toEqual([1, 3, 9, 27, 81, 243]);
    expect(bracketsOf({ min: 1, max: 10, eta: 10 }).map(({ size }) => size)).toEqual([10, 2]);
  });
});

describe('nextBracket', () => {
  const brackets = bracketsOf({ min: 1, max: 4, eta: 2 });
  const anyOf = () => true;

  it('keeps the brackets in proportion to their sizes at any time', () => {
    expect(brackets.map(({ size }) => size)).toEqual([4, 3, 3]);
    const begun = [0, 0, 0];
    const order = Array.from({ length: 10 }, () => {
      const next = nextBracket(brackets, begun, anyOf)!;
      begun[next]!++;
      return next;
    });
    expect(order).toEqual([0, 1, 2, 0, 1, 2, 0, 0, 1, 2]);
    expect(begun).toEqual([4, 3, 3]);
  });

  it('skips brackets that may get no more trials', () => {
    expect(nextBracket(brackets, [0, 0, 0], ({ budgets }) => budgets[0]! > 1)).toBe(1);
    expect(nextBracket(brackets, [0, 0, 0], () => false)).toBeUndefined();
  });
});
