import { index, type Rng } from '../random.ts';
import { growTree, leafOf, type TrainingData, type Tree, type TreeOptions } from './tree.ts';

export interface GrowForestOptions extends TreeOptions {
  readonly trees: number;
}

/** Regression trees, each grown on a bootstrap sample (Breiman 2001). */
export interface Forest {
  readonly trees: readonly Tree[];
}

export function growForest(table: TrainingData, settings: GrowForestOptions, rng: Rng): Forest {
  return { trees: Array.from({ length: settings.trees }, () => growTree(table, bootstrap(table.targets.length, rng), settings, rng)) };
}

/** How often each of n rows occurs in a sample of n with replacement. */
function bootstrap(n: number, rng: Rng): Float64Array {
  const weights = new Float64Array(n);
  for (let k = 0; k < n; k++) weights[index(rng, n)]! += 1;
  return weights;
}

export interface ForestPrediction {
  readonly mean: number;
  readonly variance: number;
}

/**
 * Mean and variance at a row of features, by the law of total variance: the mean of the variances within the trees' leaves, and the variance of
 * their means (Hutter et al., Artificial Intelligence 206, 2014, section 4.3.2).
 */
export function predictForest({ trees }: Forest, x: ArrayLike<number>): ForestPrediction {
  let sum = 0;
  let squares = 0;
  let within = 0;
  for (const tree of trees) {
    const leaf = leafOf(tree, x);
    sum += tree.mean[leaf]!;
    squares += tree.mean[leaf]! ** 2;
    within += tree.variance[leaf]!;
  }
  const mean = sum / trees.length;
  return { mean, variance: within / trees.length + Math.max(0, squares / trees.length - mean ** 2) };
}
