/** The lower and the upper end of a 90 % bootstrap interval of a share. */
export type ShareInterval = readonly [low: number, high: number];

/** The part of an interval that is left out at each end. */
const TAIL = 0.05;

/** Numbers that are not negative, as shares of their sum; all 0 if the sum is. */
export function sharesOfSum(numbers: readonly number[]): readonly number[] {
  const total = numbers.reduce((sum, number) => sum + number, 0);
  return numbers.map((number) => (total > 0 ? number / total : 0));
}

/** The middle 90 % of what bootstrap samples give for each share, widened where necessary so that it holds the share itself. */
export function intervalsAround(shares: readonly number[], samples: readonly (readonly number[])[]): readonly ShareInterval[] {
  return shares.map((share, i) => {
    const sorted = samples.map((sample) => sample[i]!).sort((a, b) => a - b);
    const cut = Math.floor(TAIL * sorted.length);
    return [Math.min(share, sorted[cut] ?? share), Math.max(share, sorted[sorted.length - 1 - cut] ?? share)];
  });
}
