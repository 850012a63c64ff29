import { describe, expect, it } from 'vitest';
import { type Coverage, newCoverage } from '../../src/testing/coverage.ts';
import { strategyContract, strategyProperties } from '../../src/testing/strategyContract.ts';
import type { StrategyCase } from '../../src/testing/subscribed.ts';
import { caseOf, strategies } from './cases.ts';
import type { Net } from './world.ts';

for (const name of strategies) strategyContract({ describe, it }, name, caseOf(name));

describe('the prefix property', () => {
  const prefix = strategyProperties['resumes from any prefix of its log as if nothing had happened'];
  const met = (name: string, over: Partial<StrategyCase<Net>> = {}): Coverage => {
    const count = newCoverage();
    prefix({ ...caseOf(name), ...over }, count);
    return count;
  };

  it('is checked with open trials, failures, further attempts and due attempts', () => {
    const { openAtCut, failures, attempts, retriesDue } = met('random', { runs: 100 });
    expect(openAtCut).toBeGreaterThan(50);
    expect(failures).toBeGreaterThan(50);
    expect(attempts).toBeGreaterThan(50);
    expect(retriesDue).toBeGreaterThan(0);
  });
  it('is checked with promotions', () => expect(met('chain(asha, random)', { runs: 20 }).promotions).toBeGreaterThan(20));
  it('is checked with stops, also with stops in force at the cut', () => {
    const { stops: all, stopsInForce } = met('chain(median, random)', { runs: 20 });
    expect(all).toBeGreaterThan(20);
    expect(stopsInForce).toBeGreaterThan(0);
  });
});
