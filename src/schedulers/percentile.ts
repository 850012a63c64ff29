import { fronts, type Losses } from '../numeric/pareto/domination.ts';
import { insertSorted, rankOf } from '../numeric/sorted.ts';

const firstPrecedes = (a: Losses, b: Losses): boolean => a[0]! < b[0]!;
const firstPrecedesOrEquals = (a: Losses, b: Losses): boolean => a[0]! <= b[0]!;

/** The best losses of all trials at each step, with which a curve is compared. */
export class Curves {
  /** Sorted by the first loss. */
  readonly #atStep = new Map<number, Losses[]>();

  /** How many trials have reported at a step. */
  at(step: number): number {
    return this.#atStep.get(step)?.length ?? 0;
  }

  /**
   * The share of trials at a step that are strictly better: with one objective, of a lower loss; with several, of an earlier front when all are ranked
   * by non-domination. 0 without peers.
   */
  shareBetter(step: number, losses: Losses): number {
    const peers = this.#atStep.get(step);
    if (peers === undefined) return 0;
    return (losses.length === 1 ? rankOf(peers, losses, firstPrecedesOrEquals) : countInFrontOf(peers, losses)) / peers.length;
  }

  add(step: number, losses: Losses): void {
    const peers = this.#atStep.get(step);
    if (peers) insertSorted(peers, losses, firstPrecedes);
    else this.#atStep.set(step, [losses]);
  }
}

/** How many of some trials are on earlier fronts than one more would be. */
function countInFrontOf(peers: readonly Losses[], losses: Losses): number {
  let better = 0;
  for (const front of fronts([...peers, losses])) {
    if (front.includes(peers.length)) break;
    better += front.length;
  }
  return better;
}
