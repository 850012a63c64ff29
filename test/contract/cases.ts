import type { Case } from '../../src/testing/strategy.ts';
import * as h from '../../streams/index.ts';
import { fleet, type Net, net } from './world.ts';

const asha = () => h.asha({ min: 1, max: 9 });
const stops = () => h.asha({ min: 1, max: 9, mode: 'stop' });
const half = (point: h.Point) => point[0]! > 0.5;

/** Every strategy, and compositions of them. A new strategy adds one row, and `npm run golden` its suggestions. */
export const cases: Record<string, Pick<Case<Net>, 'make'> & Partial<Case<Net>>> = {
  random: { make: h.random },
  grid: { make: () => h.grid({ levels: 3 }) },
  sobol: { make: h.sobol },
  halton: { make: h.halton },
  latinHypercube: { make: () => h.latinHypercube({ points: 40 }) },
  ga: { make: h.ga },
  'ga generational': { make: () => h.ga({ mode: 'generational', population: 5, elite: 1 }) },
  'chain(ga, random)': { make: () => h.chain(h.ga({ mode: 'generational', population: 4, generations: 2 }), h.random()) },
  'bandit(ga, random)': { make: () => h.bandit({ evolve: h.ga({ mode: 'generational', population: 4 }), wild: h.random() }) },
  'chain(ga, fill(random))': {
    make: () => h.chain(h.ga({ population: 5, mode: 'generational' }), h.fill(h.random())),
  },
  'chain(asha, ga)': { make: () => h.chain(asha(), h.ga({ population: 5 })) },
  'bandit(ga, chain(medianStop, ga))': {
    make: () => h.bandit({ one: h.ga({ population: 4 }), two: h.chain(h.medianStop(), h.ga({ population: 4 })) }),
  },
  cmaes: { make: () => h.cmaes({ population: 4 }) },
  'cmaes bipop': { make: () => h.cmaes({ population: 3, restarts: 'bipop', adaptRates: true }) },
  'chain(asha, cmaes)': { make: () => h.chain(asha(), h.cmaes({ population: 4 })) },
  'chain(take(sobol), cmaes)': { make: () => h.chain(h.take(8, h.sobol()), h.cmaes({ population: 4 })) },
  de: { make: () => h.de({ population: 5 }) },
  'chain(de rand, random)': { make: () => h.chain(h.de({ population: 5, generations: 3, start: 'rand' }), h.random()) },
  'chain(asha, de)': { make: () => h.chain(asha(), h.de({ population: 5 })) },
  nsga2: { make: () => h.nsga2({ population: 5 }) },
  'chain(nsga2, cmaes)': { make: () => h.chain(h.nsga2({ population: 4, generations: 3 }), h.cmaes({ population: 4 })) },
  'chain(asha, nsga2)': { make: () => h.chain(asha(), h.nsga2({ population: 5 })) },
  tpe: { make: () => h.tpe({ startup: 4 }) },
  'chain(asha, tpe)': { make: () => h.chain(asha(), h.tpe({ startup: 4 })) },
  'chain(medianStop, tpe)': { make: () => h.chain(h.medianStop(), h.tpe({ startup: 4 })) },
  'chain(ga, tpe)': {
    make: () => h.chain(h.ga({ mode: 'generational', population: 4, generations: 2 }), h.tpe({ startup: 4 })),
  },
  bo: { make: () => h.bo({ startup: 4 }), runs: 8 },
  'chain(asha, bo)': { make: () => h.chain(asha(), h.bo({ startup: 4 })), runs: 8 },
  forest: { make: () => h.forest({ startup: 4, challengers: 5 }), runs: 5 },
  'chain(asha, forest)': { make: () => h.chain(asha(), h.forest({ startup: 4, challengers: 5 })), runs: 5 },
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

/** A row in its world. */
export const caseOf = (name: string): Case<Net> => ({ space: net, study: { trials: 24, parallel: 3 }, fleet, runs, ...cases[name]! });
