import { contributions, spread } from '../../numeric/hypervolume.ts';
import { fronts } from '../../numeric/pareto.ts';
import { peers, type Standing } from '../rankedTrial.ts';

/** The slots of the good trials, and what each weighs; nothing where the newest weigh most. */
export type Good = ReadonlyMap<number, number | undefined>;

/** How many of n trials count as good. */
const countOf = (n: number): number => Math.min(Math.ceil(0.1 * n), 25);

/** The first of a ranking. With several objectives: fronts of equals in all else, and of the last front those that dominate the most volume. */
function best(ranking: readonly Standing[], count: number): readonly Standing[] {
  if (!ranking.some(({ losses }) => losses.length > 1)) return ranking.slice(0, count);
  const chosen: Standing[] = [];
  for (let from = 0; from < ranking.length && chosen.length < count; ) {
    const next = ranking.findIndex((standing, i) => i > from && !peers(standing, ranking[from]!));
    const equals = ranking.slice(from, next < 0 ? undefined : next);
    from += equals.length;
    for (const front of fronts(equals.map(({ losses }) => losses))) {
      const members = front.map((i) => equals[i]!);
      const room = count - chosen.length;
      if (room <= 0) break;
      const some =
        members.length <= room
          ? members.keys()
          : spread(
              members.map(({ losses }) => losses),
              room,
            );
      for (const i of some) chosen.push(members[i]!);
    }
  }
  return chosen;
}

/** What weighs nothing would still have a kernel. */
const LEAST_WEIGHT = 1e-6;

/**
 * The good ones of a ranking. With several objectives each of the leading ones weighs as much as the volume that it alone dominates, against
 * the most of them (Ozaki et al., JAIR 2022, section 4.3), and those that are there for want of better hardly anything.
 */
export function goodOf(ranking: readonly Standing[]): Good {
  const good = best(ranking, countOf(ranking.length));
  const leading = good.filter((standing) => peers(standing, good[0]!));
  if (!leading.some(({ losses }) => losses.length > 1)) return new Map(good.map(({ slot }) => [slot, undefined]));
  const volumes = contributions(leading.map(({ losses }) => losses));
  const most = Math.max(...volumes);
  const weights = new Map(good.map(({ slot }) => [slot, LEAST_WEIGHT]));
  for (const [i, { slot }] of leading.entries()) weights.set(slot, most > 0 ? Math.max(LEAST_WEIGHT, volumes[i]! / most) : 1);
  return weights;
}
