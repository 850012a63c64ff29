/** The part of a column in [0, 1] that a leaf covers: above `low`, up to `high`. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** A subcube of the binary cube: bit sets of the columns that must be 0 and that must be 1. */
export interface BinarySubcube {
  readonly zeros: Uint32Array;
  readonly ones: Uint32Array;
}

const BITS = 32;

/** The binary points that lie in some intervals. */
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

/** The share of the binary cube that lies in both subcubes. */
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

/** The mean square over the binary cube of a sum of effects, each limited to a subcube. */
export function meanSquareOfEffects(effects: readonly { readonly cylinder: BinarySubcube; readonly effect: number }[]): number {
  return effects.reduce((sum, { cylinder, effect }, i) => {
    let others = 0;
    for (let k = 0; k < i; k++) others += effects[k]!.effect * sharedVolume(cylinder, effects[k]!.cylinder);
    return sum + effect * (effect * sharedVolume(cylinder, cylinder) + 2 * others);
  }, 0);
}
