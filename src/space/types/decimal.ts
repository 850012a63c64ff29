/** Powers of ten up to 10^22 are exact doubles, so a quotient by one is the double nearest to the decimal. */
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

/** Rounds a number in (0, 1) to 12 significant digits of itself or of its distance to 1, but no finer than doubles near 1 can represent. */
export const significantOdds = (x: number): number => (x < 0.5 ? significant(x) : round(x, Math.min(15, lastPlace(1 - x))));

/**
 * The smallest difference between numbers of a range, a power of ten: a 10^12th of the range or, if the range is narrow compared to its ends,
 * the 14th digit, which arithmetic preserves.
 */
export const quantumOn = (low: number, high: number): number => 10 ** -placesOn(low, high);

function placesOn(low: number, high: number): number {
  const quantum = Math.max((high - low) * 1e-12, Math.max(Math.abs(low), Math.abs(high)) * 1e-14);
  return Math.min(POWERS.length - 1, -Math.ceil(Math.log10(quantum)));
}

/** Rounds numbers of a range to its quantum. */
export function roundingOn(low: number, high: number): (x: number) => number {
  const places = placesOn(low, high);
  return (x) => round(x, places) + 0; // never -0, which JSON cannot represent
}
