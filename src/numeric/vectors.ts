/** The scalar product of two vectors of equal length. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** The Euclidean norm. */
export const norm = (v: ArrayLike<number>): number => Math.sqrt(dot(v, v));

/** The nearest number from 0 to 1. */
export const clampUnit = (u: number): number => Math.min(1, Math.max(0, u));
