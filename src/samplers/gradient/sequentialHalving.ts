import type { Ended, Suggested } from '../../strategy/messages.ts';

/** The results of one of several descents. */
export interface DescentResults {
  readonly open: number;
  readonly ended: number;
  readonly best: number;
}

/** Sequential halving of parallel descents (Karnin et al. 2013): after each round the worse half is stopped. */
export interface SequentialHalving {
  readonly descents: readonly DescentResults[];
  /** How many rounds are over. */
  readonly halvings: number;
  /** The indices of the descents that were not stopped. */
  readonly remaining: readonly number[];
}

export const startHalving = (count: number): SequentialHalving => ({
  descents: Array.from({ length: count }, () => ({ open: 0, ended: 0, best: Number.POSITIVE_INFINITY })),
  halvings: 0,
  remaining: Array.from({ length: count }, (_, i) => i),
});

/**
 * The state after a fact about a trial of one descent.
 *
 * @param firstRound how many results of each descent end the first round. Each later round is twice as long.
 */
export function updateHalving(state: SequentialHalving, index: number, fact: Suggested | Ended, firstRound: number): SequentialHalving {
  const { open, ended, best } = state.descents[index]!;
  const loss = fact.type === 'ended' && fact.outcome === 'completed' ? fact.losses![0]! : Number.POSITIVE_INFINITY;
  const next =
    fact.type === 'suggested' ? { open: open + 1, ended, best } : { open: open - 1, ended: ended + 1, best: Math.min(best, loss) };
  return halve({ ...state, descents: state.descents.with(index, next) }, firstRound);
}

/** Stops the worse half if the round is over. */
function halve(state: SequentialHalving, firstRound: number): SequentialHalving {
  const { descents, halvings, remaining } = state;
  if (remaining.length === 1 || remaining.some((i) => descents[i]!.ended < firstRound * 2 ** halvings)) return state;
  const ranked = remaining.toSorted((a, b) => descents[a]!.best - descents[b]!.best || a - b);
  return { descents, halvings: halvings + 1, remaining: ranked.slice(0, Math.ceil(ranked.length / 2)) };
}

/** The order in which to ask descents: remaining ones with the fewest trials first, then stopped ones, the best first. */
export function askOrder({ descents, remaining }: SequentialHalving): number[] {
  const tried = (i: number) => descents[i]!.open + descents[i]!.ended;
  const stopped = [...descents.keys()].filter((i) => !remaining.includes(i));
  return [
    ...remaining.toSorted((a, b) => tried(a) - tried(b) || a - b),
    ...stopped.toSorted((a, b) => descents[a]!.best - descents[b]!.best || a - b),
  ];
}
