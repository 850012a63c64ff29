import { type Forest, type ForestSettings, growForest, type Prediction, predictForest } from '../../numeric/forest.ts';
import type { Rng } from '../../numeric/random.ts';
import { logExpectedImprovement } from '../../numeric/special.ts';
import type { Axis, Point } from '../../space/axis.ts';
import { categoriesOf, columnsOf, encoderOf } from './features.ts';

/** What a trial taught, or, without a loss, that it is open. */
export interface Lesson {
  readonly point: Point;
  /** What it was trained for; Infinity where nothing is said of it. */
  readonly fidelity: number;
  /** `infeasible`: it has no loss that counts, and is taken for the worst. */
  readonly loss?: number | 'infeasible';
}

/** A forest fitted to results, and the least of what it predicts where there are some. */
export interface ForestModel {
  readonly forest: Forest;
  readonly encode: (point: Point) => Float64Array;
  readonly lowest: number;
}

/** Features of a point, and last what it is trained for. */
function encoder(axes: readonly Axis[]): (point: Point, fidelity: number) => Float64Array {
  const encode = encoderOf(axes);
  return (point, fidelity) => {
    const row = encode(point, new Float64Array(axes.length + 1));
    row[axes.length] = fidelity;
    return row;
  };
}

/**
 * Those of SMAC3 2.4 (Lindauer et al., JMLR 2022). Thirty trees were no better than ten. Trees that all see every result were better where losses
 * are exact, but took luck for merit where they are noisy, and found no more there than random search.
 */
const TREES: ForestSettings = { trees: 10, leastLeaf: 1, leastSplit: 2, features: 1, threshold: 'random' };

/** How far above zero the smallest loss is put, in ranges, at least: what lies closer together than this is not worth telling apart yet. */
const LEAST_EDGE = 0.02;
/** The share of losses that are to be told apart from the smallest. */
const BEST_SHARE = 0.1;

/**
 * Losses as the forest sees them: logarithms of the distance from a little below the best, in units of the spread (as SMAC3 does for costs).
 * `undefined` where there is nothing to tell them apart.
 */
export function logLosses(losses: readonly number[]): Float64Array | undefined {
  const sorted = Float64Array.from(losses).sort();
  const low = sorted[0]!;
  const high = sorted.at(-1)!;
  const range = high / 2 - low / 2; // halves cannot overflow
  if (!(range > 0)) return undefined;
  const good = sorted[Math.max(1, Math.floor(BEST_SHARE * (sorted.length - 1)))]!;
  const edge = Math.max(LEAST_EDGE, (good / 2 - low / 2) / range);
  return Float64Array.from(losses, (loss) => Math.log((loss / 2 - low / 2) / range + edge));
}

/** @returns undefined where the losses cannot be told apart. */
export function fitForestModel(axes: readonly Axis[], lessons: readonly Lesson[], rng: Rng): ForestModel | undefined {
  const told = lessons.flatMap(({ loss }) => (typeof loss === 'number' ? loss : []));
  const logs = told.length > 1 ? logLosses(told) : undefined;
  if (logs === undefined) return undefined;
  const worst = logs.reduce((a, b) => Math.max(a, b));
  const middle = Float64Array.from(logs).sort()[logs.length >> 1]!;
  let next = 0;
  // Open trials are taken for middling ones, so that what is near them attracts no more.
  const targets = Float64Array.from(lessons, ({ loss }) => (loss === undefined ? middle : loss === 'infeasible' ? worst : logs[next++]!));
  const full = lessons.reduce((most, { fidelity }) => Math.max(most, Number.isFinite(fidelity) ? fidelity : 0), 0) + 1;
  const encode = encoder(axes);
  const rows = lessons.map(({ point, fidelity }) => encode(point, Math.min(fidelity, full)));
  const forest = growForest(
    {
      columns: columnsOf(rows, axes.length + 1),
      categories: [...categoriesOf(axes), 0],
      targets,
    },
    TREES,
    rng,
  );
  const most = lessons.reduce((top, { fidelity }) => Math.max(top, Math.min(fidelity, full)), 0);
  const model = { forest, encode: (point: Point) => encode(point, most), lowest: 0 };
  const means = lessons.flatMap(({ point, loss }) => (typeof loss === 'number' ? predict(model, point).mean : []));
  return { ...model, lowest: means.reduce((a, b) => Math.min(a, b)) };
}

export const predict = ({ forest, encode }: Omit<ForestModel, 'lowest'>, point: Point): Prediction => predictForest(forest, encode(point));

/** Trees that agree are still not certain. */
const LEAST_DEVIATION = 1e-3;

/** log of the expected improvement over the lowest prediction. */
export function improvement(model: ForestModel, point: Point): number {
  const { mean, variance } = predict(model, point);
  const sd = Math.max(LEAST_DEVIATION, Math.sqrt(variance));
  return Math.log(sd) + logExpectedImprovement((model.lowest - mean) / sd);
}
