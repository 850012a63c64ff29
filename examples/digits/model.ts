import { classes, type Images, pixels } from './data.ts';
import { corner, type Matrix, matrix, multiply, multiplyTransposed, transpose } from './matrix.ts';

/** The function that hidden units apply to their input. */
export type Activation = 'relu' | 'tanh' | 'sigmoid';

/** A fully connected network: any number of hidden layers and a softmax over the ten digits. */
export interface Model {
  readonly activation: Activation;
  /** All weights in one vector; the layers are views of it. */
  readonly weights: Float64Array;
  /** A matrix (inputs + 1) x outputs for each layer. The last row holds the biases: the weights of an input that is always 1. */
  readonly layers: readonly Matrix[];
}

/**
 * A model with all weights zero, or with the given ones.
 *
 * @param hidden the number of units of each hidden layer.
 */
export const createModel = (hidden: readonly number[], activation: Activation, weights?: Float64Array): Model => {
  const sizes = [pixels, ...hidden, classes];
  const shapes = sizes.slice(1).map((columns, i) => ({ rows: sizes[i]! + 1, columns }));
  const all = weights ?? new Float64Array(shapes.reduce((sum, { rows, columns }) => sum + rows * columns, 0));
  let start = 0;
  const layers = shapes.map(({ rows, columns }) => {
    const end = start + rows * columns;
    const layer = matrix(rows, columns, all.subarray(start, end));
    start = end;
    return layer;
  });
  return { activation, weights: all, layers };
};

/**
 * Draws uniform weights that keep the variance of signals and gradients from layer to layer (Glorot & Bengio 2010), times `scale`. Biases
 * stay as they are.
 */
export const initialise = (model: Model, random: () => number, scale = 1): void => {
  for (const { rows, columns, data } of model.layers) {
    const inputs = rows - 1;
    const bound = scale * Math.sqrt(6 / (inputs + columns));
    for (let i = 0; i < inputs * columns; i++) data[i] = bound * (2 * random() - 1);
  }
};

/** The output of a unit for the input `z`, and its slope there as a function of the output. */
const activations: Record<Activation, { readonly value: (z: number) => number; readonly slope: (value: number) => number }> = {
  relu: { value: (z) => Math.max(z, 0), slope: (value) => (value > 0 ? 1 : 0) },
  tanh: { value: Math.tanh, slope: (value) => 1 - value * value },
  sigmoid: { value: (z) => 1 / (1 + Math.exp(-z)), slope: (value) => value * (1 - value) },
};

/** Replaces the scores in each row by probabilities. Returns the sum over rows of -log of the probability of the right class. */
const softmaxCrossEntropy = ({ data, rows, columns }: Matrix, labels: Uint8Array): number => {
  let loss = 0;
  for (let i = 0; i < rows; i++) {
    const [start, end] = [i * columns, (i + 1) * columns];
    // Adding a constant to all scores does not change the softmax. Shift the highest to 0, so that no exponential overflows.
    let highest = -Infinity;
    for (let at = start; at < end; at++) highest = Math.max(highest, data[at]!);
    const right = data[start + labels[i]!]! - highest;
    let sum = 0;
    for (let at = start; at < end; at++) {
      data[at] = Math.exp(data[at]! - highest);
      sum += data[at]!;
    }
    for (let at = start; at < end; at++) data[at]! /= sum;
    loss += Math.log(sum) - right;
  }
  return loss;
};

/** The input of each layer with the constant 1 as its last column, the probability of each class, and the summed cross-entropy. */
const forward = ({ layers, activation }: Model, { inputs, labels }: Images) => {
  const count = labels.length;
  const { value } = activations[activation];
  const first = matrix(count, pixels + 1);
  for (let i = 0; i < count; i++) {
    const start = i * first.stride;
    for (let pixel = 0; pixel < pixels; pixel++) first.data[start + pixel] = inputs[i * pixels + pixel]!;
    first.data[start + pixels] = 1;
  }
  const signals = [first];
  for (const layer of layers.slice(0, -1)) {
    const units = layer.columns;
    const signal = matrix(count, units + 1);
    multiply(signals.at(-1)!, layer, corner(signal, count, units));
    for (let i = 0; i < count; i++) {
      const end = i * signal.stride + units;
      for (let at = i * signal.stride; at < end; at++) signal.data[at] = value(signal.data[at]!);
      signal.data[end] = 1;
    }
    signals.push(signal);
  }
  const chances = matrix(count, classes);
  multiply(signals.at(-1)!, layers.at(-1)!, chances);
  return { signals, chances, loss: softmaxCrossEntropy(chances, labels) };
};

/**
 * The mean cross-entropy over images, plus l2 / 2 times the sum of the squared weights (without the biases), and its gradient by
 * backpropagation (Rumelhart, Hinton & Williams 1986).
 *
 * @param gradient a model of the same shape; it is overwritten.
 */
export const lossGradient = (model: Model, images: Images, l2: number, gradient: Model): number => {
  const { signals, chances, loss } = forward(model, images);
  const count = images.labels.length;
  const { slope } = activations[model.activation];
  let error = chances;
  for (let i = 0; i < count; i++) error.data[i * classes + images.labels[i]!]! -= 1;
  for (let i = 0; i < error.data.length; i++) error.data[i]! /= count;
  let penalty = 0;
  for (let at = model.layers.length - 1; at >= 0; at--) {
    const [layer, signal, target] = [model.layers[at]!, signals[at]!, gradient.layers[at]!];
    multiplyTransposed(signal, error, target);
    penalty += decay(layer, l2, target);
    if (at === 0) break;
    const units = layer.rows - 1;
    const below = matrix(count, units);
    multiply(error, transpose(corner(layer, units, layer.columns)), below);
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < units; j++) below.data[i * units + j]! *= slope(signal.data[i * signal.stride + j]!);
    }
    error = below;
  }
  return loss / count + penalty;
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
  const { chances, loss } = forward(model, images);
  const count = images.labels.length;
  let wrong = 0;
  for (let i = 0; i < count; i++) {
    let guess = 0;
    for (let c = 1; c < classes; c++) if (chances.data[i * classes + c]! > chances.data[i * classes + guess]!) guess = c;
    if (guess !== images.labels[i]) wrong++;
  }
  return { error: wrong / count, loss: loss / count };
};
