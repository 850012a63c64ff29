import { recencyWeight } from '../../numeric/parzen/parzen.ts';

/** With more trials than this, only some of the older ones are in the sample. */
const LARGEST_SAMPLE = 4000;
/** So many of the newest trials are always in it, and up to twice as many. Most open trials are among them, and the model keeps away from those. */
const NEWEST = 250;

/**
 * A sample of the trials 0 to `count` - 1: the newest, and of the older ones every second, fourth, eighth, ..., so that it is little larger than
 * `LARGEST_SAMPLE`. It depends on nothing but the count.
 */
export class EvenSample {
  readonly count: number;
  /** Each older trial stands for so many. */
  readonly #stride: number;
  /** The first of the newest trials. It moves in steps, because each step changes what the kernels of older trials weigh. */
  readonly #newest: number;

  constructor(count: number) {
    this.count = count;
    let stride = 1;
    while (count > LARGEST_SAMPLE * stride) stride *= 2;
    this.#stride = stride;
    this.#newest = stride === 1 ? 0 : Math.floor(count / NEWEST - 1) * NEWEST;
  }

  has(index: number): boolean {
    return index < this.count && (index % this.#stride === 0 || index >= this.#newest);
  }

  /** Whether it has all trials of a smaller sample, and each stands for as many. */
  continues(smaller: EvenSample): boolean {
    return this.#stride === smaller.#stride && this.#newest === smaller.#newest;
  }

  /**
   * The weights of some trials of the sample, such as those of one branch of the space: by their age as in `recencyWeights`, times the number of
   * trials that each stands for.
   *
   * @param indices oldest first
   */
  weights(indices: readonly number[]): Float64Array {
    const stands = indices.map((index) => (index < this.#newest ? this.#stride : 1));
    const all = stands.reduce((sum, count) => sum + count, 0);
    let older = 0;
    return Float64Array.from(stands, (count) => {
      const weight = count * recencyWeight(older, all);
      older += count;
      return weight;
    });
  }
}
