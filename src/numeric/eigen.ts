import { EigenvalueDecomposition } from 'ml-matrix';

/** A = V diag(values) V^T. */
export interface Eigen {
  /** Ascending. */
  readonly values: readonly number[];
  /** V: the eigenvectors are its columns. */
  readonly vectors: readonly (readonly number[])[];
}

/**
 * Eigenvalues and eigenvectors of a symmetric matrix. The sign of an eigenvector is arbitrary; here its component of greatest magnitude is
 * positive, so that a result does not depend on how the library arrives at it.
 */
export function symmetricEigen(matrix: readonly (readonly number[])[]): Eigen {
  if (matrix.length === 0) return { values: [], vectors: [] };
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(
    matrix.map((row) => [...row]),
    { assumeSymmetric: true },
  );
  const order = [...realEigenvalues.keys()].sort((a, b) => realEigenvalues[a]! - realEigenvalues[b]!);
  const columns = order.map((k) => signed(eigenvectorMatrix.getColumn(k)));
  return {
    values: order.map((k) => realEigenvalues[k]!),
    vectors: matrix.map((_, i) => columns.map((column) => column[i]!)),
  };
}

function signed(vector: readonly number[]): readonly number[] {
  const greatest = vector.reduce((most, x) => (Math.abs(x) > Math.abs(most) ? x : most), 0);
  return greatest < 0 ? vector.map((x) => -x) : vector;
}
