import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { symmetricEigen } from '../../src/numeric/eigen.ts';

interface Reference {
  readonly matrix: number[][];
  /** Ascending. */
  readonly values: number[];
}
const cases = JSON.parse(readFileSync(new URL('../reference/eigen.json', import.meta.url), 'utf8')) as Reference[];

describe('symmetricEigen', () => {
  it.each(cases)('has the eigenvalues of LAPACK: case %#', ({ matrix, values }) => {
    const greatest = Math.max(...values.map(Math.abs));
    const found = symmetricEigen(matrix).values.toSorted((a, b) => a - b);
    for (const [i, value] of found.entries()) expect(value / greatest).toBeCloseTo(values[i]! / greatest, 13);
  });
  it.each(cases)('has vectors that make up the matrix: case %#', ({ matrix }) => {
    const { values, vectors } = symmetricEigen(matrix);
    const greatest = Math.max(...values.map(Math.abs));
    matrix.forEach((row, i) => {
      row.forEach((x, j) => {
        const made = values.reduce((sum, value, k) => sum + value * vectors[i]![k]! * vectors[j]![k]!, 0);
        const angle = vectors.reduce((sum, of) => sum + of[i]! * of[j]!, 0);
        expect(made / greatest).toBeCloseTo(x / greatest, 13);
        expect(angle).toBeCloseTo(i === j ? 1 : 0, 13);
      });
    });
  });
  it('has none of nothing', () => expect(symmetricEigen([])).toEqual({ values: [], vectors: [] }));
});
