import { describe, expect, it } from 'vitest';
import { bracketsOf, nextBracket, sharesOf } from '../../src/schedulers/brackets.ts';

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

describe('sharesOf', () => {
  const agreementsOf = (...taus: number[]) => taus.map((tau) => ({ tau, pairs: 9 }));

  it('gives the brackets above a rung less the better it predicts the next one', () => {
    expect(sharesOf(agreementsOf(0.75, 0.5), 0)).toEqual([1, 0.25, 0.125]);
    expect(sharesOf(agreementsOf(0.75, 1), 0)).toEqual([1, 0.25, 0]);
  });

  it('gives the first rung that counts its whole bracket, and all after a rung that says nothing', () => {
    expect(sharesOf(agreementsOf(0.9, 0.75), 1)).toEqual([1, 1, 0.25]);
    expect(sharesOf(agreementsOf(-0.5, 0), 0)).toEqual([1, 1, 1]);
  });
});

describe('nextBracket', () => {
  const brackets = bracketsOf({ min: 1, max: 4, eta: 2 });
  const whole = [1, 1, 1];
  const anyOf = () => true;

  function orderOf(n: number, share: readonly number[]): number[] {
    const begun = [0, 0, 0];
    return Array.from({ length: n }, () => {
      const next = nextBracket(brackets, begun, share, anyOf)!;
      begun[next]!++;
      return next;
    });
  }

  it('keeps the brackets in proportion to their sizes at any time', () => {
    expect(brackets.map(({ size }) => size)).toEqual([4, 3, 3]);
    expect(orderOf(10, whole)).toEqual([0, 1, 2, 0, 1, 2, 0, 0, 1, 2]);
  });

  it('and to their shares', () => {
    const order = orderOf(19, [1, 1 / 3, 1 / 9]);
    expect(order.slice(0, 6)).toEqual([0, 0, 0, 0, 1, 0]);
    expect([0, 1, 2].map((bracket) => order.filter((k) => k === bracket).length)).toEqual([15, 3, 1]);
  });

  it('skips brackets that may get no more trials', () => {
    expect(nextBracket(brackets, [0, 0, 0], whole, ({ budgets }) => budgets[0]! > 1)).toBe(1);
    expect(nextBracket(brackets, [0, 0, 0], whole, () => false)).toBeUndefined();
  });
});
