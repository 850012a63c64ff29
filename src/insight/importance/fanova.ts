import { type GrowForestOptions, growForest } from '../../numeric/forest/forest.ts';
import type { Tree } from '../../numeric/forest/tree.ts';
import type { Rng } from '../../numeric/random.ts';
import type { EncodedPoints } from './coding.ts';
import { type BinarySubcube, type Interval, meanSquareOfEffects, subcubeOf } from './cylinder.ts';
import { intervalsAround, type ShareInterval, sharesOfSum } from './shares.ts';

/** The settings of Optuna's evaluator: full trees on all columns, with thresholds halfway between two values. */
const SETTINGS: GrowForestOptions = { trees: 64, minLeaf: 1, minSplit: 2, features: 1, threshold: () => 0.5 };

/**
 * Functional analysis of variance on a random forest (Hutter, Hoos & Leyton-Brown, ICML 2014, section 4): which share of the variance of the
 * predictions over the whole cube each axis explains by itself. It is exact for each tree, because leaves are boxes. Yields three times for each
 * tree, so that the caller can do other work.
 *
 * @param at the places of an ordered axis at which to predict the target
 */
export function* fanova(
  { columns, columnsOfAxis, conditions }: EncodedPoints,
  targets: readonly number[],
  rng: Rng,
  at: readonly number[] = [],
): Generator<void, FunctionalAnova> {
  const table = { columns, categories: columns.map(() => 0), targets: Float64Array.from(targets) };
  const sums = new Float64Array(columnsOfAxis.length);
  const ofTrees: (readonly number[])[] = [];
  const places = columnsOfAxis.map((of) => (of.length === 1 ? at : of.map((_, category) => category)));
  const marginals = places.map((of) => of.map(() => noSamples()));
  for (let grown = 0; grown < SETTINGS.trees; grown++) {
    const [tree] = growForest(table, { ...SETTINGS, trees: 1 }, rng).trees;
    yield;
    const { leaves, mean } = leavesOf(tree!, columns.length);
    const explained = sharesOf(leaves, columnsOfAxis);
    for (const [axis, share] of explained.entries()) sums[axis]! += share;
    ofTrees.push(sharesOfSum(explained));
    yield;
    for (const [axis, of] of columnsOfAxis.entries()) {
      const given = conditions[axis]!.map((condition) => ({ columns: columnsOfAxis[condition.axis]!, places: condition.places }));
      for (const [k, effect] of marginalOf(leaves, of, places[axis]!, given).entries()) addSample(marginals[axis]![k]!, mean + effect);
    }
    yield;
  }
  const shares = sharesOfSum([...sums]);
  return {
    shares,
    intervals: intervalsAround(shares, ofTrees),
    marginals: marginals.map((places) => places.map((samples) => ({ mean: samples.sum / SETTINGS.trees, sd: spreadOf(samples) }))),
  };
}

/** The results of the forest for each axis. */
export interface FunctionalAnova {
  /** The share of the variance that it explains. Shares sum to 1, or to 0 if all predictions are equal. */
  readonly shares: readonly number[];
  /** An interval for each share: the middle 90 % of the trees, each of which is grown on a bootstrap sample of the results. */
  readonly intervals: readonly ShareInterval[];
  /**
   * The prediction at places of the axis, or for each of its categories: the mean over all other axes, as far as the axis exists there, with its standard
   * deviation over the trees.
   */
  readonly marginals: readonly (readonly Marginal[])[];
}
export interface Marginal {
  readonly mean: number;
  readonly sd: number;
}

interface Samples {
  sum: number;
  squares: number;
}
const noSamples = (): Samples => ({ sum: 0, squares: 0 });
function addSample(samples: Samples, value: number): void {
  samples.sum += value;
  samples.squares += value ** 2;
}
const spreadOf = ({ sum, squares }: Samples): number => Math.sqrt(Math.max(0, squares - sum ** 2 / SETTINGS.trees) / (SETTINGS.trees - 1));

/** A leaf: the difference of its prediction from the tree's mean, and the intervals that it covers. */
interface Leaf {
  readonly effect: number;
  readonly regions: readonly Interval[];
  /** Its volume. */
  readonly mass: number;
}

const width = ({ low, high }: Interval): number => high - low;

/** For each axis, the variance of the tree's mean given that axis, as a share of the total variance. */
function sharesOf(leaves: readonly Leaf[], columnsOf: EncodedPoints['columnsOfAxis']): readonly number[] {
  const variance = leaves.reduce((sum, { effect, mass }) => sum + mass * effect ** 2, 0);
  const explained = (of: readonly number[]) => (of.length === 1 ? explainedByOrder(leaves, of[0]!) : explainedByCategory(leaves, of));
  return columnsOf.map((of) => (variance > 0 ? Math.max(0, explained(of)) / variance : 0));
}

/** The difference from the tree's mean at places of an axis: the mean over all other axes, as far as they fulfil conditions. */
function marginalOf(
  leaves: readonly Leaf[],
  columns: readonly number[],
  places: readonly number[],
  given: readonly { readonly columns: readonly number[]; readonly places: readonly number[] }[],
): Float64Array {
  const effects = new Float64Array(places.length);
  for (const { effect, mass, regions } of leaves) {
    const regionsOf = (of: readonly number[]) => of.map((column) => regions[column]!);
    const within = given.reduce((share, condition) => {
      const densities = condition.places.map((place) => densityAt(regionsOf(condition.columns), place));
      return (share * densities.reduce((sum, density) => sum + density, 0)) / densities.length;
    }, effect * mass);
    if (within === 0) continue;
    const own = regionsOf(columns);
    for (const [k, place] of places.entries()) effects[k]! += within * densityAt(own, place);
  }
  return effects;
}

/** The density of a leaf at a place of an axis, relative to its mass. @param place of a category: its number */
function densityAt(own: readonly Interval[], place: number): number {
  const isInside =
    own.length === 1
      ? (place > own[0]!.low || own[0]!.low === 0) && place <= own[0]!.high
      : own.every(({ low, high }, column) => (column === place ? high === 1 : low === 0));
  return isInside ? own.reduce((density, region) => density / width(region), 1) : 0;
}

function leavesOf(tree: Tree, columns: number): { readonly leaves: readonly Leaf[]; readonly mean: number } {
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
  return { leaves: leaves.map(({ value, regions, mass }) => ({ effect: value - mean, regions, mass })), mean };
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
