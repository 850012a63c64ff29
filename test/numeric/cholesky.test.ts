import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cholesky, choleskyWithJitter, inverse, logDeterminant, solveLower, solveUpper } from '../../src/numeric/cholesky.ts';
import { rngFor } from '../../src/numeric/random.ts';

/** A random symmetric positive definite matrix. */
function positiveDefinite(n: number, seed: string): Float64Array {
  const rng = rngFor(seed, 'matrix', n);
  const g = Float64Array.from({ length: n * n }, () => rng() - 0.5);
  const a = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      for (let k = 0; k < n; k++) a[i * n + j]! += g[i * n + k]! * g[j * n + k]!;
      if (i === j) a[i * n + j]! += 0.1;
    }
  return a;
}

const sizes = fc.integer({ min: 1, max: 23 });

describe('cholesky', () => {
  it('factors a matrix done by hand', () => {
    const a = Float64Array.of(4, 0, 0, 12, 37, 0, -16, -43, 98);
    expect(cholesky(a, 3, 3)).toBe(true);
    expect([a[0], a[3], a[4], a[6], a[7], a[8]]).toEqual([2, 6, 1, -8, 5, 3]);
    expect(logDeterminant(a, 3, 3)).toBeCloseTo(Math.log(36), 12);
  });

  it('gives back the matrix, solves and inverts', () => {
    fc.assert(
      fc.property(sizes, (n) => {
        const a = positiveDefinite(n, 'whole');
        const l = a.slice();
        expect(cholesky(l, n, n)).toBe(true);
        const inverted = new Float64Array(n * n);
        inverse(l, n, n, inverted, new Float64Array(n * n));
        for (let i = 0; i < n; i++)
          for (let j = 0; j <= i; j++) {
            let product = 0;
            for (let k = 0; k <= j; k++) product += l[i * n + k]! * l[j * n + k]!;
            expect(product).toBeCloseTo(a[i * n + j]!, 10);
            let identity = 0;
            for (let k = 0; k < n; k++) identity += a[i * n + k]! * inverted[Math.max(k, j) * n + Math.min(k, j)]!;
            expect(identity).toBeCloseTo(i === j ? 1 : 0, 8);
          }
        const wanted = Float64Array.from({ length: n }, (_, i) => i - 1.5);
        const x = wanted.slice();
        solveLower(l, n, n, x);
        solveUpper(l, n, n, x);
        for (let i = 0; i < n; i++) {
          let back = 0;
          for (let k = 0; k < n; k++) back += a[i * n + k]! * x[k]!;
          expect(back).toBeCloseTo(wanted[i]!, 8);
        }
      }),
    );
  });

  it('is bitwise the same row by row, and for many right-hand sides at once', () => {
    fc.assert(
      fc.property(sizes, sizes, (n, split) => {
        const whole = positiveDefinite(n, 'append');
        const grown = whole.slice();
        cholesky(whole, n, n);
        cholesky(grown, n, Math.min(split, n));
        for (let i = Math.min(split, n); i < n; i++) cholesky(grown, n, i + 1, i);
        expect(grown).toEqual(whole);

        const rows = Float64Array.from({ length: split * n }, (_, i) => Math.sin(i));
        const together = rows.slice();
        solveLower(whole, n, n, together, split);
        for (let r = 0; r < split; r++) {
          const alone = rows.slice(r * n, (r + 1) * n);
          solveLower(whole, n, n, alone);
          expect(together.slice(r * n, (r + 1) * n)).toEqual(alone);
        }
      }),
    );
  });

  it('reports a matrix that is not positive definite, and adds jitter if that helps', () => {
    const ones = new Float64Array(16).fill(1);
    expect(cholesky(ones.slice(), 4, 4)).toBe(false);
    const l = new Float64Array(16);
    expect(choleskyWithJitter(ones, 4, 4, l)).toBe(1e-10);
    expect(choleskyWithJitter(Float64Array.of(1, 0, 5, 1), 2, 2, new Float64Array(4))).toBeNaN();
    expect(cholesky(Float64Array.of(Number.NaN), 1, 1)).toBe(false);
  });
});
