import { index, type Rng } from '../random.ts';

/** The training data of a tree, with one column of numbers per feature. */
export interface TrainingData {
  readonly columns: readonly Float64Array[];
  /** The number of categories of each feature, which are numbered from 0; 0 for an ordered feature. */
  readonly categories: readonly number[];
  readonly targets: Float64Array;
}

/** A regression tree in flat arrays; the root is node 0. */
export interface Tree {
  /** The feature that a node splits on; -1 for a leaf. */
  readonly feature: Int32Array;
  /** Of an ordered feature: values up to this go left. Of a categorical one: the start of its list in `leftward`. */
  readonly threshold: Float64Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** Mean and variance of the targets below a node, and their weight. */
  readonly mean: Float64Array;
  readonly variance: Float64Array;
  readonly weight: Float64Array;
  /** 1 if a category goes left. */
  readonly leftward: Uint8Array;
  readonly categories: readonly number[];
}

export interface TreeOptions {
  /** The minimal weight of a leaf. */
  readonly minLeaf: number;
  /** The minimal weight of a node that is split. */
  readonly minSplit: number;
  /** The share of features that compete for a split. */
  readonly features: number;
  /**
   * The threshold of a split on an ordered feature. A function: the cut with the largest reduction of squared error, at this fraction of the way
   * between the two neighbouring values. `random`: a random value within the range at the node, so that the mean of many trees is smooth (extremely
   * randomised trees; Geurts, Ernst & Wehenkel, Machine Learning 63, 2006).
   */
  readonly threshold: ((rng: Rng) => number) | 'random';
}

/** The weighted rows of the table, sorted by each feature. Each node has the rows from `from` to `to` in every order. */
interface SortedRows {
  readonly orders: readonly Int32Array[];
  readonly weights: Float64Array;
}

interface Split {
  readonly feature: number;
  readonly gain: number;
  /** The position of the first row of the right side, for an ordered feature. */
  readonly cut?: number;
  /** Values up to this go left. */
  readonly threshold?: () => number;
  /** The categories that go left. */
  readonly leftward?: readonly number[];
}

/** Grows a tree by the largest reduction of squared error at each split (Breiman et al. 1984). */
export function growTree(table: TrainingData, weights: Float64Array, settings: TreeOptions, rng: Rng): Tree {
  return new TreeGrower(table, weights, settings, rng).tree();
}

class TreeGrower {
  readonly #table: TrainingData;
  readonly #settings: TreeOptions;
  readonly #rng: Rng;
  readonly #sorted: SortedRows;
  readonly #goesLeft: Uint8Array;
  readonly #scratch: Int32Array;
  readonly #nodes = { feature: [] as number[], threshold: [] as number[], left: [] as number[], right: [] as number[] };
  readonly #moments = { mean: [] as number[], variance: [] as number[], weight: [] as number[] };
  readonly #leftward: number[] = [];

  constructor(table: TrainingData, weights: Float64Array, settings: TreeOptions, rng: Rng) {
    this.#table = table;
    this.#settings = settings;
    this.#rng = rng;
    const rows = Array.from(weights.keys()).filter((row) => weights[row]! > 0);
    const orders = table.columns.map((column) => Int32Array.from(rows).sort((a, b) => column[a]! - column[b]! || a - b));
    this.#sorted = { orders, weights };
    this.#goesLeft = new Uint8Array(weights.length);
    this.#scratch = new Int32Array(rows.length);
    this.#grow(0, rows.length);
  }

  tree(): Tree {
    const { feature, threshold, left, right } = this.#nodes;
    const { mean, variance, weight } = this.#moments;
    return {
      feature: Int32Array.from(feature),
      threshold: Float64Array.from(threshold),
      left: Int32Array.from(left),
      right: Int32Array.from(right),
      mean: Float64Array.from(mean),
      variance: Float64Array.from(variance),
      weight: Float64Array.from(weight),
      leftward: Uint8Array.from(this.#leftward),
      categories: this.#table.categories,
    };
  }

  #grow(from: number, to: number): number {
    const node = this.#addLeaf(from, to);
    const split = this.#bestSplit(from, to, node);
    if (split === undefined) return node;
    this.#nodes.threshold[node] = this.#threshold(split);
    this.#nodes.feature[node] = split.feature;
    const middle = from + this.#part(split, from, to);
    this.#nodes.left[node] = this.#grow(from, middle);
    this.#nodes.right[node] = this.#grow(middle, to);
    return node;
  }

  #addLeaf(from: number, to: number): number {
    const [order] = this.#sorted.orders;
    const { weight, sum } = this.#totals(order!, from, to);
    const mean = sum / weight;
    let squares = 0;
    for (let i = from; i < to; i++) squares += this.#sorted.weights[order![i]!]! * (this.#table.targets[order![i]!]! - mean) ** 2;
    this.#moments.mean.push(mean);
    this.#moments.variance.push(squares / weight);
    this.#moments.weight.push(weight);
    this.#nodes.threshold.push(0);
    this.#nodes.left.push(-1);
    this.#nodes.right.push(-1);
    return this.#nodes.feature.push(-1) - 1;
  }

  #bestSplit(from: number, to: number, node: number): Split | undefined {
    if (this.#moments.weight[node]! < this.#settings.minSplit || !(this.#moments.variance[node]! > 0)) return undefined;
    let best: Split | undefined;
    for (const feature of this.#someFeatures()) {
      const split = this.#splitOn(feature, from, to);
      if (split && split.gain > (best?.gain ?? 0)) best = split;
    }
    return best;
  }

  #someFeatures(): number[] {
    const all = this.#table.columns.map((_, f) => f);
    const wanted = Math.max(1, Math.round(this.#settings.features * all.length));
    for (let k = 0; k < all.length; k++) {
      const other = k + index(this.#rng, all.length - k);
      [all[k], all[other]] = [all[other]!, all[k]!];
    }
    return all.slice(0, wanted);
  }

  #splitOn(feature: number, from: number, to: number): Split | undefined {
    if (this.#table.categories[feature]! > 0) return this.#splitCategories(feature, from, to);
    const { threshold } = this.#settings;
    return threshold === 'random' ? this.#splitAtRandom(feature, from, to) : this.#splitAtBest(feature, from, to, threshold);
  }

  #splitAtRandom(feature: number, from: number, to: number): Split | undefined {
    const order = this.#sorted.orders[feature]!;
    const column = this.#table.columns[feature]!;
    const [low, high] = [column[order[from]!]!, column[order[to - 1]!]!];
    if (!(low < high)) return undefined;
    const drawn = low + this.#rng() * (high - low);
    const threshold = drawn < high ? drawn : low;
    let cut = from;
    while (column[order[cut]!]! <= threshold) cut++;
    const all = this.#totals(order, from, to);
    const left = this.#totals(order, from, cut);
    if (left.weight < this.#settings.minLeaf || all.weight - left.weight < this.#settings.minLeaf) return undefined;
    return { feature, gain: errorReduction(left.weight, left.sum, all.weight, all.sum), cut, threshold: () => threshold };
  }

  #splitAtBest(feature: number, from: number, to: number, between: (rng: Rng) => number): Split | undefined {
    const order = this.#sorted.orders[feature]!;
    const column = this.#table.columns[feature]!;
    const { weight, sum } = this.#totals(order, from, to);
    const { minLeaf } = this.#settings;
    let leftWeight = 0;
    let leftSum = 0;
    let gain = 0;
    let cut = -1;
    for (let i = from; i < to - 1; i++) {
      const row = order[i]!;
      leftWeight += this.#sorted.weights[row]!;
      leftSum += this.#sorted.weights[row]! * this.#table.targets[row]!;
      if (column[row]! === column[order[i + 1]!]! || leftWeight < minLeaf || weight - leftWeight < minLeaf) continue;
      const g = errorReduction(leftWeight, leftSum, weight, sum);
      if (g > gain) {
        gain = g;
        cut = i + 1;
      }
    }
    if (cut < 0) return undefined;
    const [low, high] = [column[order[cut - 1]!]!, column[order[cut]!]!];
    const threshold = () => {
      const at = low + between(this.#rng) * (high - low);
      return at < high ? at : low;
    };
    return { feature, gain, cut, threshold };
  }

  /** The best subset of the categories is a prefix of them in the order of their means (Fisher 1958). */
  #splitCategories(feature: number, from: number, to: number): Split | undefined {
    const order = this.#sorted.orders[feature]!;
    const column = this.#table.columns[feature]!;
    const weights = new Float64Array(this.#table.categories[feature]!);
    const sums = new Float64Array(weights.length);
    for (let i = from; i < to; i++) {
      const row = order[i]!;
      weights[column[row]!]! += this.#sorted.weights[row]!;
      sums[column[row]!]! += this.#sorted.weights[row]! * this.#table.targets[row]!;
    }
    const { weight, sum } = this.#totals(order, from, to);
    const met = Array.from(weights.keys()).filter((c) => weights[c]! > 0);
    met.sort((a, b) => sums[a]! / weights[a]! - sums[b]! / weights[b]! || a - b);
    let leftWeight = 0;
    let leftSum = 0;
    let gain = 0;
    let cut = -1;
    for (let k = 0; k < met.length - 1; k++) {
      leftWeight += weights[met[k]!]!;
      leftSum += sums[met[k]!]!;
      if (leftWeight < this.#settings.minLeaf || weight - leftWeight < this.#settings.minLeaf) continue;
      const g = errorReduction(leftWeight, leftSum, weight, sum);
      if (g > gain) {
        gain = g;
        cut = k + 1;
      }
    }
    return cut < 0 ? undefined : { feature, gain, leftward: met.slice(0, cut) };
  }

  #totals(order: Int32Array, from: number, to: number): { weight: number; sum: number } {
    let weight = 0;
    let sum = 0;
    for (let i = from; i < to; i++) {
      weight += this.#sorted.weights[order[i]!]!;
      sum += this.#sorted.weights[order[i]!]! * this.#table.targets[order[i]!]!;
    }
    return { weight, sum };
  }

  /** Categories that do not occur at a node go left or right at random. */
  #threshold({ feature, threshold }: Split): number {
    if (threshold) return threshold();
    const count = this.#table.categories[feature]!;
    const start = this.#leftward.length;
    for (let c = 0; c < count; c++) this.#leftward.push(this.#rng() < 0.5 ? 1 : 0);
    return start;
  }

  /** Moves the rows of the left side before those of the right in every order. Returns the number of rows on the left. */
  #part(split: Split, from: number, to: number): number {
    const { feature, cut, leftward } = split;
    const order = this.#sorted.orders[feature]!;
    const column = this.#table.columns[feature]!;
    if (leftward) {
      const start = this.#nodes.threshold[this.#nodes.feature.length - 1]!;
      const here = new Set<number>();
      for (let i = from; i < to; i++) here.add(column[order[i]!]!);
      for (const c of here) this.#leftward[start + c] = leftward.includes(c) ? 1 : 0;
      for (let i = from; i < to; i++) this.#goesLeft[order[i]!] = this.#leftward[start + column[order[i]!]!]!;
    } else for (let i = from; i < to; i++) this.#goesLeft[order[i]!] = i < cut! ? 1 : 0;
    let count = 0;
    for (const other of this.#sorted.orders) count = this.#divide(other, from, to);
    return count;
  }

  #divide(order: Int32Array, from: number, to: number): number {
    let left = from;
    let right = 0;
    for (let i = from; i < to; i++) {
      const row = order[i]!;
      if (this.#goesLeft[row]) order[left++] = row;
      else this.#scratch[right++] = row;
    }
    order.set(this.#scratch.subarray(0, right), left);
    return left - from;
  }
}

/** The reduction of squared error by a split: the squared sums of both sides over their weights, minus that of the whole. */
const errorReduction = (leftWeight: number, leftSum: number, weight: number, sum: number): number =>
  leftSum ** 2 / leftWeight + (sum - leftSum) ** 2 / (weight - leftWeight) - sum ** 2 / weight;

/** The leaf that a row of features falls into. */
export function leafOf({ feature, threshold, left, right, leftward, categories }: Tree, x: ArrayLike<number>): number {
  let node = 0;
  for (let f = feature[0]!; f >= 0; f = feature[node]!) {
    const goesLeft = categories[f]! > 0 ? leftward[threshold[node]! + x[f]!] === 1 : x[f]! <= threshold[node]!;
    node = (goesLeft ? left : right)[node]!;
  }
  return node;
}
