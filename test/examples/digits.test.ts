import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import seedrandom from 'seedrandom';
import { describe, expect, it } from 'vitest';
import { classes, loadDigits, pixels, split, take, thinned } from '../../examples/digits/data.ts';
import { matrix, multiply, multiplyTransposed, transpose } from '../../examples/digits/matrix.ts';
import { createModel, initialise, lossGradient, score } from '../../examples/digits/model.ts';
import { createNetwork, type Network } from '../../examples/digits/network.ts';
import { config, digits } from './support.ts';

const train = (network: Network, epochs: number): Network => {
  for (let i = 0; i < epochs; i++) network.trainEpoch();
  return network;
};
const column = (inputs: Float64Array, pixel: number) => inputs.filter((_, i) => i % pixels === pixel);
const mean = (values: Float64Array) => values.reduce((sum, v) => sum + v, 0) / values.length;

describe('the data', () => {
  it('is the file that its README names', () => {
    const file = readFileSync(new URL('../../examples/data/digits.csv.gz', import.meta.url));
    const readme = readFileSync(new URL('../../examples/data/README.md', import.meta.url), 'utf8');
    expect(readme).toContain(createHash('sha256').update(file).digest('hex'));
  });

  it('has 1797 images of 0 to 16 per pixel, with the counts of digits that UCI documents for its test set', () => {
    const { inputs, labels } = loadDigits();
    expect(inputs.length).toBe(1797 * 64);
    expect(Math.min(...inputs)).toBe(0);
    expect(Math.max(...inputs)).toBe(16);
    expect([...Array(10).keys()].map((digit) => labels.filter((l) => l === digit).length)).toEqual([
      178, 182, 177, 183, 181, 182, 181, 179, 174, 180,
    ]);
  });

  it('is split into parts that share no image and lose none, with the same share of each digit', () => {
    const { inputs, labels } = loadDigits();
    // Each image is marked by its number.
    const marked = Float64Array.from(inputs, (_, i) => Math.floor(i / pixels));
    const { train, validation, test } = split({ inputs: marked, labels });
    const marks = [train, validation, test].flatMap((part) => [...column(part.inputs, 0)]);
    expect(new Set(marks).size).toBe(1797);
    expect([train, validation, test].map((part) => part.labels.length)).toEqual([901, 598, 298]);
    for (const part of [train, validation, test]) {
      for (let digit = 0; digit < classes; digit++) {
        const [here, whole] = [part.labels, labels].map((of) => of.filter((l) => l === digit).length);
        expect(Math.abs(here! - (whole! * part.labels.length) / 1797)).toBeLessThan(1.1);
      }
    }
  });

  it('keeps the share of each digit, and what it is judged by, if fewer images are trained on', () => {
    const all = split(loadDigits());
    const few = thinned(all, 320);
    const shares = ({ labels }: { readonly labels: Uint8Array }) =>
      Array.from({ length: classes }, (_, digit) => labels.filter((label) => label === digit).length / labels.length);
    expect(few.train.labels).toHaveLength(320);
    expect(few.train.inputs).toHaveLength(320 * pixels);
    for (const [digit, share] of shares(few.train).entries()) expect(share).toBeCloseTo(shares(all.train)[digit]!, 1);
    expect([few.validation, few.test]).toEqual([all.validation, all.test]);
  });

  it('is split by its seed', () => {
    const whole = loadDigits();
    expect(split(whole, 'a').test.labels).toEqual(split(whole, 'a').test.labels);
    expect(split(whole, 'a').test.inputs).not.toEqual(split(whole, 'b').test.inputs);
  });

  it('is standardised by its training part, and pixels that are always blank stay 0', () => {
    const { inputs } = digits.train;
    for (let pixel = 0; pixel < pixels; pixel++) {
      const values = column(inputs, pixel);
      expect(mean(values)).toBeCloseTo(0, 10);
      expect([0, 1]).toContain(Math.round(mean(values.map((v) => v * v)) * 1e10) / 1e10);
    }
    expect(column(inputs, 0).every((v) => v === 0)).toBe(true);
    expect(mean(column(digits.validation.inputs, 20))).not.toBeCloseTo(0, 6);
  });
});

describe('matrix products', () => {
  it('are right for all sizes, whether tiles fit or not', () => {
    const size = fc.integer({ min: 1, max: 9 });
    fc.assert(
      fc.property(size, size, size, fc.string(), (rows, inner, columns, seed) => {
        const random = seedrandom.alea(seed);
        const filled = (r: number, c: number) =>
          matrix(
            r,
            c,
            Float64Array.from({ length: r * c }, () => Math.floor(random() * 19) - 9),
          );
        const [a, b] = [filled(rows, inner), filled(inner, columns)];
        const naive = Float64Array.from({ length: rows * columns }, (_, at) => {
          const [i, j] = [Math.floor(at / columns), at % columns];
          let sum = 0;
          for (let k = 0; k < inner; k++) sum += a.data[i * inner + k]! * b.data[k * columns + j]!;
          return sum;
        });
        const out = matrix(rows, columns);
        multiply(a, b, out);
        expect(out.data).toEqual(naive);
        multiplyTransposed(transpose(a), b, out.data.fill(NaN) && out);
        expect(out.data).toEqual(naive);
      }),
      { seed: 1 },
    );
  });
});

describe('the gradient', () => {
  const layers = [[7], [7, 5]] as const;
  const cases = layers.flatMap((hidden) => (['relu', 'tanh', 'sigmoid'] as const).map((activation) => [hidden, activation] as const));

  it.each(cases)('is that of the loss, by central differences (%j %s)', (hidden, activation) => {
    const images = take(digits.train, [0, 150, 300, 600, 850]);
    const model = createModel(hidden, activation);
    initialise(model, seedrandom.alea('gradient'));
    // Biases away from 0, so that theirs are checked as well.
    const random = seedrandom.alea('biases');
    for (const { data, rows, columns } of model.layers) {
      data.subarray((rows - 1) * columns).forEach((_, i, biases) => {
        biases[i] = random() - 0.5;
      });
    }
    const gradient = createModel(hidden, activation);
    const loss = lossGradient(model, images, 0.3, gradient);
    expect(loss).toBeGreaterThan(score(model, images).loss);

    const scratch = createModel(hidden, activation);
    const step = 1e-6;
    const lossAt = (i: number, offset: number) => {
      const weights = model.weights.slice();
      weights[i]! += offset;
      return lossGradient(createModel(hidden, activation, weights), images, 0.3, scratch);
    };
    for (let i = 0; i < model.weights.length; i++) {
      expect(gradient.weights[i]).toBeCloseTo((lossAt(i, step) - lossAt(i, -step)) / (2 * step), 6);
    }
  });
});

describe('the score', () => {
  it('of an untrained model is the cross-entropy of ten equal probabilities', () => {
    const { error, loss } = score(createModel([4], 'tanh'), digits.test);
    expect(loss).toBeCloseTo(Math.log(10), 12);
    // All probabilities are equal, so the first digit is taken.
    expect(error).toBe(digits.test.labels.filter((label) => label !== 0).length / digits.test.labels.length);
  });

  it('stays finite for weights that are far too large', () => {
    const model = createModel([4], 'relu');
    initialise(model, seedrandom.alea('large'));
    model.weights.forEach((w, i) => {
      model.weights[i] = 1e6 * w;
    });
    expect(score(model, digits.test).loss).toSatisfy(Number.isFinite);
  });
});

describe('the network', () => {
  it.each(['relu', 'tanh', 'sigmoid'] as const)('learns the digits (%s)', (activation) => {
    const network = createNetwork({ ...config, activation, momentum: 0.9 }, digits);
    expect(network.validate().error).toBeGreaterThan(0.7);
    const first = network.trainEpoch();
    expect(train(network, 15).trainEpoch()).toBeLessThan(first / 3);
    expect(network.validate().error).toBeLessThan(0.1);
    expect(network.test().error).toBeLessThan(0.1);
  });

  it('learns the digits with a second layer', () => {
    expect(train(createNetwork({ ...config, secondUnits: 12 }, digits), 16).validate().error).toBeLessThan(0.1);
  });

  it('gives the same numbers for the same configuration, and different ones for another seed', () => {
    const weights = (seed: string) => train(createNetwork({ ...config, seed }, digits), 2).save().weights;
    expect(weights('a')).toEqual(weights('a'));
    expect(weights('a')).not.toEqual(weights('b'));
  });

  it.each([{ schedule: 'constant' }, { schedule: 'cosine', secondUnits: 8 }, { schedule: 'step' }] as const)(
    'continues from a checkpoint as if it had never stopped (%j)',
    (settings) => {
      const whole = train(createNetwork({ ...config, ...settings, epochs: 6 }, digits), 5);
      const resumed = createNetwork({ ...config, ...settings, epochs: 6 }, digits);
      resumed.load(structuredClone(train(createNetwork({ ...config, ...settings, epochs: 6 }, digits), 2).save()));
      expect(resumed.epoch).toBe(2);
      expect(train(resumed, 3).save()).toEqual(whole.save());
      expect(resumed.validate()).toEqual(whole.validate());
    },
  );

  it('keeps a checkpoint as it was while training continues', () => {
    const network = train(createNetwork(config, digits), 1);
    const saved = network.save();
    const copy = structuredClone(saved);
    network.trainEpoch();
    expect(saved).toEqual(copy);
    expect(network.save().weights).not.toEqual(saved.weights);
  });

  it('has smaller weights the stronger its penalty', () => {
    const size = (l2: number) => Math.hypot(...train(createNetwork({ ...config, l2 }, digits), 3).save().weights);
    expect(size(0.1)).toBeLessThan(size(0.01));
    expect(size(0.01)).toBeLessThan(size(0));
  });

  it('takes steps with momentum: each adds a share of the last', () => {
    // All images in one batch: an epoch is a step, and the order of the images does not matter.
    const whole = { ...config, batch: 5000, learningRate: 1e-9, l2: 0 };
    const moved = (momentum: number, steps: number) => {
      const network = createNetwork({ ...whole, momentum }, digits);
      const before = network.save().weights;
      const after = train(network, steps).save().weights;
      return after.map((w, i) => w - before[i]!);
    };
    const [one, plain, heavy] = [moved(0, 1), moved(0, 2), moved(0.5, 2)];
    const largest = one.indexOf(one.reduce((most, w) => (Math.abs(w) > Math.abs(most) ? w : most), 0));
    // Along such small steps the slope is constant.
    expect(plain[largest]! / one[largest]!).toBeCloseTo(2, 4);
    expect(heavy[largest]! / one[largest]!).toBeCloseTo(2.5, 4);
  });

  it.each([
    ['constant', [1, 1, 1, 1, 1]],
    ['step', [1, 1, 0.1, 0.01, 0.01]],
    ['cosine', [1, (1 + Math.SQRT1_2) / 2, 0.5, (1 - Math.SQRT1_2) / 2, 0]],
  ] as const)('lowers the learning rate by its schedule (%s)', (schedule, factors) => {
    const network = createNetwork({ ...config, schedule, epochs: 4, batch: 5000, learningRate: 1e-9, momentum: 0 }, digits);
    const steps = factors.map(() => {
      const before = network.save().weights;
      network.trainEpoch();
      return Math.hypot(...network.save().weights.map((w, i) => w - before[i]!));
    });
    factors.forEach((factor, epoch) => {
      expect(steps[epoch]! / steps[0]!).toBeCloseTo(factor, 4);
    });
  });

  it('multiplies its initial weights by their scale', () => {
    const initial = (initialScale: number) => createNetwork({ ...config, initialScale }, digits).save().weights;
    expect(initial(4)).toEqual(initial(1).map((w) => 4 * w));
  });

  it('accepts any batch size, also one above the number of images', () => {
    const error = (batch: number) => train(createNetwork({ ...config, batch }, digits), 2).validate().error;
    expect(error(7)).toBeLessThan(0.2);
    expect(error(5000)).toBeLessThan(0.95);
  });

  it.each([
    [{ units: 0 }, 'network: units must be a whole number of at least 1, but is 0'],
    [{ secondUnits: 2.5 }, 'network: secondUnits must be a whole number of at least 1, but is 2.5'],
    [{ epochs: 0 }, 'network: epochs must be a whole number of at least 1, but is 0'],
    [{ batch: 1.5 }, 'network: batch must be a whole number of at least 1, but is 1.5'],
    [{ learningRate: 0 }, 'network: learningRate must be a number above 0, but is 0'],
    [{ initialScale: -1 }, 'network: initialScale must be a number above 0, but is -1'],
    [{ momentum: 1 }, 'network: momentum must be a number of at least 0 and below 1, but is 1'],
    [{ l2: NaN }, 'network: l2 must be a number of at least 0, but is NaN'],
  ])('refuses %j', (wrong, message) => {
    expect(() => createNetwork({ ...config, ...wrong }, digits)).toThrow(new RangeError(message));
  });

  it('refuses a checkpoint with other layers', () => {
    const network = createNetwork(config, digits);
    expect(() => network.load(createNetwork({ ...config, secondUnits: 8 }, digits).save())).toThrow(
      'network: checkpoint must be from layers of 16 units, but is from 16,8',
    );
  });
});
