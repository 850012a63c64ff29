import { type GrowForestOptions, growForest } from '../numeric/forest/forest.ts';
import type { Tree } from '../numeric/forest/tree.ts';
import type { Rng } from '../numeric/random.ts';
import type { EncodedPoints } from './coding.ts';
import { type BinarySubcube, type Interval, meanSquareOfEffects, subcubeOf } from './cylinder.ts';

/** The settings of Optuna's evaluator: full trees on all columns, with thresholds halfway between two values. */
const SETTINGS: GrowForestOptions = { trees: 64, minLeaf: 1, minSplit: 2, features: 1, threshold: () => 0.5 };

/**
 * Functional analysis of variance on a random forest (Hutter, Hoos & Leyton-Brown, ICML 2014, section 4): which share of the variance of the
 * predictions over the whole cube each axis explains by itself. It is exact for each tree, because leaves are boxes. Yields after each tree, so that
 * the caller can do other work.
 *
 * @returns the share of each axis. They sum to 1, or to 0 if all predictions are equal.
 */
export function* fanova(
  { columns, columnsOfAxis }: EncodedPoints,
  targets: readonly number[],
  rng: Rng,
): Generator<void, readonly number[]> {
  const table = { columns, categories: columns.map(() => 0), targets: Float64Array.from(targets) };
  const sums = columnsOfAxis.map(() => 0);
  for (let grown = 0; grown < SETTINGS.trees; grown++) {
    const [tree] = growForest(table, { ...SETTINGS, trees: 1 }, rng).trees;
    for (const [axis, share] of sharesOf(tree!, columnsOfAxis, columns.length).entries()) sums[axis]! += share;
    yield;
  }
  const total = sums.reduce((a, b) => a + b, 0);
  return sums.map((sum) => (total > 0 ? sum / total : 0));
}

/** A leaf: the difference of its prediction from the tree's mean, and the intervals that it covers. */
interface Leaf {
  readonly effect: number;
  readonly regions: readonly Interval[];
  /** Its volume. */
  readonly mass: number;
}

const width = ({ low, high }: Interval): number => high - low;

/** For each axis, the variance of the tree's mean given that axis, as a share of the total variance. */
function sharesOf(tree: Tree, columnsOf: EncodedPoints['columnsOfAxis'], columns: number): readonly number[] {
  const leaves = leavesOf(tree, columns);
  const variance = leaves.reduce((sum, { effect, mass }) => sum + mass * effect ** 2, 0);
  const explained = (of: readonly number[]) => (of.length === 1 ? explainedByOrder(leaves, of[0]!) : explainedByCategory(leaves, of));
  return columnsOf.map((of) => (variance > 0 ? Math.max(0, explained(of)) / variance : 0));
}

function leavesOf(tree: Tree, columns: number): readonly Leaf[] {
  const leaves: { readonly value: number; readonly regions: readonly Interval[]; readonly mass: number }[] = [];
  const visit = (node: number, regions: readonly Interval[], mass: number): void => {
    const column = tree.feature[node]!;
    if (column < 0) return void leaves.push({ value: tree.mean[node]!, regions, mass });
    const whole = regions[column]!;
    const at = tree.threshold[node]!;
    const [left, right] = [
      { low: whole.low, high: at },
      { low: at, high: whole.high },
    ];
    visit(tree.left[node]!, regions.with(column, left), (mass * width(left)) / width(whole));
    visit(tree.right[node]!, regions.with(column, right), (mass * width(right)) / width(whole));
  };
  visit(0, new Array<Interval>(columns).fill({ low: 0, high: 1 }), 1);
  const mean = leaves.reduce((sum, { value, mass }) => sum + value * mass, 0);
  return leaves.map(({ value, regions, mass }) => ({ effect: value - mean, regions, mass }));
}

/** The variance of the mean given a column. The mean is constant between neighbouring thresholds, so a sweep over them suffices. */
function explainedByOrder(leaves: readonly Leaf[], column: number): number {
  const steps = new Map<number, number>();
  const add = (at: number, by: number) => steps.set(at, (steps.get(at) ?? 0) + by);
  for (const { effect, mass, regions } of leaves) {
    const region = regions[column]!;
    const share = (effect * mass) / width(region);
    add(region.low, share);
    add(region.high, -share);
  }
  const places = [...steps.keys()].sort((a, b) => a - b);
  let effect = 0;
  return places.slice(0, -1).reduce((sum, low, i) => {
    effect += steps.get(low)!;
    return sum + effect ** 2 * (places[i + 1]! - low);
  }, 0);
}

/** The variance of the mean given all columns of a categorical axis. */
function explainedByCategory(leaves: readonly Leaf[], columns: readonly number[]): number {
  const sums = new Map<string, { readonly cylinder: BinarySubcube; effect: number }>();
  for (const { effect, mass, regions } of leaves) {
    const own = columns.map((column) => regions[column]!);
    const cylinder = subcubeOf(own);
    const share = own.reduce((rest, region) => rest / width(region), effect * mass);
    const key = `${cylinder.zeros} ${cylinder.ones}`;
    const sum = sums.get(key);
    if (sum) sum.effect += share;
    else sums.set(key, { cylinder, effect: share });
  }
  return meanSquareOfEffects([...sums.values()]);
}
