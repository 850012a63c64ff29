/** The direction of the view: degrees around the vertical axis, and above the floor. */
export interface View {
  readonly around: number;
  readonly above: number;
}

/** Places in [0, 1] on three axes; the third is vertical. */
export type Corner = readonly [number, number, number];

/** The largest extent of a cube of side 1 on the screen, from any side. */
export const EXTENT = Math.sqrt(3);

/** Parallel projection of a cube of side 1: distances to the right of its centre, below it, and away from the viewer. */
export function project({ around, above }: View, [a, b, c]: Corner): readonly [right: number, down: number, depth: number] {
  const [turn, tilt] = [around, above].map((degrees) => (degrees * Math.PI) / 180) as [number, number];
  const right = (a - 0.5) * Math.cos(turn) - (b - 0.5) * Math.sin(turn);
  const back = (a - 0.5) * Math.sin(turn) + (b - 0.5) * Math.cos(turn);
  const up = (c - 0.5) * Math.cos(tilt) + back * Math.sin(tilt);
  return [right, -up, back * Math.cos(tilt) - (c - 0.5) * Math.sin(tilt)];
}

/** The view after a rotation: any angle around, and from the floor to vertical above it. */
export const turned = ({ around, above }: View, by: View): View => ({
  around: (((around + by.around) % 360) + 360) % 360,
  above: Math.min(90, Math.max(0, above + by.above)),
});

const CORNERS: readonly Corner[] = [0, 1, 2, 3, 4, 5, 6, 7].map((bits) => [bits & 1, (bits >> 1) & 1, (bits >> 2) & 1]);

/** The twelve edges. */
export const EDGES: readonly (readonly [Corner, Corner])[] = CORNERS.flatMap((from) =>
  [0, 1, 2].flatMap((axis) => (from[axis] === 0 ? [[from, from.with(axis, 1) as unknown as Corner] as const] : [])),
);

/** The edge that carries the labels of an axis: the nearest one on the floor, the leftmost vertical one. */
export function readAt(view: View, axis: number): readonly [Corner, Corner] {
  const along = EDGES.filter(([from, to]) => from[axis] !== to[axis] && (axis === 2 || from[2] === 0));
  const rank = ([from, to]: readonly [Corner, Corner]) => {
    const [a, b] = [project(view, from), project(view, to)];
    return axis === 2 ? a[0] : a[2] + b[2];
  };
  return along.reduce((first, one) => (rank(one) < rank(first) ? one : first));
}
