import { recencyWeight } from '../../numeric/parzen/parzen.ts';

/** With more trials than this, only some of the older ones are in the sample. */
const MOST = 4000;
/** So many of the newest trials are always in it: open ones are among them, and the model keeps away from those. */
const NEWEST = 250;

/**
 * A sample of the trials 0 to `count` - 1: the newest, and of the older ones every second, fourth, eighth, ..., so that it is little larger than
 * `MOST`. It depends on nothing but the count.
 */
export class EvenSample {
  readonly count: number;
  /** Each older trial stands for so many. */
  readonly stride: number;

  constructor(count: number) {
    this.count = count;
    this.stride = 1;
    while (count > MOST * this.stride) this.stride *= 2;
  }

  has(index: number): boolean {
    return index < this.count && (index % this.stride === 0 || index >= this.count - NEWEST);
  }

  /** The trials that a larger sample with the same stride may not have. */
  newest(): number[] {
    const first = Math.max(0, this.count - NEWEST);
    return Array.from({ length: this.count - first }, (_, k) => first + k);
  }

  /** Weights of n trials of the sample, oldest first: by their age as in `recencyWeights`, times the number of trials that each stands for. */
  weights(n: number): Float64Array {
    const older = Math.max(0, n - NEWEST);
    const all = older * this.stride + n - older;
    return new Float64Array(n).map((_, k) =>
      k < older ? this.stride * recencyWeight(k * this.stride, all) : recencyWeight(all - n + k, all),
    );
  }
}
