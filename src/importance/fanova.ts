import { type ForestSettings, growForest } from '../numeric/forest.ts';
import type { Rng } from '../numeric/random.ts';
import type { Table, Tree } from '../numeric/tree.ts';
import { categoryMasses, EVERYTHING, type Interval, type Measure, massOf } from './measure.ts';

/** Those of Optuna's evaluator, which they can then be compared with: full trees, all of which see all features. */
const SETTINGS: ForestSettings = { trees: 64, leastLeaf: 1, leastSplit: 2, features: 1, between: () => 0.5 };

/**
 * Functional analysis of variance on a random forest (Hutter, Hoos & Leyton-Brown, ICML 2014): which share of the variance of the predictions
 * over the whole space each feature explains by itself. Yields after each tree, so that whoever has other things to do may do them.
 *
 * @param measures of each feature of the table.
 * @returns shares that sum to 1, or to 0 where all predictions are equal.
 */
export function* fanova(table: Table, measures: readonly Measure[], rng: Rng): Generator<void, readonly number[]> {
  const sums = measures.map(() => 0);
  for (let grown = 0; grown < SETTINGS.trees; grown++) {
    const { trees } = growForest(table, { ...SETTINGS, trees: 1 }, rng);
    for (const [feature, share] of sharesOf(trees[0]!, measures).entries()) sums[feature]! += share;
    yield;
  }
  const total = sums.reduce((a, b) => a + b, 0);
  return sums.map((sum) => (total > 0 ? sum / total : 0));
}

/** A leaf: what it predicts, and what it covers of each feature. */
interface Leaf {
  readonly value: number;
  readonly regions: readonly Region[];
  /** The product of the masses of its regions. */
  readonly mass: number;
}
type Region = Interval | ReadonlySet<number>;

/** Of each feature, the variance of the tree's mean given that feature, as a share of its variance. */
function sharesOf(tree: Tree, measures: readonly Measure[]): readonly number[] {
  const leaves = leavesOf(tree, measures);
  const mean = leaves.reduce((sum, { value, mass }) => sum + value * mass, 0);
  const variance = leaves.reduce((sum, { value, mass }) => sum + mass * (value - mean) ** 2, 0);
  if (!(variance > 0)) return measures.map(() => 0);
  return measures.map((measure, feature) => {
    const marginal = measure.categories > 0 ? categoryMarginal(leaves, feature, measure) : orderedMarginal(leaves, feature, measure);
    return marginal.reduce((sum, { value, mass }) => sum + mass * (value - mean) ** 2, 0) / variance;
  });
}

function leavesOf(tree: Tree, measures: readonly Measure[]): Leaf[] {
  const leaves: Leaf[] = [];
  const visit = (node: number, regions: readonly Region[]): void => {
    const feature = tree.feature[node]!;
    if (feature < 0) {
      const mass = regions.reduce((product, region, f) => product * regionMass(measures[f]!, region), 1);
      if (mass > 0) leaves.push({ value: tree.mean[node]!, regions, mass });
      return;
    }
    const [left, right] = split(tree, node, regions[feature]!);
    visit(tree.left[node]!, regions.with(feature, left));
    visit(tree.right[node]!, regions.with(feature, right));
  };
  visit(
    0,
    measures.map(({ categories }) => (categories > 0 ? new Set(Array.from({ length: categories }, (_, c) => c)) : EVERYTHING)),
  );
  return leaves;
}

function split({ threshold, leftward }: Tree, node: number, region: Region): readonly [left: Region, right: Region] {
  const at = threshold[node]!;
  if (region instanceof Set) {
    const goesLeft = (category: number) => leftward[at + category] === 1;
    return [new Set([...region].filter(goesLeft)), new Set([...region].filter((category) => !goesLeft(category)))];
  }
  const { low, high } = region as Interval;
  return [
    { low, high: Math.min(high, at) },
    { low: Math.max(low, at), high },
  ];
}

function regionMass(measure: Measure, region: Region): number {
  if (!(region instanceof Set)) return massOf(measure, region as Interval);
  const masses = categoryMasses(measure);
  let mass = 0;
  for (const category of region) mass += masses[category]!;
  return mass;
}

/** Means given a feature, and how often they come. */
type Marginal = readonly { readonly value: number; readonly mass: number }[];

function categoryMarginal(leaves: readonly Leaf[], feature: number, measure: Measure): Marginal {
  const values = new Float64Array(measure.categories);
  for (const { value, mass, regions } of leaves) {
    const region = regions[feature] as ReadonlySet<number>;
    const others = mass / regionMass(measure, region);
    for (const category of region) values[category]! += value * others;
  }
  return Array.from(categoryMasses(measure), (mass, category) => ({ value: values[category]!, mass }));
}

/** Between two neighbouring thresholds the mean is constant: a sweep adds what begins there, and takes what ends. */
function orderedMarginal(leaves: readonly Leaf[], feature: number, measure: Measure): Marginal {
  const steps = new Map<number, number>();
  const add = (at: number, by: number) => steps.set(at, (steps.get(at) ?? 0) + by);
  for (const { value, mass, regions } of leaves) {
    const region = regions[feature] as Interval;
    const others = mass / massOf(measure, region);
    add(region.low, value * others);
    add(region.high, -value * others);
  }
  const places = [...steps.keys()].sort((a, b) => a - b);
  let value = 0;
  return places.slice(0, -1).map((low, i) => {
    value += steps.get(low)!;
    return { value, mass: massOf(measure, { low, high: places[i + 1]! }) };
  });
}
