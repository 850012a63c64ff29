import { OptionError } from '../src/errors.ts';
import { nearest } from '../src/space/check.ts';
import { chain } from './chain.ts';
import { fill } from './fill.ts';
import { bandit, mix } from './route.ts';
import { asha } from './strategies/asha.ts';
import { ga } from './strategies/ga.ts';
import { grid } from './strategies/grid.ts';
import { halton } from './strategies/halton.ts';
import { latinHypercube } from './strategies/latinHypercube.ts';
import { medianStop } from './strategies/medianStop.ts';
import { random } from './strategies/random.ts';
import { sobol } from './strategies/sobol.ts';
import type { Strategy } from './strategy.ts';
import { take } from './take.ts';
import { dedupe } from './veto.ts';

/** A strategy that takes nothing but options, and the names of those. The constructors check their values themselves. */
interface Plain {
  readonly make: (options: never) => Strategy;
  readonly options: readonly string[];
}

const plain: Readonly<Record<string, Plain>> = {
  asha: { make: asha, options: ['min', 'max', 'eta', 'mode'] },
  dedupe: { make: dedupe, options: [] },
  ga: {
    make: ga,
    options: ['population', 'generations', 'mode', 'elite', 'tournament', 'crossover', 'mutation', 'crossoverEta', 'mutationEta'],
  },
  grid: { make: grid, options: ['levels', 'shuffle'] },
  halton: { make: halton, options: ['scramble'] },
  latinHypercube: { make: latinHypercube, options: ['points'] },
  medianStop: { make: medianStop, options: ['warmup', 'peers'] },
  random: { make: random, options: [] },
  sobol: { make: sobol, options: ['scramble'] },
};

/** Those that take strategies. */
const composed: Readonly<Record<string, (data: unknown, path: string) => Strategy>> = {
  chain: (data, path) => chain(...list(data, path).map((stage, i) => parseStrategy(stage, `${path}[${i}]`))),
  fill: (data, path) => fill(parseStrategy(data, path)),
  take: (data, path) => {
    const [n, strategy] = list(data, path);
    return take(n as number, parseStrategy(strategy, `${path}[1]`));
  },
  mix: (data, path) => mix(Object.fromEntries(entries(data, path).map(([name, arm]) => [name, weighted(arm, `${path}.${name}`)]))),
  bandit: (data, path) => {
    const { arms, ...options } = record(data, path);
    for (const name of Object.keys(options)) checkName(path, name, ['arms', 'explore']);
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
  const at = `${path}.${name}`;
  if (Object.hasOwn(plain, name)) return placed(path, name, () => makePlain(plain[name]!, options, at));
  if (Object.hasOwn(composed, name)) return placed(path, name, () => composed[name]!(options, at));
  const names = [...Object.keys(plain), ...Object.keys(composed)];
  throw new OptionError(path, `one of ${names.join(', ')}`, name, nearest(name, names));
}

function makePlain({ make, options: names }: Plain, options: unknown, path: string): Strategy {
  const given = options === undefined || options === null ? {} : record(options, path);
  for (const name of Object.keys(given)) checkName(path, name, names);
  return make(given as never);
}

function checkName(path: string, name: string, names: readonly string[]): void {
  if (names.includes(name)) return;
  throw new OptionError(`${path}.${name}`, names.length > 0 ? `one of ${names.join(', ')}` : 'no options', name, nearest(name, names));
}

/** Constructors know their options, but not where in the data they stand. */
function placed(path: string, name: string, make: () => Strategy): Strategy {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof OptionError) || error.path.startsWith(path)) throw error;
    throw error.at(error.path === name || error.path.startsWith(`${name}.`) ? `${path}.${error.path}` : `${path}.${name}.${error.path}`);
  }
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
