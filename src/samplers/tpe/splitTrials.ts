import { fronts } from '../../numeric/pareto/domination.ts';
import { exclusiveContributions, greedyHypervolumeSubset } from '../../numeric/pareto/hypervolume.ts';
import { type RankedTrial, sameTier } from '../rankedTrial.ts';

/** The indices of the trials below the split, the best first, each with its weight; undefined with a single objective. */
export type BelowWeights = ReadonlyMap<number, number | undefined>;

/** How many of n trials with a loss lie below the split. */
export const belowCount = (n: number): number => Math.min(Math.ceil(0.1 * n), 25);

/** The first trials of a ranking. With several objectives: whole fronts, and of the last front those that dominate the most volume. */
function selectBelow(ranking: readonly RankedTrial[], count: number): readonly RankedTrial[] {
  if (!ranking.some(({ losses }) => losses.length > 1)) return ranking.slice(0, count);
  const selected: RankedTrial[] = [];
  for (let from = 0; from < ranking.length && selected.length < count; ) {
    const next = ranking.findIndex((trial, i) => i > from && !sameTier(trial, ranking[from]!));
    const tier = ranking.slice(from, next < 0 ? undefined : next);
    from += tier.length;
    for (const front of fronts(tier.map(({ losses }) => losses))) {
      const members = front.map((i) => tier[i]!);
      const room = count - selected.length;
      if (room <= 0) break;
      const chosen =
        members.length <= room
          ? members.keys()
          : greedyHypervolumeSubset(
              members.map(({ losses }) => losses),
              room,
            );
      for (const i of chosen) selected.push(members[i]!);
    }
  }
  return selected;
}

/** Above 0, since a kernel without weight would still set the bandwidth of its neighbours. */
const MIN_WEIGHT = 1e-6;

/** Trials below the split that have no weight of their own. */
export const unweighted = (below: readonly RankedTrial[]): BelowWeights => new Map(below.map(({ index }) => [index, undefined]));

/**
 * The weights of n trials below the split by their rank, the best first, with a mean of 1. They fall with the logarithm of the rank, as those of
 * parents in CMA-ES do (Hansen 2016, eq. 49), so that the density follows the best trials without forgetting the others.
 */
export function rankWeights(n: number): number[] {
  const raw = Array.from({ length: n }, (_, rank) => Math.log((n + 1) / (rank + 1)));
  const total = raw.reduce((sum, w) => sum + w, 0);
  return raw.map((w) => (n * w) / total);
}

/**
 * Splits trials into those below (the best tenth, at most 25) and the rest, as the tree-structured Parzen estimator does. With several objectives,
 * the best trials are weighted by the volume that each alone dominates, as a share of the largest such volume (Ozaki et al., JAIR 2022,
 * section 4.3); trials of a lower tier get the minimal weight.
 *
 * @param ranking the best trial first. Trials without a loss are never below.
 */
export function splitTrials(ranking: readonly RankedTrial[]): BelowWeights {
  const known = ranking.filter(({ losses }) => losses[0]! < Number.POSITIVE_INFINITY);
  const below = selectBelow(known, belowCount(known.length));
  const leading = below.filter((trial) => sameTier(trial, below[0]!));
  if (!leading.some(({ losses }) => losses.length > 1)) return unweighted(below);
  const volumes = exclusiveContributions(leading.map(({ losses }) => losses));
  const most = Math.max(...volumes);
  const weights = new Map(below.map(({ index }) => [index, MIN_WEIGHT]));
  for (const [i, { index }] of leading.entries()) weights.set(index, most > 0 ? Math.max(MIN_WEIGHT, volumes[i]! / most) : 1);
  return weights;
}
