/** Where one looks from: degrees about the upright axis, and above the floor. */
export interface View {
  readonly around: number;
  readonly above: number;
}

/** Places in [0, 1] along three axes, the third of which is upright. */
export type Corner = readonly [number, number, number];

/** How large a cube of side 1 is on the screen at most, from whatever side. */
export const EXTENT = Math.sqrt(3);

/** Parallel projection: pixels rightward and downward from the middle of the cube, for a side of 1, and how far away. */
export function project({ around, above }: View, [a, b, c]: Corner): readonly [right: number, down: number, depth: number] {
  const [turn, tilt] = [around, above].map((degrees) => (degrees * Math.PI) / 180) as [number, number];
  const right = (a - 0.5) * Math.cos(turn) - (b - 0.5) * Math.sin(turn);
  const back = (a - 0.5) * Math.sin(turn) + (b - 0.5) * Math.cos(turn);
  const up = (c - 0.5) * Math.cos(tilt) + back * Math.sin(tilt);
  return [right, -up, back * Math.cos(tilt) - (c - 0.5) * Math.sin(tilt)];
}

/** The view after a turn: all the way round, and from the floor to straight above it. */
export const turned = ({ around, above }: View, by: View): View => ({
  around: (((around + by.around) % 360) + 360) % 360,
  above: Math.min(90, Math.max(0, above + by.above)),
});

const CORNERS: readonly Corner[] = [0, 1, 2, 3, 4, 5, 6, 7].map((bits) => [bits & 1, (bits >> 1) & 1, (bits >> 2) & 1]);

/** The twelve edges. */
export const EDGES: readonly (readonly [Corner, Corner])[] = CORNERS.flatMap((from) =>
  [0, 1, 2].flatMap((axis) => (from[axis] === 0 ? [[from, from.with(axis, 1) as unknown as Corner] as const] : [])),
);

/** Of the edges along an axis the one at which it is read: on the floor the nearest, upright the leftmost. */
export function readAt(view: View, axis: number): readonly [Corner, Corner] {
  const along = EDGES.filter(([from, to]) => from[axis] !== to[axis] && (axis === 2 || from[2] === 0));
  const rank = ([from, to]: readonly [Corner, Corner]) => {
    const [a, b] = [project(view, from), project(view, to)];
    return axis === 2 ? a[0] : a[2] + b[2];
  };
  return along.reduce((first, one) => (rank(one) < rank(first) ? one : first));
}
