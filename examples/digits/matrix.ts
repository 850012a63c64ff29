/** Numbers row by row. Several matrices may be views of the same numbers. */
export interface Matrix {
  readonly data: Float64Array;
  readonly rows: number;
  readonly columns: number;
  /** Distance in `data` between an element and the one below it. */
  readonly stride: number;
}

export const matrix = (rows: number, columns: number, data: Float64Array = new Float64Array(rows * columns)): Matrix => ({
  data,
  rows,
  columns,
  stride: columns,
});

/** A view of the first rows and columns. */
export const corner = (m: Matrix, rows: number, columns: number): Matrix => ({ ...m, rows, columns });

/** A transposed copy. */
export const transpose = (m: Matrix): Matrix => {
  const copy = matrix(m.columns, m.rows);
  for (let i = 0; i < m.rows; i++) for (let j = 0; j < m.columns; j++) copy.data[j * m.rows + i] = m.data[i * m.stride + j]!;
  return copy;
};

/** out = a b */
export const multiply = (a: Matrix, b: Matrix, out: Matrix): void => product({ data: a.data, down: a.stride, right: 1 }, b, out);

/** out = aᵀ b */
export const multiplyTransposed = (a: Matrix, b: Matrix, out: Matrix): void => product({ data: a.data, down: 1, right: a.stride }, b, out);

/** The left factor: distances from an element to the one below it, and to the one on its right. */
interface Left {
  readonly data: Float64Array;
  readonly down: number;
  readonly right: number;
}

/** Tiles of 2 x 4 sums fit into the registers: six loads for eight products, and no store before a sum is done. */
const product = (a: Left, b: Matrix, out: Matrix): void => {
  const evenRows = out.rows - (out.rows % 2);
  const tiledColumns = out.columns - (out.columns % 4);
  for (let i = 0; i < evenRows; i += 2) for (let j = 0; j < tiledColumns; j += 4) tile(a, b, out, i, j);
  for (let i = 0; i < out.rows; i++) {
    for (let j = i < evenRows ? tiledColumns : 0; j < out.columns; j++) element(a, b, out, i, j);
  }
};

const element = (a: Left, b: Matrix, out: Matrix, i: number, j: number): void => {
  let sum = 0;
  for (let k = 0; k < b.rows; k++) sum += a.data[i * a.down + k * a.right]! * b.data[k * b.stride + j]!;
  out.data[i * out.stride + j] = sum;
};

const tile = (
  { data: left, down, right }: Left,
  { data: values, rows: inner, stride }: Matrix,
  out: Matrix,
  i: number,
  j: number,
): void => {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let t0 = 0;
  let t1 = 0;
  let t2 = 0;
  let t3 = 0;
  let p = i * down;
  let q = j;
  for (let k = 0; k < inner; k++) {
    const upper = left[p]!;
    const lower = left[p + down]!;
    const b0 = values[q]!;
    const b1 = values[q + 1]!;
    const b2 = values[q + 2]!;
    const b3 = values[q + 3]!;
    s0 += upper * b0;
    s1 += upper * b1;
    s2 += upper * b2;
    s3 += upper * b3;
    t0 += lower * b0;
    t1 += lower * b1;
    t2 += lower * b2;
    t3 += lower * b3;
    p += right;
    q += stride;
  }
  const result = out.data;
  const o = i * out.stride + j;
  result[o] = s0;
  result[o + 1] = s1;
  result[o + 2] = s2;
  result[o + 3] = s3;
  const u = o + out.stride;
  result[u] = t0;
  result[u + 1] = t1;
  result[u + 2] = t2;
  result[u + 3] = t3;
};
