import { classes, type Images, pixels } from './data.ts';
import { corner, type Matrix, matrix, multiply, multiplyTransposed, transpose } from './matrix.ts';

/** What a unit of the hidden layer does with its input. */
export type Activation = 'relu' | 'tanh' | 'sigmoid';

/** A network of two layers. The last row of either matrix holds biases: the weights of an input that is always 1. */
export interface Model {
  readonly activation: Activation;
  /** All weights in one vector, which the two matrices are views of. */
  readonly weights: Float64Array;
  /** (pixels + 1) x units. */
  readonly hidden: Matrix;
  /** (units + 1) x classes. */
  readonly output: Matrix;
}

/** A model with all weights zero, or with those given. */
export const createModel = (units: number, activation: Activation, weights?: Float64Array): Model => {
  const boundary = (pixels + 1) * units;
  const all = weights ?? new Float64Array(boundary + (units + 1) * classes);
  const hidden = matrix(pixels + 1, units, all.subarray(0, boundary));
  const output = matrix(units + 1, classes, all.subarray(boundary));
  return { activation, weights: all, hidden, output };
};

/** Draws uniform weights that keep the variance of signals and gradients from layer to layer (Glorot & Bengio 2010). Biases stay. */
export const initialise = (model: Model, random: () => number): void => {
  for (const { rows, columns, data } of [model.hidden, model.output]) {
    const inputs = rows - 1;
    const bound = Math.sqrt(6 / (inputs + columns));
    for (let i = 0; i < inputs * columns; i++) data[i] = bound * (2 * random() - 1);
  }
};

/** What a unit gives for `z`, and its slope there, told from what it gave. */
const activations: Record<Activation, { readonly value: (z: number) => number; readonly slope: (value: number) => number }> = {
  relu: { value: (z) => Math.max(z, 0), slope: (value) => (value > 0 ? 1 : 0) },
  tanh: { value: Math.tanh, slope: (value) => 1 - value * value },
  sigmoid: { value: (z) => 1 / (1 + Math.exp(-z)), slope: (value) => value * (1 - value) },
};

/** Replaces the scores in each row by probabilities. Returns the sum over rows of -log of the probability of the right class. */
const softmaxCrossEntropy = ({ data, rows, columns }: Matrix, labels: Uint8Array): number => {
  let loss = 0;
  for (let i = 0; i < rows; i++) {
    const row = data.subarray(i * columns, (i + 1) * columns);
    // Softmax stays the same when all scores move: the highest moves to 0, so that no exponential overflows.
    let highest = -Infinity;
    for (let c = 0; c < columns; c++) highest = Math.max(highest, row[c]!);
    const right = row[labels[i]!]! - highest;
    let sum = 0;
    for (let c = 0; c < columns; c++) {
      row[c] = Math.exp(row[c]! - highest);
      sum += row[c]!;
    }
    for (let c = 0; c < columns; c++) row[c]! /= sum;
    loss += Math.log(sum) - right;
  }
  return loss;
};

/** The inputs with the constant 1, what the hidden units give with theirs, the probability of each class, and the summed cross-entropy. */
const forward = (model: Model, { inputs, labels }: Images) => {
  const count = labels.length;
  const units = model.hidden.columns;
  const x = matrix(count, pixels + 1);
  const h = matrix(count, units + 1);
  const p = matrix(count, classes);
  for (let i = 0; i < count; i++) {
    x.data.set(inputs.subarray(i * pixels, (i + 1) * pixels), i * x.stride);
    x.data[i * x.stride + pixels] = 1;
  }
  multiply(x, model.hidden, corner(h, count, units));
  const { value } = activations[model.activation];
  for (let i = 0; i < count; i++) {
    const end = i * h.stride + units;
    for (let at = i * h.stride; at < end; at++) h.data[at] = value(h.data[at]!);
    h.data[end] = 1;
  }
  multiply(h, model.output, p);
  return { x, h, p, loss: softmaxCrossEntropy(p, labels) };
};

/**
 * The mean cross-entropy over images, plus l2 / 2 times the sum of the squared weights (not of the biases), and its gradient by
 * backpropagation (Rumelhart, Hinton & Williams 1986).
 *
 * @param gradient of the shape of `model`; overwritten.
 */
export const lossGradient = (model: Model, images: Images, l2: number, gradient: Model): number => {
  const { x, h, p, loss } = forward(model, images);
  const count = images.labels.length;
  const units = model.hidden.columns;
  for (let i = 0; i < count; i++) p.data[i * classes + images.labels[i]!]! -= 1;
  for (let i = 0; i < p.data.length; i++) p.data[i]! /= count;
  multiplyTransposed(h, p, gradient.output);

  const error = matrix(count, units);
  multiply(p, transpose(corner(model.output, units, classes)), error);
  const { slope } = activations[model.activation];
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < units; j++) error.data[i * units + j]! *= slope(h.data[i * h.stride + j]!);
  }
  multiplyTransposed(x, error, gradient.hidden);
  return loss / count + decay(model.hidden, l2, gradient.hidden) + decay(model.output, l2, gradient.output);
};

/** Adds the gradient of the penalty. Returns the penalty. */
const decay = ({ data, rows, columns }: Matrix, l2: number, gradient: Matrix): number => {
  let squares = 0;
  for (let i = 0; i < (rows - 1) * columns; i++) {
    squares += data[i]! * data[i]!;
    gradient.data[i]! += l2 * data[i]!;
  }
  return (l2 / 2) * squares;
};

/** How well a model does on images. */
export interface Score {
  /** The share of images taken for another digit, 0 to 1. */
  readonly error: number;
  /** The mean cross-entropy, in nats. */
  readonly loss: number;
}

export const score = (model: Model, images: Images): Score => {
  const { p, loss } = forward(model, images);
  const count = images.labels.length;
  let wrong = 0;
  for (let i = 0; i < count; i++) {
    const row = p.data.subarray(i * classes, (i + 1) * classes);
    if (row.indexOf(Math.max(...row)) !== images.labels[i]) wrong++;
  }
  return { error: wrong / count, loss: loss / count };
};
