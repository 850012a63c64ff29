import { index, type Rng } from '../random.ts';
import { hash } from './hash.ts';
import { DEGREES, TABLE } from './sobolTable.ts';

const BITS = 32;

/** The most dimensions of a Sobol sequence here. */
export const SOBOL_DIMENSIONS = 1 + DEGREES.reduce((sum, count) => sum + count, 0);

/**
 * The Sobol sequence (Sobol 1967) with the direction numbers of Joe & Kuo (2008), in the order of Gray codes (Antonov & Saleev 1979). Each
 * point is computed from its number alone.
 *
 * Of the first 2^m points, and of every later block of as many that starts at a multiple, each of the 2^m equal slices of each axis holds
 * one. Scrambling keeps that, and makes each point uniform on the cube.
 *
 * @param dimension at most `SOBOL_DIMENSIONS`
 * @param rng draws the scrambling; without it the first point is the origin
 * @returns the i-th point, i in [0, 2^32), with coordinates in [0, 1)
 * @example sobol(2)(3) // [0.25, 0.75]
 */
export function sobolPoints(dimension: number, rng?: Rng): (i: number) => number[] {
  const axes = directions(dimension);
  const keys = rng && axes.map(() => index(rng, 2 ** BITS));
  return (i) => {
    const gray = i ^ (i >>> 1);
    return axes.map((vectors, axis) => {
      const x = combine(vectors, gray);
      return (keys ? owen(x, keys[axis]!) : x) / 2 ** BITS;
    });
  };
}

/** The exclusive or of the vectors at the set bits of `code`. */
function combine(vectors: Uint32Array, code: number): number {
  let x = 0;
  for (let rest = code, k = 0; rest !== 0; rest >>>= 1, k++) if (rest & 1) x ^= vectors[k]!;
  return x >>> 0;
}

/**
 * Nested uniform scrambling (Owen 1995, Randomly permuted (t, m, s)-nets and (t, s)-sequences): each binary digit is flipped, or not, by a
 * coin that depends on all digits before it. The coins are hashes.
 */
function owen(x: number, key: number): number {
  let flips = 0;
  for (let bit = BITS - 1, before = 1; bit >= 0; bit--) {
    flips |= (hash(before, key) & 1) << bit;
    before = (before << 1) | ((x >>> bit) & 1); // the leading 1 tells 0 from 00
  }
  return (x ^ flips) >>> 0;
}

/** The direction vectors v_1..v_32 of each dimension, as binary fractions in 32 bits. */
function directions(dimension: number): Uint32Array[] {
  const read = bitReader(atob(TABLE));
  const axes: Uint32Array[] = [Uint32Array.from({ length: BITS }, (_, k) => 1 << (BITS - 1 - k))]; // the first: m_k = 1
  DEGREES.forEach((count, before) => {
    for (let i = 0; i < count && axes.length < dimension; i++) axes.push(recurrence(before + 1, read));
  });
  return axes.slice(0, dimension);
}

/** Equations 2 and 3 of Joe & Kuo (2008), with v_k = m_k / 2^k. */
function recurrence(degree: number, read: (width: number) => number): Uint32Array {
  const coefficients = read(degree - 1);
  const v = new Uint32Array(BITS);
  for (let k = 0; k < degree; k++) v[k] = (2 * read(k) + 1) << (BITS - 1 - k);
  for (let k = degree; k < BITS; k++) {
    v[k] = v[k - degree]! ^ (v[k - degree]! >>> degree);
    for (let j = 1; j < degree; j++) if ((coefficients >>> (degree - 1 - j)) & 1) v[k]! ^= v[k - j]!;
  }
  return v;
}

function bitReader(bytes: string): (width: number) => number {
  let position = 0;
  return (width) => {
    let value = 0;
    for (const end = position + width; position < end; position++) {
      value = 2 * value + ((bytes.charCodeAt(position >>> 3) >>> (7 - (position & 7))) & 1);
    }
    return value;
  };
}
