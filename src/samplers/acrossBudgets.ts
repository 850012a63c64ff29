import { peers, type Standing } from './standing.ts';

/** The losses of completed trials at each budget, by slot; those that went on to a higher one included. */
export type LossesByBudget = ReadonlyMap<number, ReadonlyMap<number, number>>;

/**
 * One ranking of trials that were trained for different budgets. The highest budget says how those stand that came to it; a trial with a
 * lower one is placed among them by how they stood at that budget. So a good beginning comes before a bad end, and a budget that misleads
 * cannot say more than it knows.
 *
 * @param ranking of one objective: the highest budget first, and by losses within a budget
 */
export function acrossBudgets(ranking: readonly Standing[], byBudget: LossesByBudget): readonly Standing[] {
  if (byBudget.size < 2) return ranking;
  let merged: Standing[] = [];
  for (let from = 0; from < ranking.length; ) {
    const first = ranking[from]!;
    const losses = first.tier === 0 ? byBudget.get(first.fidelity) : undefined;
    if (losses === undefined) return [...merged, ...ranking.slice(from)]; // those that were stopped or are infeasible stand behind
    const next = ranking.findIndex((standing, i) => i > from && !peers(standing, first));
    const group = ranking.slice(from, next < 0 ? undefined : next);
    merged = placed(merged, group, losses);
    from += group.length;
  }
  return merged;
}

/** Those of a budget among those of higher ones: each behind as many as were better at that budget. */
function placed(higher: readonly Standing[], group: readonly Standing[], losses: ReadonlyMap<number, number>): Standing[] {
  const known = higher.flatMap(({ slot }) => losses.get(slot) ?? []).sort((a, b) => a - b);
  if (known.length === 0) return [...higher, ...group];
  const merged: Standing[] = [];
  let next = 0;
  let passed = 0;
  const place = () => {
    while (next < group.length && !(passed < known.length && known[passed]! < group[next]!.losses[0]!)) merged.push(group[next++]!);
  };
  for (const standing of higher) {
    const isKnown = losses.has(standing.slot);
    if (isKnown && passed === 0) place();
    merged.push(standing);
    if (!isKnown) continue;
    passed++;
    place();
  }
  return merged;
}
