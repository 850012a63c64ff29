import seedrandom from 'seedrandom';
import { type Split, shuffle, take } from './data.ts';
import { type Activation, createModel, initialise, lossGradient, type Score, score } from './model.ts';

/** What can be tuned. */
export interface NetworkConfig {
  /** Of the hidden layer, at least 1. */
  readonly units: number;
  readonly activation: Activation;
  readonly learningRate: number;
  /** Weight of the penalty l2 / 2 * |weights|^2. */
  readonly l2: number;
  /** Images in a step, 32 if not given. */
  readonly batch?: number;
  /** Of the initial weights and the order of the images. */
  readonly seed?: string;
}

/** All that training goes on from, as plain data: it can be sent to another thread and loaded there. */
export interface Checkpoint {
  readonly units: number;
  readonly epoch: number;
  readonly steps: number;
  readonly weights: Float64Array;
  readonly mean: Float64Array;
  readonly square: Float64Array;
}

export interface Network {
  /** How many epochs it has been trained, those before its checkpoint included. */
  readonly epoch: number;
  /** One pass over the training images. Returns the mean loss of its steps, penalty included. */
  trainEpoch(): number;
  validate(): Score;
  /** For the report at the end, never to choose by. */
  test(): Score;
  save(): Checkpoint;
  /** Goes on from a checkpoint, which may come from a network with another learning rate, penalty or activation. */
  load(checkpoint: Checkpoint): void;
}

/**
 * A network for the digits: one hidden layer, trained by Adam (Kingma & Ba 2015) on mini-batches. Its numbers depend on its configuration
 * alone: trained 10 epochs, saved, loaded and trained 10 more it is the same as trained 20 at once.
 *
 * @throws RangeError when a number of the configuration is out of range, or a checkpoint is of another number of units.
 * @example
 * const network = createNetwork({ units: 32, activation: 'tanh', learningRate: 3e-3, l2: 1e-4 }, split(loadDigits()));
 * for (let epoch = 1; epoch <= 30; epoch++) network.trainEpoch();
 * network.validate().error; // about 0.03
 */
export const createNetwork = (config: NetworkConfig, data: Split): Network => {
  const { units, activation, learningRate, l2, batch = 32, seed = 'network' } = config;
  requireThat(Number.isInteger(units) && units >= 1, 'units', 'a whole number of at least 1', units);
  requireThat(Number.isInteger(batch) && batch >= 1, 'batch', 'a whole number of at least 1', batch);
  requireThat(learningRate > 0 && learningRate < Infinity, 'learningRate', 'a number above 0', learningRate);
  requireThat(l2 >= 0 && l2 < Infinity, 'l2', 'a number of at least 0', l2);

  const model = createModel(units, activation);
  const gradient = createModel(units, activation);
  initialise(model, seedrandom.alea(`${seed}/weights`));
  const adam = createAdam(model.weights.length);
  let epoch = 0;

  return {
    get epoch() {
      return epoch;
    },
    trainEpoch() {
      epoch++;
      const count = data.train.labels.length;
      // The order is a function of the epoch, so that no generator has to be saved.
      const order = shuffle(
        new Uint32Array(count).map((_, i) => i),
        seedrandom.alea(`${seed}/epoch/${epoch}`),
      );
      let loss = 0;
      for (let start = 0; start < count; start += batch) {
        const images = take(data.train, order.subarray(start, start + batch));
        loss += (lossGradient(model, images, l2, gradient) * images.labels.length) / count;
        adam.step(model.weights, gradient.weights, learningRate);
      }
      return loss;
    },
    validate: () => score(model, data.validation),
    test: () => score(model, data.test),
    save: () => ({ units, epoch, weights: model.weights.slice(), ...adam.save() }),
    load(checkpoint) {
      requireThat(checkpoint.units === units, 'checkpoint', `one of a network of ${units} units`, `${checkpoint.units} units`);
      epoch = checkpoint.epoch;
      model.weights.set(checkpoint.weights);
      adam.load(checkpoint);
    },
  };
};

const requireThat = (holds: boolean, name: string, expected: string, actual: unknown): void => {
  if (!holds) throw new RangeError(`network: ${name} must be ${expected}, but is ${actual}`);
};

type Moments = Pick<Checkpoint, 'steps' | 'mean' | 'square'>;

/** Adam (Kingma & Ba 2015, algorithm 1) with the constants of the paper. */
const createAdam = (length: number) => {
  const [beta1, beta2, epsilon] = [0.9, 0.999, 1e-8];
  const mean = new Float64Array(length);
  const square = new Float64Array(length);
  let steps = 0;
  return {
    step(weights: Float64Array, gradient: Float64Array, learningRate: number): void {
      steps++;
      const rate = learningRate / (1 - beta1 ** steps);
      const correction = 1 / (1 - beta2 ** steps);
      for (let i = 0; i < length; i++) {
        const g = gradient[i]!;
        const m = beta1 * mean[i]! + (1 - beta1) * g;
        const v = beta2 * square[i]! + (1 - beta2) * g * g;
        mean[i] = m;
        square[i] = v;
        weights[i]! -= (rate * m) / (Math.sqrt(v * correction) + epsilon);
      }
    },
    save: (): Moments => ({ steps, mean: mean.slice(), square: square.slice() }),
    load(moments: Moments): void {
      steps = moments.steps;
      mean.set(moments.mean);
      square.set(moments.square);
    },
  };
};
