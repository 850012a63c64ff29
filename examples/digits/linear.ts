import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import { classes, type Images, pixels, type Split } from './data.ts';

/** Pixels that mirror each other in the eight symmetries of the image share a penalty. */
export const groups = 10;

/** A loss on the validation images, and its derivative by each penalty. */
export interface Validated {
  readonly loss: number;
  readonly gradient: readonly number[];
}

/** A model whose hyperparameters have a gradient: by implicit differentiation of the equation that its weights solve. */
export interface LinearModel {
  /**
   * Trains with a penalty, above 0, for each group of pixels.
   *
   * @param tolerance of the weights, if they are found iteratively
   */
  validate(penalties: readonly number[], tolerance?: number): Validated;
}

/** The group of each pixel: the symmetries fold the image into an eighth with ten pixels. */
const groupOf = Array.from({ length: pixels }, (_, pixel) => {
  const [a, b] = [Math.floor(pixel / 8), pixel % 8].map((at) => Math.min(at, 7 - at)).sort();
  return a! * 4 + b! - (a! * (a! + 1)) / 2;
});

/** Pixels row by row, and a last column of ones, whose weight is the bias. */
const design = ({ inputs, labels }: Images): Matrix =>
  new Matrix(Array.from(labels, (_, row) => [...inputs.subarray(row * pixels, (row + 1) * pixels), 1]));

/** The penalty of each weight. The bias has next to none. */
const weightPenalties = (penalties: readonly number[]): number[] => [...groupOf.map((group) => penalties[group]!), 1e-8];

/** -sum of q w over the weights of each group: the derivative by the penalties (implicit function theorem). */
const byGroup = (q: Matrix, w: Matrix): number[] => {
  const sums = Array.from({ length: groups }, () => 0);
  groupOf.forEach((group, pixel) => {
    for (let c = 0; c < w.columns; c++) sums[group]! -= q.get(pixel, c) * w.get(pixel, c);
  });
  return sums;
};

/** Least squares with a penalty on squared weights. The target of each digit is 1 if the image shows it, otherwise 0. */
export const ridge = ({ train, validation }: Split): LinearModel => {
  const targets = ({ labels }: Images) =>
    new Matrix(Array.from(labels, (label) => Array.from({ length: classes }, (_, c) => +(c === label))));
  const [x, y, vx, vy] = [design(train), targets(train), design(validation), targets(validation)];
  const [squares, products] = [x.transpose().mmul(x), x.transpose().mmul(y)];
  return {
    validate(penalties) {
      const curvature = new CholeskyDecomposition(Matrix.add(squares, Matrix.diag(weightPenalties(penalties))));
      const w = curvature.solve(products);
      const error = vx.mmul(w).sub(vy);
      const slope = vx
        .transpose()
        .mmul(error)
        .mul(2 / vx.rows);
      return { loss: error.norm('frobenius') ** 2 / vx.rows, gradient: byGroup(curvature.solve(slope), w) };
    },
  };
};

const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));
const logLoss = (z: number, target: number): number => Math.log1p(Math.exp(-Math.abs(z))) + Math.max(z, 0) - target * z;

/** Logistic regression of whether a digit is odd, with a penalty on squared weights, trained by Newton's method. */
export const logistic = ({ train, validation }: Split): LinearModel => {
  const targets = ({ labels }: Images) => Matrix.columnVector(Array.from(labels, (label) => label % 2));
  const [x, y, vx, vy] = [design(train), targets(train), design(validation), targets(validation)];
  const losses = (inputs: Matrix, wanted: Matrix, w: Matrix) =>
    inputs
      .mmul(w)
      .to1DArray()
      .reduce((sum, z, i) => sum + logLoss(z, wanted.get(i, 0)), 0);
  const slopes = (inputs: Matrix, wanted: Matrix, w: Matrix) => {
    const error = inputs.mmul(w).apply(function (this: Matrix, i, j) {
      this.set(i, j, sigmoid(this.get(i, j)) - wanted.get(i, 0));
    });
    return inputs.transpose().mmul(error);
  };
  return {
    validate(penalties, tolerance = 1e-8) {
      const penalty = weightPenalties(penalties);
      const penalised = (w: Matrix) => losses(x, y, w) + penalty.reduce((sum, p, i) => sum + (p * w.get(i, 0) ** 2) / 2, 0);
      const slopeAt = (w: Matrix) => slopes(x, y, w).add(Matrix.columnVector(penalty.map((p, i) => p * w.get(i, 0))));
      const curvatureAt = (w: Matrix) => {
        const weights = x.mmul(w).to1DArray().map(sigmoid);
        const scaled = x.clone();
        weights.forEach((p, row) => {
          scaled.mulRow(row, Math.sqrt(p * (1 - p)));
        });
        return new CholeskyDecomposition(scaled.transpose().mmul(scaled).add(Matrix.diag(penalty)));
      };
      let w = Matrix.zeros(pixels + 1, 1);
      let slope = slopeAt(w);
      while (slope.norm('frobenius') > tolerance * x.rows) {
        const step = curvatureAt(w).solve(slope);
        while (!(penalised(Matrix.sub(w, step)) <= penalised(w)) && step.norm('frobenius') > 1e-12) step.mul(0.5);
        w = Matrix.sub(w, step);
        slope = slopeAt(w);
      }
      const outer = slopes(vx, vy, w).mul(1 / vx.rows);
      return { loss: losses(vx, vy, w) / vx.rows, gradient: byGroup(curvatureAt(w).solve(outer), w) };
    },
  };
};
