import { describe, expect, it } from 'vitest';
import { type Case, type Met, newMet, properties, strategyContract } from '../../src/testing/strategy.ts';
import * as h from '../../streams/index.ts';
import { fleet, type Net, net } from './world.ts';

const asha = () => h.asha({ min: 1, max: 9 });
const stops = () => h.asha({ min: 1, max: 9, mode: 'stop' });
const half = (point: h.Point) => point[0]! > 0.5;

/** A new strategy adds one row. */
const cases: Record<string, Pick<Case<Net>, 'make'> & Partial<Case<Net>>> = {
  random: { make: h.random },
  grid: { make: () => h.grid({ levels: 3 }) },
  sobol: { make: h.sobol },
  halton: { make: h.halton },
  tpe: { make: () => h.tpe({ startup: 4 }) },
  'chain(asha, tpe)': { make: () => h.chain(asha(), h.tpe({ startup: 4 })) },
  'chain(medianStop, tpe)': { make: () => h.chain(h.medianStop(), h.tpe({ startup: 4 })) },
  forest: { make: () => h.forest({ startup: 4, challengers: 5 }), runs: 5 },
  'chain(asha, forest)': { make: () => h.chain(asha(), h.forest({ startup: 4, challengers: 5 })), runs: 5 },
  latinHypercube: { make: () => h.latinHypercube({ points: 40 }) },
  'chain(take(sobol), random)': { make: () => h.chain(h.take(8, h.sobol()), h.random()) },
  'chain(random, random)': { make: () => h.chain(h.take(5, h.random()), h.random()) },
  'chain(asha, random)': { make: () => h.chain(asha(), h.random()) },
  'chain(asha stop, random)': { make: () => h.chain(stops(), h.random()) },
  'chain(medianStop, random)': { make: () => h.chain(h.medianStop(), h.random()) },
  'chain(medianStop, asha, sobol)': { make: () => h.chain(h.medianStop(), asha(), h.sobol()) },
  'chain(random, dedupe, sobol)': {
    make: () => h.chain(h.random(), h.dedupe(), h.sobol()),
    exceptions: { 'lets facts and foreign decisions through, unchanged and first': 'dedupe rewrites proposals by design' },
  },
  'chain(random, reject, sobol)': {
    make: () => h.chain(h.random(), h.reject(half), h.sobol()),
    exceptions: { 'lets facts and foreign decisions through, unchanged and first': 'reject rewrites proposals by design' },
  },
  'mix(random, sobol)': { make: () => h.mix({ wild: [h.random(), 2], even: h.sobol() }) },
  'bandit(sobol, random)': { make: () => h.bandit({ even: h.sobol(), wild: h.random() }) },
  'bandit(asha > random, halton)': { make: () => h.bandit({ early: h.chain(asha(), h.random()), whole: h.halton() }) },
  'chain(mix(take, bandit), random)': {
    make: () =>
      h.chain(h.mix({ few: h.take(3, h.grid()), two: h.bandit({ a: h.take(6, h.random()), b: h.take(6, h.sobol()) }) }), h.random()),
  },
};

const runs = Number(process.env.CONTRACT_RUNS ?? 100);
const caseOf = (name: string): Case<Net> => ({ space: net, study: { trials: 24, parallel: 3 }, fleet, runs, ...cases[name]! });

for (const name of Object.keys(cases)) strategyContract({ describe, it }, name, caseOf(name));

describe('the prefix property', () => {
  const prefix = properties['goes on from any prefix of its log as if nothing had happened'];
  const met = (name: string, over: Partial<Case<Net>> = {}): Met => {
    const count = newMet();
    prefix({ ...caseOf(name), ...over }, count);
    return count;
  };

  it('meets open trials, failures, further attempts and those that are due', () => {
    const { openAtCut, failures, attempts, retriesDue } = met('random', { runs: 100 });
    expect(openAtCut).toBeGreaterThan(50);
    expect(failures).toBeGreaterThan(50);
    expect(attempts).toBeGreaterThan(50);
    expect(retriesDue).toBeGreaterThan(0);
  });
  it('meets promotions', () => expect(met('chain(asha, random)', { runs: 50 }).promotions).toBeGreaterThan(50));
  it('meets stops, and stops in force at the cut', () => {
    const { stops: all, stopsInForce } = met('chain(medianStop, random)', { runs: 50 });
    expect(all).toBeGreaterThan(50);
    expect(stopsInForce).toBeGreaterThan(0);
  });
});
