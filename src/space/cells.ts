import { SpaceError } from '../errors.ts';
import type { Axis, Domain, Point } from './axis.ts';

/** The cells of a grid over a space, by number. They are computed, never listed. */
export interface GridCells {
  readonly count: number;
  /** The snapped point of a cell, index in [0, count). The last axis varies fastest. */
  at(index: number): Point;
  /** The cell nearest to a point. */
  indexOf(point: Point): number;
}

/** An axis and the axes that depend on it. */
interface Branch {
  readonly axis: number;
  /** The number of cells of the axis together with all that depend on it. */
  readonly cells: number;
  readonly slots: Slots;
  /** The slots with dependent axes, in ascending order. Every other slot is one cell. */
  readonly forks: readonly Fork[];
}
interface Fork {
  readonly slot: number;
  readonly cells: number;
  readonly branches: readonly Branch[];
}
/** The places of an axis that the grid uses. */
interface Slots {
  readonly count: number;
  coordinate(slot: number): number;
  nearest(coordinate: number): number;
}

const fullGrid = ({ levels }: Axis): number => levels?.count ?? Number.POSITIVE_INFINITY;

/** The number of configurations of some axes; Infinity if one of them is continuous. */
export const countCells = (axes: readonly Axis[]): number => product(branchesOf(axes, fullGrid));

/**
 * Numbers the cells of a grid. An axis that does not exist in a cell does not multiply it.
 *
 * @param levelsPerAxis how many places an axis has, at least 1. Those of a continuous axis are evenly spaced, both ends included; those of a
 * finite axis are evenly chosen levels, at most all. Without it, every axis must be finite.
 * @throws SpaceError if there are more than 2^53 cells
 */
export function cells({ axes, snap }: Pick<Domain, 'axes' | 'snap'>, levelsPerAxis: (axis: Axis) => number = fullGrid): GridCells {
  const roots = branchesOf(axes, levelsPerAxis);
  const count = product(roots);
  if (!(count <= Number.MAX_SAFE_INTEGER)) throw new SpaceError(`expected a grid of at most 2^53 cells, got ${count}`);
  return {
    count,
    at(index) {
      if (!(Number.isInteger(index) && index >= 0 && index < count)) throw new SpaceError(`expected a cell in [0, ${count}), got ${index}`);
      const point = axes.map(() => 0.5);
      place(roots, index, point);
      return snap(point);
    },
    indexOf: (point) => indexIn(roots, point),
  };
}

function branchesOf(axes: readonly Axis[], levelsPerAxis: (axis: Axis) => number): readonly Branch[] {
  const branches: Branch[] = [];
  const childrenOf = (parent: number) => branches.filter(({ axis }) => axes[axis]!.when?.axis === parent);
  // Children follow their parents, so in reverse order the branches of an axis's children exist when it is reached.
  for (let axis = axes.length - 1; axis >= 0; axis--) {
    const slots = slotsOf(axes[axis]!, levelsPerAxis(axes[axis]!));
    const forks = forksOf(axes, axis, slots, childrenOf(axis));
    branches.unshift({ axis, slots, forks, cells: forks.reduce((sum, fork) => sum + fork.cells - 1, slots.count) });
  }
  return branches.filter(({ axis }) => !axes[axis]!.when);
}

function forksOf(axes: readonly Axis[], axis: number, slots: Slots, children: readonly Branch[]): readonly Fork[] {
  const levels = axes[axis]!.levels;
  const forks = new Map<number, Fork>();
  for (const level of children.flatMap((child) => axes[child.axis]!.when!.levels)) {
    const slot = slots.nearest(levels!.at(level));
    if (levels!.of(slots.coordinate(slot)) !== level) continue; // a level that a coarse grid skips
    const branches = children.filter((child) => axes[child.axis]!.when!.levels.includes(level));
    forks.set(slot, { slot, branches, cells: product(branches) });
  }
  return [...forks.values()].sort((a, b) => a.slot - b.slot);
}

function slotsOf({ name, levels }: Axis, wanted: number): Slots {
  if (!(wanted >= 1 && (Number.isInteger(wanted) || wanted === Number.POSITIVE_INFINITY))) {
    throw new SpaceError(`${name}: expected a whole number of levels on the grid, at least 1, got ${wanted}`);
  }
  if (!levels) {
    const last = wanted - 1;
    return {
      count: wanted,
      coordinate: (slot) => (last === 0 ? 0.5 : slot / last),
      nearest: (coordinate) => Math.round(coordinate * last),
    };
  }
  if (wanted >= levels.count) return { count: levels.count, coordinate: levels.at, nearest: levels.of };
  const last = wanted - 1;
  const top = levels.count - 1;
  return {
    count: wanted,
    coordinate: (slot) => levels.at(last === 0 ? Math.floor(top / 2) : Math.round((slot * top) / last)),
    nearest: (coordinate) => Math.round((levels.of(coordinate) * last) / top),
  };
}

const product = (branches: readonly Branch[]): number => branches.reduce((cells, branch) => cells * branch.cells, 1);

/** Writes the coordinates of a cell: its number in mixed radix, with one digit for each branch. */
function place(branches: readonly Branch[], index: number, point: number[]): void {
  let rest = index;
  for (let i = branches.length - 1; i >= 0; i--) {
    const branch = branches[i]!;
    const digit = rest % branch.cells;
    rest = (rest - digit) / branch.cells;
    const [slot, within, fork] = slotAt(branch, digit);
    point[branch.axis] = branch.slots.coordinate(slot);
    if (fork) place(fork.branches, within, point);
  }
}

/** The slot that holds the digit-th cell of a branch, and the number of the cell within the slot. */
function slotAt({ forks }: Branch, digit: number): readonly [slot: number, within: number, fork?: Fork] {
  let slot = 0;
  let left = digit;
  for (const fork of forks) {
    const plain = fork.slot - slot;
    if (left < plain) return [slot + left, 0];
    left -= plain;
    if (left < fork.cells) return [fork.slot, left, fork];
    left -= fork.cells;
    slot = fork.slot + 1;
  }
  return [slot + left, 0];
}

function indexIn(branches: readonly Branch[], point: Point): number {
  let index = 0;
  for (const { axis, slots, forks, cells } of branches) {
    const slot = slots.nearest(point[axis]!);
    let digit = slot;
    for (const fork of forks) {
      if (fork.slot < slot) digit += fork.cells - 1;
      if (fork.slot === slot) digit += indexIn(fork.branches, point);
    }
    index = index * cells + digit;
  }
  return index;
}
