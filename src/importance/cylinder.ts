/** What of a column in [0, 1] a leaf covers: above `low`, up to `high`. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Of columns that are 0 or 1, those that have to be 0 and those that have to be 1, as bits. */
export interface BinarySubcube {
  readonly zeros: Uint32Array;
  readonly ones: Uint32Array;
}

const BITS = 32;

/** What intervals leave of columns that are 0 or 1: of some, both. */
export function subcubeOf(regions: readonly Interval[]): BinarySubcube {
  const words = Math.ceil(regions.length / BITS);
  const zeros = new Uint32Array(words);
  const ones = new Uint32Array(words);
  for (const [column, { low, high }] of regions.entries()) {
    const word = Math.floor(column / BITS);
    if (high < 1) zeros[word]! |= 1 << (column % BITS);
    else if (low > 0) ones[word]! |= 1 << (column % BITS);
  }
  return { zeros, ones };
}

/** The share of all zeros and ones that lie in both of two cylinders, where in each column either is as frequent. */
export function sharedVolume(a: BinarySubcube, b: BinarySubcube): number {
  let fixed = 0;
  for (let word = 0; word < a.zeros.length; word++) {
    const zeros = a.zeros[word]! | b.zeros[word]!;
    const ones = a.ones[word]! | b.ones[word]!;
    if (zeros & ones) return 0;
    fixed += bitsIn(zeros) + bitsIn(ones);
  }
  return 2 ** -fixed;
}

function bitsIn(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** The mean square of a sum of effects, each of which is there in a cylinder only. */
export function meanSquareOfEffects(effects: readonly { readonly cylinder: BinarySubcube; readonly effect: number }[]): number {
  return effects.reduce((sum, { cylinder, effect }, i) => {
    let others = 0;
    for (let k = 0; k < i; k++) others += effects[k]!.effect * sharedVolume(cylinder, effects[k]!.cylinder);
    return sum + effect * (effect * sharedVolume(cylinder, cylinder) + 2 * others);
  }, 0);
}
