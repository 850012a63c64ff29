import { betainc, betaincinv } from './beta.ts';

/** The probability that Student's t is below x. */
export function studentBelow(x: number, freedom: number): number {
  const tail = betainc(freedom / 2, 0.5, freedom / (freedom + x * x)) / 2;
  return x < 0 ? tail : 1 - tail;
}

/** How far from 0 this share of Student's t reaches, on both sides. */
export const studentQuantile = (share: number, freedom: number): number =>
  Math.sqrt(freedom * (1 / betaincinv(freedom / 2, 0.5, 1 - share) - 1));
