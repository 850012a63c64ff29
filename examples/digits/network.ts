import seedrandom from 'seedrandom';
import { type Split, shuffle, take } from './data.ts';
import { type Activation, createModel, initialise, lossGradient, type Score, score } from './model.ts';

/** Epochs of a whole training. */
export const epochs = 27;

/** How the learning rate falls during training. */
export type Schedule = 'constant' | 'cosine' | 'step';

/** What can be tuned. */
export interface NetworkConfig {
  /** Units of the first hidden layer, at least 1. */
  readonly units: number;
  /** Units of a second hidden layer, at least 1. Default: there is no second layer. */
  readonly secondUnits?: number | undefined;
  /** Default: `relu`. */
  readonly activation?: Activation;
  readonly learningRate: number;
  /**
   * `cosine` falls along half a cosine to 0 at the last of `epochs` (Loshchilov & Hutter 2017), `step` is divided by 10 after a half and
   * again after three quarters of them. Default: `constant`.
   */
  readonly schedule?: Schedule;
  /** The epochs of a whole training, which schedules refer to. Default: `epochs`. */
  readonly epochs?: number;
  /** The share of the last step that is added to the next, at least 0 and below 1. Default: 0.9. */
  readonly momentum?: number;
  /** Weight of the penalty l2 / 2 * |weights|^2. */
  readonly l2: number;
  /** Images in a step. Default: 32. */
  readonly batch?: number;
  /** Factor on the initial weights of Glorot & Bengio (2010), above 0. Default: 1. */
  readonly initialScale?: number;
  /** Seed of the initial weights and of the order of the images. */
  readonly seed?: string;
}

/** The state of a training as plain data: it can be sent to another thread and loaded there. */
export interface Checkpoint {
  /** Units of each hidden layer. */
  readonly hidden: readonly number[];
  readonly epoch: number;
  readonly weights: Float64Array;
  /** The last step of each weight. */
  readonly velocity: Float64Array;
}

export interface Network {
  /** The number of epochs it has been trained, including those before its checkpoint. */
  readonly epoch: number;
  /** One pass over the training images. Returns the mean loss of its steps, penalty included. */
  trainEpoch(): number;
  validate(): Score;
  /** For the report at the end; never choose by it. */
  test(): Score;
  save(): Checkpoint;
  /** Continues from a checkpoint. It may come from a network with other settings, but not with other layers. */
  load(checkpoint: Checkpoint): void;
}

/**
 * A network for the digits: one or two hidden layers, trained by stochastic gradient descent with momentum on mini-batches. Its numbers
 * depend on its configuration alone: training 10 epochs, saving, loading and training 10 more gives the same as training 20 at once.
 *
 * @throws RangeError when a number of the configuration is out of range, or a checkpoint has other layers.
 * @example
 * const network = createNetwork({ units: 32, learningRate: 0.03, l2: 1e-4 }, split(loadDigits()));
 * for (let epoch = 1; epoch <= 27; epoch++) network.trainEpoch();
 * network.validate().error; // about 0.03
 */
export const createNetwork = (config: NetworkConfig, data: Split): Network => {
  const { units, secondUnits, activation = 'relu', learningRate, schedule = 'constant', epochs: whole = epochs, momentum = 0.9 } = config;
  const { l2, batch = 32, initialScale = 1, seed = 'network' } = config;
  const hidden = secondUnits === undefined ? [units] : [units, secondUnits];
  requireCount('units', units);
  requireCount('secondUnits', secondUnits ?? 1);
  requireCount('epochs', whole);
  requireCount('batch', batch);
  requireThat(learningRate > 0 && learningRate < Infinity, 'learningRate', 'a number above 0', learningRate);
  requireThat(initialScale > 0 && initialScale < Infinity, 'initialScale', 'a number above 0', initialScale);
  requireThat(momentum >= 0 && momentum < 1, 'momentum', 'a number of at least 0 and below 1', momentum);
  requireThat(l2 >= 0 && l2 < Infinity, 'l2', 'a number of at least 0', l2);

  const model = createModel(hidden, activation);
  const gradient = createModel(hidden, activation);
  initialise(model, seedrandom.alea(`${seed}/weights`), initialScale);
  const velocity = new Float64Array(model.weights.length);
  let epoch = 0;

  const step = (rate: number): void => {
    for (let i = 0; i < velocity.length; i++) {
      velocity[i] = momentum * velocity[i]! - rate * gradient.weights[i]!;
      model.weights[i]! += velocity[i]!;
    }
  };

  return {
    get epoch() {
      return epoch;
    },
    trainEpoch() {
      const count = data.train.labels.length;
      // The order is a function of the epoch, so that no generator has to be saved.
      const order = shuffle(
        new Uint32Array(count).map((_, i) => i),
        seedrandom.alea(`${seed}/epoch/${epoch + 1}`),
      );
      let loss = 0;
      for (let start = 0; start < count; start += batch) {
        const images = take(data.train, order.subarray(start, start + batch));
        loss += (lossGradient(model, images, l2, gradient) * images.labels.length) / count;
        step(learningRate * rateFactor[schedule]((epoch + start / count) / whole));
      }
      epoch++;
      return loss;
    },
    validate: () => score(model, data.validation),
    test: () => score(model, data.test),
    save: () => ({ hidden, epoch, weights: model.weights.slice(), velocity: velocity.slice() }),
    load(checkpoint) {
      requireThat(`${checkpoint.hidden}` === `${hidden}`, 'checkpoint', `from layers of ${hidden} units`, `from ${checkpoint.hidden}`);
      epoch = checkpoint.epoch;
      model.weights.set(checkpoint.weights);
      velocity.set(checkpoint.velocity);
    },
  };
};

/** The factor on the learning rate after a part of the training, 0 to 1. Training beyond its end keeps the last one. */
const rateFactor: Record<Schedule, (part: number) => number> = {
  constant: () => 1,
  cosine: (part) => (1 + Math.cos(Math.PI * Math.min(part, 1))) / 2,
  step: (part) => (part < 0.5 ? 1 : part < 0.75 ? 0.1 : 0.01),
};

const requireThat = (holds: boolean, name: string, expected: string, actual: unknown): void => {
  if (!holds) throw new RangeError(`network: ${name} must be ${expected}, but is ${actual}`);
};

const requireCount = (name: string, value: number): void =>
  requireThat(Number.isInteger(value) && value >= 1, name, 'a whole number of at least 1', value);
