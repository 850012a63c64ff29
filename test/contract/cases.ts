import type { StrategyCase } from '../../src/testing/subscribed.ts';
import * as h from '../../streams/index.ts';
import { runs } from '../support/runs.ts';
import { describedNet, examplesFleet, fleet, limitedFleet, type Net, net, proposingFleet, tellingFleet } from './world.ts';

const asha = () => h.asha({ min: 1, max: 9, pause: true });
const stops = () => h.asha({ min: 1, max: 9 });
const half = (point: h.Point) => point[0]! > 0.5;

const often = (few: number, many = 12) => Number(process.env.CONTRACT_RUNS ?? runs(many, few));
/** Fits of models take long, so the studies of these rows are shorter and fewer. */
const model = { runs: often(1, 3), asks: runs(16, 8), study: { trials: runs(16, 9), parallel: 3 } };

/** Every strategy, and compositions of them. A new strategy adds one row, and `npx tsx tools/golden` its suggestions. */
export const cases: Record<string, Pick<StrategyCase<Net>, 'make'> & Partial<StrategyCase<Net>>> = {
  random: { make: h.random },
  grid: { make: () => h.grid({ levels: 3 }) },
  sobol: { make: h.sobol },
  ga: { make: h.ga },
  'ga generational': { make: () => h.ga({ mode: 'generational', population: 5 }) },
  'chain(ga, random)': { make: () => h.chain(h.ga({ mode: 'generational', population: 4, generations: 2 }), h.random()) },
  'bandit(ga, random)': { make: () => h.bandit({ evolve: h.ga({ mode: 'generational', population: 4 }), wild: h.random() }) },
  'chain(ga, fill(random))': {
    make: () => h.chain(h.ga({ population: 5, mode: 'generational' }), h.fill(h.random())),
  },
  'chain(asha, ga)': { make: () => h.chain(asha(), h.ga({ population: 5 })) },
  'bandit(ga, chain(median, ga))': {
    make: () => h.bandit({ one: h.ga({ population: 4 }), two: h.chain(h.percentileStop(), h.ga({ population: 4 })) }),
  },
  cmaes: { make: () => h.cmaes({ population: 4 }) },
  'chain(asha, cmaes)': { make: () => h.chain(asha(), h.cmaes({ population: 4 })) },
  'chain(confirm, random)': { make: () => h.chain(h.confirm({ top: 3, share: 0.5 }), h.random()) },
  'chain(asha, confirm, tpe)': { make: () => h.chain(asha(), h.confirm({ share: 0.5 }), h.tpe({ startup: 4 })) },
  'chain(take(sobol), cmaes)': { make: () => h.chain(h.take(8, h.sobol()), h.cmaes({ population: 4 })) },
  nsga2: { make: () => h.nsga2({ population: 5 }) },
  nsga3: { make: () => h.nsga3({ population: 5 }) },
  'chain(nsga2, cmaes)': { make: () => h.chain(h.nsga2({ population: 4, generations: 3 }), h.cmaes({ population: 4 })) },
  'chain(asha, nsga2)': { make: () => h.chain(asha(), h.nsga2({ population: 5 })) },
  tpe: { make: () => h.tpe({ startup: 4 }) },
  'tpe with features': { make: () => h.tpe({ startup: 4 }), space: describedNet },
  'chain(asha, tpe)': { make: () => h.chain(asha(), h.tpe({ startup: 4 })) },
  'chain(median, tpe)': { make: () => h.chain(h.percentileStop(), h.tpe({ startup: 4 })) },
  'chain(ga, tpe)': {
    make: () => h.chain(h.ga({ mode: 'generational', population: 4, generations: 2 }), h.tpe({ startup: 4 })),
  },
  bo: { ...model, make: () => h.bo({ startup: 4 }) },
  'bo with features': { ...model, make: () => h.bo({ startup: 4 }), space: describedNet },
  'chain(asha, bo)': { ...model, make: () => h.chain(asha(), h.bo({ startup: 4 })) },
  'chain(asha stop, tpe)': { make: () => h.chain(stops(), h.tpe({ startup: 4 })) },
  'chain(asha stop, bo)': { ...model, make: () => h.chain(stops(), h.bo({ startup: 4 })) },
  'chain(asha stop, ga)': { make: () => h.chain(stops(), h.ga({ population: 5 })) },
  'chain(asha stop, cmaes)': { make: () => h.chain(stops(), h.cmaes({ population: 4 })) },
  'chain(asha first, bo)': { ...model, make: () => h.chain(h.asha({ min: 1, max: 9, first: 3, pause: true }), h.bo({ startup: 4 })) },
  forest: { ...model, make: () => h.forest({ startup: 4 }) },
  'chain(asha, forest)': { ...model, make: () => h.chain(asha(), h.forest({ startup: 4 })) },
  'chain(asha stop, forest)': { ...model, make: () => h.chain(stops(), h.forest({ startup: 4 })) },
  sgd: { make: h.sgd },
  'sgd differences': { make: () => h.sgd({ gradient: 'differences', restarts: 1 }), study: { trials: 40, parallel: 3 } },
  'sgd from the incumbent': { make: () => h.chain(h.take(4, h.random()), h.sgd({ start: 'incumbent', rule: 'momentum', noise: 0.1 })) },
  'chain(sgd, fill(random))': { make: () => h.chain(h.sgd({ gradient: 'differences' }), h.fill(h.random())) },
  'sgd with gradients': { make: h.sgd, fleet: tellingFleet },
  lbfgs: { make: h.lbfgs },
  'lbfgs with gradients': { make: h.lbfgs, fleet: tellingFleet },
  'chain(ga, lbfgs)': { make: () => h.chain(h.ga({ population: 4, generations: 2 }), h.lbfgs({ start: 'incumbent' })) },
  'chain(lbfgs, random)': { make: () => h.chain(h.lbfgs({ restarts: 0 }), h.random()) },
  'chain(asha, lbfgs)': { make: () => h.chain(asha(), h.lbfgs()) },
  auto: { ...model, make: h.auto },
  'chain(race, random)': {
    make: () => h.chain(h.race(), h.random()),
    fleet: examplesFleet,
    study: { trials: 25, parallel: 3, examples: 10 },
  },
  'chain(race stop only, tpe)': {
    make: () => h.chain(h.race({ share: 1 }), h.tpe({ startup: 4 })),
    fleet: examplesFleet,
    study: { trials: 25, parallel: 3, examples: 10 },
  },
  'chain(race, bo)': {
    ...model,
    make: () => h.chain(h.race(), h.bo({ startup: 4 })),
    fleet: examplesFleet,
    study: { trials: 9, parallel: 3, examples: 10 },
  },
  'chain(race, random) with constraints': {
    make: () => h.chain(h.race(), h.random()),
    fleet: limitedFleet,
    study: { trials: 25, parallel: 3, examples: 10 },
  },
  'chain(median, random) on examples': {
    make: () => h.chain(h.percentileStop(), h.random()),
    fleet: examplesFleet,
    study: { trials: 20, parallel: 3, examples: 10 },
  },
  'chain(budget, random)': { make: () => h.chain(h.budget(3), h.random()) },
  external: { make: () => h.chain(h.external('agent'), h.random()), fleet: proposingFleet },
  'mix(cmaes, external)': {
    make: () => h.mix({ model: [h.cmaes({ population: 4 }), 0.6], agent: [h.chain(h.external('agent', { wait: 5 }), h.random()), 0.4] }),
    fleet: proposingFleet,
  },
  'chain(asha, external, fill(random))': {
    make: () => h.chain(asha(), h.external('agent'), h.fill(h.random()), h.random()),
    fleet: proposingFleet,
  },
  'external never waited for': { make: () => h.chain(h.external('agent', { wait: 0 }), h.tpe({ startup: 4 })), fleet: proposingFleet },
  'chain(take(sobol), random)': { make: () => h.chain(h.take(8, h.sobol()), h.random()) },
  'chain(until(plateau, ga), tpe)': { make: () => h.chain(h.until(h.plateau(4), h.ga({ population: 4 })), h.tpe({ startup: 4 })) },
  'chain(asha, until(plateau, ga), until(plateau, tpe), random)': {
    make: () => h.chain(asha(), h.until(h.plateau(3), h.ga({ population: 4 })), h.until(h.plateau(2), h.tpe({ startup: 4 })), h.random()),
  },
  'chain(grid, random)': { make: () => h.chain(h.grid({ levels: 1 }), h.random()) },
  'chain(random, random)': { make: () => h.chain(h.take(5, h.random()), h.random()) },
  'chain(asha, random)': { make: () => h.chain(asha(), h.random()) },
  'chain(asha stop, random)': { make: () => h.chain(stops(), h.random()) },
  'chain(median, random)': { make: () => h.chain(h.percentileStop(), h.random()) },
  'chain(hyperband, random)': { make: () => h.chain(h.hyperband({ min: 1, max: 9, pause: true }), h.random()) },
  'chain(hyperband stop, random)': { make: () => h.chain(h.hyperband({ min: 1, max: 9 }), h.random()) },
  'chain(hyperband, tpe)': { make: () => h.chain(h.hyperband({ min: 1, max: 9, pause: true }), h.tpe({ startup: 4 })) },
  'chain(hyperband, bo)': { ...model, make: () => h.chain(h.hyperband({ min: 1, max: 9, pause: true }), h.bo({ startup: 4 })) },
  'bandit(hyperband > tpe, hyperband stop > tpe)': {
    make: () =>
      h.bandit({
        one: h.chain(h.hyperband({ min: 1, max: 9, pause: true }), h.tpe({ startup: 3 })),
        two: h.chain(h.hyperband({ min: 3, max: 9 }), h.tpe({ startup: 3 })),
      }),
  },
  pbt: { make: () => h.pbt({ population: 5, interval: 2, max: 8 }) },
  'chain(patience, pbt, random)': {
    make: () =>
      h.chain(h.patience({ steps: 3, delta: 1 }), h.pbt({ population: 4, max: 6, interval: 3, fixed: ['layers', 'opt'] }), h.random()),
  },
  'bandit(pbt, chain(pbt, hyperband, random))': {
    make: () =>
      h.bandit({
        one: h.pbt({ population: 4, interval: 2, max: 6 }),
        two: h.chain(h.pbt({ population: 3, interval: 3, max: 6 }), h.hyperband({ min: 1, max: 9, pause: true }), h.random()),
      }),
  },
  'chain(percentileStop, random)': { make: () => h.chain(h.percentileStop({ percentile: 25, peers: 2 }), h.random()) },
  'chain(patience, asha, random)': { make: () => h.chain(h.patience({ steps: 2, delta: 0.5 }), asha(), h.random()) },
  'chain(median, asha, sobol)': { make: () => h.chain(h.percentileStop(), asha(), h.sobol()) },
  'chain(dedupe(random), sobol)': { make: () => h.chain(h.dedupe(h.random()), h.sobol()) },
  'chain(reject(sobol), random)': { make: () => h.chain(h.reject(half, h.sobol()), h.random()) },
  'mix(random, sobol)': { make: () => h.mix({ wild: [h.random(), 2], even: h.sobol() }) },
  'bandit(sobol, random)': { make: () => h.bandit({ even: h.sobol(), wild: h.random() }) },
  'bandit(asha > random, sobol)': { make: () => h.bandit({ early: h.chain(asha(), h.random()), whole: h.sobol() }) },
  'chain(mix(take, bandit), random)': {
    make: () =>
      h.chain(h.mix({ few: h.take(3, h.grid()), two: h.bandit({ a: h.take(6, h.random()), b: h.take(6, h.sobol()) }) }), h.random()),
  },
};

/** Rows that fit models at several budgets, or whose stages other rows have too, run in `npm run test:deep` only. */
const onlyDeep = [
  'auto',
  'chain(race, bo)',
  'chain(asha, bo)',
  'chain(asha stop, bo)',
  'chain(asha first, bo)',
  'chain(hyperband, bo)',
  'chain(asha, forest)',
  'chain(asha stop, forest)',
  'chain(asha, confirm, tpe)',
  'chain(asha stop, tpe)',
  'chain(asha stop, ga)',
  'chain(asha stop, cmaes)',
  'chain(asha, nsga2)',
  'chain(asha, lbfgs)',
  'chain(ga, tpe)',
  'chain(ga, random)',
  'chain(median, tpe)',
  'chain(take(sobol), cmaes)',
  'chain(hyperband, tpe)',
];
const names = Object.keys(cases).filter((name) => process.env.TEST_DEEP || !onlyDeep.includes(name));
/** The rows of strategies and those of compositions, in a file each, so that two processes share them. */
export const compositions = names.filter((name) => name.includes('('));
export const strategies = names.filter((name) => !name.includes('('));

/** A row in its world. */
export const caseOf = (name: string): StrategyCase<Net> => ({
  space: net,
  study: { trials: 24, parallel: 3 },
  fleet,
  runs: often(1),
  asks: runs(60, 12),
  ...cases[name]!,
});
