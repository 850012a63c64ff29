import { describe, expect, it } from 'vitest';
import { afterResult, noPlateau, type Plateau } from '../../src/ledger/plateau.ts';
import type { Ended } from '../../src/strategy/messages.ts';

const ended = (loss: number, more: Partial<Ended> = {}): Ended => ({
  type: 'ended',
  id: 1,
  by: 'x',
  point: [0.5],
  outcome: 'completed',
  losses: [loss],
  ...more,
});
const lengths = (trials: readonly Ended[], improvement = 0, start: Plateau = noPlateau) => {
  let plateau = start;
  return trials.map((trial) => {
    plateau = afterResult(plateau, trial, improvement);
    return plateau.length;
  });
};

describe('a plateau', () => {
  it('grows with each result that is not better, and ends with one that is', () => {
    expect(lengths([ended(3), ended(3), ended(4), ended(2.99), ended(5)])).toEqual([0, 1, 2, 0, 1]);
  });
  it('may require a minimum improvement', () => {
    expect(lengths([ended(3), ended(2.6), ended(2.5), ended(2.4), ended(1)], 0.5)).toEqual([0, 1, 2, 0, 0]);
  });
  it('is not ended by a result that violates a constraint', () => {
    const violating = ended(1, { constraints: [-1, 0.1] });
    expect(lengths([ended(3), violating, ended(2), ended(1.5, { constraints: [0] })])).toEqual([0, 1, 0, 0]);
  });
  it('compares results at each budget separately', () => {
    const at = (budget: number, loss: number) => ended(loss, { budget });
    expect(lengths([at(1, 5), at(3, 2), at(1, 4), at(1, 4), at(3, 3)])).toEqual([0, 0, 0, 1, 2]);
  });
  it('counts a stopped trial as a result that is not better, and ignores a failed one', () => {
    const stopped = ended(1, { outcome: 'stopped', step: 1 });
    const { losses: _, ...failed } = ended(0, { outcome: 'failed' });
    expect(lengths([ended(3), stopped, failed, ended(2)])).toEqual([0, 1, 1, 0]);
  });
  it('compares with results that do not count, and can start again', () => {
    const known = afterResult(noPlateau, ended(1), 0, false);
    expect(known.length).toBe(0);
    expect(lengths([ended(2), ended(3)], 0, known)).toEqual([1, 2]);
    expect(lengths([ended(2), ended(0.5)], 0, { ...known, length: 0 })).toEqual([1, 0]);
  });
});
