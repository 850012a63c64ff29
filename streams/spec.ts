import { OptionError } from '../src/errors.ts';
import { nearest } from '../src/space/check.ts';
import { readMode } from './defaults.ts';
import { budget } from './operators/budget.ts';
import { chain } from './operators/chain.ts';
import { fill } from './operators/fill.ts';
import { bandit, mix } from './operators/route.ts';
import { take } from './operators/take.ts';
import { type Condition, type PlateauOptions, plateau, until } from './operators/until.ts';
import { dedupe } from './operators/veto.ts';
import { asha } from './strategies/asha.ts';
import { auto } from './strategies/auto.ts';
import { bo } from './strategies/bo.ts';
import { cmaes } from './strategies/cmaes.ts';
import { de } from './strategies/de.ts';
import { forest } from './strategies/forest.ts';
import { ga } from './strategies/ga.ts';
import { grid } from './strategies/grid.ts';
import { halton } from './strategies/halton.ts';
import { bohb, hyperband, successiveHalving } from './strategies/hyperband.ts';
import { latinHypercube } from './strategies/latinHypercube.ts';
import { lbfgs } from './strategies/lbfgs.ts';
import { nsga2 } from './strategies/nsga2.ts';
import { patience } from './strategies/patience.ts';
import { pbt } from './strategies/pbt.ts';
import { medianStop, percentileStop } from './strategies/percentileStop.ts';
import { random } from './strategies/random.ts';
import { sgd } from './strategies/sgd.ts';
import { sobol } from './strategies/sobol.ts';
import { thresholdStop } from './strategies/thresholdStop.ts';
import { tpe } from './strategies/tpe.ts';
import type { Strategy } from './strategy.ts';

/** Strategies that take nothing but options. The constructors check the values of those. */
const plain: Readonly<Record<string, (options: never) => Strategy>> = {
  asha: (options: object) => taking(asha, 'min', 'max', 'eta', 'pause', 'first')(readMode({ ...options }) as never),
  auto: taking(auto),
  cmaes: taking(cmaes, 'population', 'sigma', 'restarts', 'adaptRates'),
  bohb: taking(bohb, 'min', 'max', 'eta', 'mode', 'pause', 'first', 'startup', 'candidates', 'priorWeight'),
  de: taking(de, 'population', 'generations', 'start', 'scale', 'crossover'),
  bo: taking(bo, 'startup', 'acquisition', 'costAware', 'integrated', 'warp'),
  forest: taking(forest, 'startup', 'random', 'challengers'),
  ga: taking(ga, 'population', 'generations', 'mode', 'elite', 'tournament', 'crossover', 'mutation', 'crossoverEta', 'mutationEta'),
  grid: taking(grid, 'levels', 'shuffle'),
  halton: taking(halton, 'scramble'),
  hyperband: taking(hyperband, 'min', 'max', 'eta', 'mode', 'pause', 'first'),
  latinHypercube: taking(latinHypercube, 'points'),
  lbfgs: taking(
    lbfgs,
    'gradient',
    'missing',
    'memory',
    'step',
    'probe',
    'noise',
    'gradientTolerance',
    'lossTolerance',
    'tolerance',
    'start',
    'starts',
    'restarts',
  ),
  medianStop: taking(medianStop, 'warmup', 'peers'),
  patience: taking(patience, 'steps', 'delta', 'warmup', 'peers'),
  pbt: taking(pbt, 'max', 'interval', 'population', 'quantile', 'resample', 'step', 'fixed'),
  percentileStop: taking(percentileStop, 'percentile', 'warmup', 'peers'),
  nsga2: taking(nsga2, 'population', 'generations', 'crossover', 'mutation', 'crossoverEta', 'mutationEta'),
  random: taking(random),
  sgd: taking(
    sgd,
    'gradient',
    'missing',
    'directions',
    'scouts',
    'rule',
    'rate',
    'decay',
    'hypergradient',
    'block',
    'noise',
    'tolerance',
    'start',
    'starts',
    'restarts',
  ),
  sobol: taking(sobol, 'scramble'),
  successiveHalving: taking(successiveHalving, 'min', 'max', 'eta', 'configurations'),
  thresholdStop: taking(thresholdStop, 'worst', 'warmup', 'peers'),
  tpe: taking(tpe, 'startup', 'candidates', 'priorWeight'),
};

/** A constructor that refuses options which it would ignore. */
function taking<F extends (options: never) => Strategy>(make: F, ...names: readonly OptionOf<F>[]): (options: never) => Strategy {
  return (options) => {
    refuseUnknown(options, names);
    return make(options);
  };
}

type OptionOf<F extends (options: never) => Strategy> = keyof NonNullable<Parameters<F>[0]> & string;

function refuseUnknown(options: object, names: readonly string[]): void {
  const unknown = Object.keys(options).find((name) => !names.includes(name));
  if (unknown === undefined) return;
  const expected = names.length > 0 ? `one of the options ${names.join(', ')}` : 'no options';
  throw new OptionError(unknown, expected, unknown, nearest(unknown, names));
}

/** Those that take strategies. */
const composed: Readonly<Record<string, (data: unknown, path: string) => Strategy>> = {
  budget: (data) => budget(data as number),
  chain: (data, path) => chain(...list(data, path).map((stage, i) => parseStrategy(stage, `${path}[${i}]`))),
  dedupe: (data, path) => dedupe(parseStrategy(data, path)),
  fill: (data, path) => fill(parseStrategy(data, path)),
  take: (data, path) => {
    const [n, strategy] = list(data, path);
    return take(n as number, parseStrategy(strategy, `${path}[1]`));
  },
  until: (data, path) => {
    const [condition, strategy] = list(data, path);
    return until(parseCondition(condition, `${path}[0]`), parseStrategy(strategy, `${path}[1]`));
  },
  mix: (data, path) => mix(Object.fromEntries(entries(data, path).map(([name, arm]) => [name, weighted(arm, `${path}.${name}`)]))),
  bandit: (data, path) => {
    const { arms, ...options } = record(data, path);
    refuseUnknown(options, ['explore']);
    return bandit(
      Object.fromEntries(entries(arms, `${path}.arms`).map(([name, arm]) => [name, parseStrategy(arm, `${path}.arms.${name}`)])),
      options,
    );
  },
};

/**
 * A strategy from its form as data, as a study file holds it.
 *
 * @param path where it stands, for errors.
 * @throws OptionError naming the place, what was expected and what came.
 * @example
 * parseStrategy({ chain: [{ asha: { min: 1, max: 27 } }, { ga: { population: 16 } }, 'random'] })
 */
export function parseStrategy(data: unknown, path = 'strategy'): Strategy {
  const [name, options] = named(data, path);
  const place = `${path}.${name}`;
  try {
    if (Object.hasOwn(plain, name)) return plain[name]!((options === undefined ? {} : record(options, place)) as never);
    if (Object.hasOwn(composed, name)) return composed[name]!(options, place);
  } catch (error) {
    throw error instanceof OptionError ? placed(error, path, name) : error;
  }
  const names = [...Object.keys(plain), ...Object.keys(composed)];
  throw new OptionError(path, `one of ${names.join(', ')}`, name, nearest(name, names));
}

/** `{ plateau: 20 }`, or `{ plateau: [20, { improvement: 0.01 }] }`. */
function parseCondition(data: unknown, path: string): Condition {
  const [name, value] = named(data, path);
  if (name !== 'plateau') throw new OptionError(path, 'plateau', name, nearest(name, ['plateau']));
  const [results, options = {}] = Array.isArray(value) ? (value as unknown[]) : [value];
  const place = `${path}.plateau`;
  refuseUnknown(record(options, place), ['improvement']);
  try {
    return plateau(results as number, options as PlateauOptions);
  } catch (error) {
    throw error instanceof OptionError ? placed(error, path, name) : error;
  }
}

/** Constructors know neither where they stand, nor always their own names. */
function placed(error: OptionError, path: string, name: string): OptionError {
  if (error.option.startsWith(path)) return error;
  return error.within(/^[^.[]*/.exec(error.option)![0] === name ? path : `${path}.${name}`);
}

/** A strategy is a name, or an object with one name and its options. */
function named(data: unknown, path: string): readonly [name: string, options: unknown] {
  if (typeof data === 'string') return [data, undefined];
  const [entry, ...more] = entries(data, path);
  if (entry === undefined || more.length > 0) throw new OptionError(path, 'a name, or an object with one name and its options', data);
  return entry;
}

const weighted = (arm: unknown, path: string): Strategy | readonly [Strategy, number] =>
  Array.isArray(arm) ? [parseStrategy(arm[0], path), arm[1] as number] : parseStrategy(arm, path);

function list(data: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(data)) throw new OptionError(path, 'a list', data);
  return data;
}

function record(data: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) throw new OptionError(path, 'an object', data);
  return data as Readonly<Record<string, unknown>>;
}

const entries = (data: unknown, path: string): [string, unknown][] => Object.entries(record(data, path));
