import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import seedrandom from 'seedrandom';

export const pixels = 64;
export const classes = 10;

/** Images with their digits. */
export interface Images {
  /** One image after the other, `pixels` numbers each. */
  readonly inputs: Float64Array;
  /** The digit of each image, 0 to 9. */
  readonly labels: Uint8Array;
}

/** Disjoint parts of a data set, their inputs standardised by the mean and the deviation of `train`. */
export interface Split {
  readonly train: Images;
  readonly validation: Images;
  readonly test: Images;
}

/** The 1797 images of `examples/data/digits.csv.gz`; each pixel is 0 to 16. */
export const loadDigits = (): Images => {
  const text = gunzipSync(readFileSync(new URL('../data/digits.csv.gz', import.meta.url))).toString();
  const rows = text
    .trim()
    .split('\n')
    .map((line) => line.split(',').map(Number));
  return {
    inputs: Float64Array.from(rows.flatMap((row) => row.slice(0, pixels))),
    labels: Uint8Array.from(rows, (row) => row[pixels]!),
  };
};

/** Shuffles in place (Fisher & Yates). */
export const shuffle = <T extends { [i: number]: number; readonly length: number }>(items: T, random: () => number): T => {
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    const item = items[i]!;
    items[i] = items[j]!;
    items[j] = item;
  }
  return items;
};

/**
 * One half to train on, one third to validate on, one sixth to test on. Each digit has the same share in each part.
 *
 * @example
 * const { train, validation, test } = split(loadDigits()); // 898, 600 and 299 images
 */
export const split = (images: Images, seed = 'digits'): Split => {
  const random = seedrandom.alea(seed);
  const parts = { train: [] as number[], validation: [] as number[], test: [] as number[] };
  for (let digit = 0; digit < classes; digit++) {
    const rows = shuffle(
      [...images.labels.keys()].filter((row) => images.labels[row] === digit),
      random,
    );
    const [first, second] = [Math.round(rows.length / 2), Math.round((rows.length * 5) / 6)];
    parts.train.push(...rows.slice(0, first));
    parts.validation.push(...rows.slice(first, second));
    parts.test.push(...rows.slice(second));
  }
  const standardised = standardiser(take(images, parts.train).inputs);
  const part = (rows: readonly number[]): Images => {
    const { inputs, labels } = take(images, rows);
    return { inputs: standardised(inputs), labels };
  };
  return { train: part(parts.train), validation: part(parts.validation), test: part(parts.test) };
};

/** The images at `rows`. */
export const take = (images: Images, rows: ArrayLike<number>): Images => {
  const inputs = new Float64Array(rows.length * pixels);
  const labels = new Uint8Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    inputs.set(images.inputs.subarray(row * pixels, (row + 1) * pixels), i * pixels);
    labels[i] = images.labels[row]!;
  }
  return { inputs, labels };
};

/** The same with fewer images to train on, evenly spaced, so that each digit keeps its share. */
export const thinned = ({ train, ...rest }: Split, count: number): Split => {
  const all = train.labels.length;
  return {
    ...rest,
    train: take(
      train,
      Array.from({ length: count }, (_, i) => Math.floor((i * all) / count)),
    ),
  };
};

const standardiser = (sample: Float64Array) => {
  const count = sample.length / pixels;
  const mean = new Float64Array(pixels);
  const variance = new Float64Array(pixels);
  sample.forEach((x, i) => {
    mean[i % pixels]! += x / count;
  });
  sample.forEach((x, i) => {
    variance[i % pixels]! += (x - mean[i % pixels]!) ** 2 / count;
  });
  // A pixel in the corner may be blank in every image.
  const scale = variance.map((v) => (v > 0 ? 1 / Math.sqrt(v) : 0));
  return (inputs: Float64Array): Float64Array => inputs.map((x, i) => (x - mean[i % pixels]!) * scale[i % pixels]!);
};
