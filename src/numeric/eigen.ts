/** A = V diag(values) V^T. */
export interface Eigen {
  readonly values: number[];
  /** V: the eigenvectors are its columns. */
  readonly vectors: number[][];
}

/** Convergence is quadratic at the end: a dozen sweeps are many. */
const MOST_SWEEPS = 50;

/**
 * Eigenvalues and -vectors of a symmetric matrix by cyclic Jacobi rotations (Golub & Van Loan, Matrix Computations, 8.5): slower than by
 * tridiagonal form where matrices are large, and more accurate for small eigenvalues.
 */
export function symmetricEigen(matrix: readonly (readonly number[])[]): Eigen {
  const rows = matrix.map((row) => Float64Array.from(row));
  // Rows of V^T: a rotation then works on two rows.
  const vectors = rows.map((_, i) => Float64Array.from(rows, (_, j) => (i === j ? 1 : 0)));
  let turned = true;
  for (let sweep = 0; turned && sweep < MOST_SWEEPS; sweep++) {
    turned = false;
    for (let p = 0; p < rows.length; p++) for (let q = p + 1; q < rows.length; q++) turned = rotate(rows, vectors, p, q) || turned;
  }
  return { values: rows.map((row, i) => row[i]!), vectors: rows.map((_, i) => vectors.map((vector) => vector[i]!)) };
}

/** Turns the plane of two axes so that the entry at (p, q) becomes 0; nothing where it is lost in the rounding of the diagonal. */
function rotate(rows: readonly Float64Array[], vectors: readonly Float64Array[], p: number, q: number): boolean {
  const [rowP, rowQ] = [rows[p]!, rows[q]!];
  const apq = rowP[q]!;
  const [app, aqq] = [rowP[p]!, rowQ[q]!];
  if (!(Math.abs(apq) > 2 ** -54 * Math.sqrt(Math.abs(app * aqq)))) return false;
  const tau = (aqq - app) / (2 * apq);
  const tangent = (tau < 0 ? -1 : 1) / (Math.abs(tau) + Math.sqrt(1 + tau * tau));
  const cosine = 1 / Math.sqrt(1 + tangent * tangent);
  const sine = tangent * cosine;
  turn(rowP, rowQ, cosine, sine);
  for (let r = 0; r < rows.length; r++) {
    rows[r]![p] = rowP[r]!;
    rows[r]![q] = rowQ[r]!;
  }
  rowP[p] = app - tangent * apq;
  rowQ[q] = aqq + tangent * apq;
  rowP[q] = rowQ[p] = 0;
  turn(vectors[p]!, vectors[q]!, cosine, sine);
  return true;
}

function turn(a: Float64Array, b: Float64Array, cosine: number, sine: number): void {
  for (let r = 0; r < a.length; r++) {
    const x = a[r]!;
    const y = b[r]!;
    a[r] = cosine * x - sine * y;
    b[r] = sine * x + cosine * y;
  }
}
