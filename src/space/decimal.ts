/** Powers of ten up to 10^22 are exact doubles, so that a quotient by one is the double nearest to the decimal. */
const POWERS = Array.from({ length: 309 }, (_, k) => Number(`1e${k}`));
const EXACT = 22;
const DIGITS = 12;

/** Rounds to a multiple of 10^-places. */
const round = (x: number, places: number): number =>
  places >= 0 ? Math.round(x * POWERS[places]!) / POWERS[places]! : Math.round(x / POWERS[-places]!) * POWERS[-places]!;

/** The place of the last of `DIGITS` significant digits. */
const lastPlace = (x: number): number => DIGITS - 1 - Math.floor(Math.log10(x));

/** Rounds a positive number to 12 significant digits. */
export function significant(x: number): number {
  const places = lastPlace(x);
  return Math.abs(places) <= EXACT ? round(x, places) : Number(x.toPrecision(DIGITS));
}

/** Rounds a number in (0, 1) to 12 significant digits of itself or of its distance to 1, but to no finer than what doubles near 1 can hold. */
export const significantOdds = (x: number): number => (x < 0.5 ? significant(x) : round(x, Math.min(15, lastPlace(1 - x))));

/**
 * Rounds numbers of a range to a 10^12th of it, or, where the range is narrow for its place, to the 14 digits that survive arithmetic.
 *
 * @returns undefined if the range is too narrow for that.
 */
export function roundingOn(low: number, high: number): ((x: number) => number) | undefined {
  const quantum = Math.max((high - low) * 1e-12, Math.max(Math.abs(low), Math.abs(high)) * 1e-14);
  const places = Math.min(POWERS.length - 1, -Math.ceil(Math.log10(quantum)));
  return quantum * 100 < high - low ? (x) => round(x, places) : undefined;
}
