import { ndtri } from '../../numeric/distributions/normal.ts';
import { rankOf } from '../../numeric/sorted.ts';
import type { ComparedConfiguration } from './rungResults.ts';

/** A configuration with its place in the order of all, from 1. Ties share the mean of their places. */
export interface Placed {
  readonly configuration: ComparedConfiguration;
  readonly place: number;
}

/**
 * One order of configurations with different budgets, best first. Configurations at the highest budget are ordered by their losses there. A
 * configuration with a lower budget gets the place that is expected from its loss, by isotonic regression over those that were trained further. So a
 * good start ranks above a bad end; and if a low budget is misleading, a good loss there ranks no higher than those that had one and ended badly.
 *
 * @param counted all have a loss
 * @example
 * const scores = normalScores(orderOf(results.counted)); // by configuration
 */
export function orderOf(counted: readonly ComparedConfiguration[]): readonly Placed[] {
  const budgets = [...new Set(counted.map(({ top }) => top))].sort((a, b) => b - a);
  return budgets.reduce<readonly Placed[]>(
    (order, budget) =>
      merged(
        order,
        counted.filter(({ top }) => top === budget),
        budget,
      ),
    [],
  );
}

/** The normal score of a place among n: the quantile of a standard normal at (place - 1/2) / n. */
export const normalScore = (place: number, n: number): number => ndtri((place - 0.5) / n);

/** The normal score of each configuration of an order. */
export const normalScores = (order: readonly Placed[]): ReadonlyMap<ComparedConfiguration, number> =>
  new Map(order.map(({ configuration, place }) => [configuration, normalScore(place, order.length)]));

/** The position of a configuration: at a place of the order so far or, if it has a loss, right after that place. */
interface Position {
  readonly configuration: ComparedConfiguration;
  readonly at: number;
  readonly loss?: number;
}

const before = (a: Position, b: Position): number =>
  a.at - b.at || Number(a.loss !== undefined) - Number(b.loss !== undefined) || (a.loss === b.loss ? 0 : a.loss! - b.loss!);

/** Inserts the configurations whose highest budget is `budget` into the order. */
function merged(order: readonly Placed[], group: readonly ComparedConfiguration[], budget: number): readonly Placed[] {
  const lossOf = ({ losses }: ComparedConfiguration): number => losses.get(budget)![0]!;
  const known = order
    .filter(({ configuration }) => configuration.losses.has(budget))
    .map(({ configuration, place }) => ({ loss: lossOf(configuration), place }))
    .sort((a, b) => a.loss - b.loss);
  const expected = isotonic(known.map(({ place }) => place));
  const front = known.length > 0 ? (order.findLast(({ place }) => place < expected[0]!)?.place ?? 0) : order.length;
  const position = (configuration: ComparedConfiguration): Position => {
    const loss = lossOf(configuration);
    const better = rankOf(known, loss, (mine, other) => mine < other.loss);
    return { configuration, at: better > 0 ? expected[better - 1]! : front, loss };
  };
  const positions: Position[] = [...order.map(({ configuration, place }) => ({ configuration, at: place })), ...group.map(position)];
  positions.sort((a, b) => before(a, b) || a.configuration.index - b.configuration.index);
  return places(positions);
}

/** Isotonic regression by pooling adjacent violators (Ayer et al. 1955). */
function isotonic(values: readonly number[]): number[] {
  const blocks: { mean: number; size: number }[] = [];
  for (const value of values) {
    let block = { mean: value, size: 1 };
    for (let last = blocks.at(-1); last && last.mean > block.mean; last = blocks.at(-1)) {
      const size = last.size + block.size;
      block = { mean: (last.mean * last.size + block.mean * block.size) / size, size };
      blocks.pop();
    }
    blocks.push(block);
  }
  return blocks.flatMap(({ mean, size }) => Array<number>(size).fill(mean));
}

function places(positions: readonly Position[]): readonly Placed[] {
  const placed: Placed[] = [];
  for (let from = 0, to = 0; from < positions.length; from = to) {
    while (to < positions.length && before(positions[from]!, positions[to]!) === 0) to++;
    for (const { configuration } of positions.slice(from, to)) placed.push({ configuration, place: (from + 1 + to) / 2 });
  }
  return placed;
}
