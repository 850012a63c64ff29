import type { Ended, Suggested } from '../../messages.ts';

/** A descent among others, as results tell it. */
export interface Runner {
  readonly open: number;
  readonly ended: number;
  readonly best: number;
}

/** Several descents at once: those that are still in the race, and those that were stopped. */
export interface Race {
  readonly runners: readonly Runner[];
  /** How often the worse half was stopped. */
  readonly cuts: number;
  readonly racing: readonly number[];
}

export const lineUp = (count: number): Race => ({
  runners: Array.from({ length: count }, () => ({ open: 0, ended: 0, best: Number.POSITIVE_INFINITY })),
  cuts: 0,
  racing: Array.from({ length: count }, (_, i) => i),
});

/** The race after a fact about a trial of one runner. */
export function follow(race: Race, runner: number, fact: Suggested | Ended, lap: number): Race {
  const { open, ended, best } = race.runners[runner]!;
  const loss = fact.type === 'ended' && fact.outcome === 'completed' ? fact.losses![0]! : Number.POSITIVE_INFINITY;
  const next =
    fact.type === 'suggested' ? { open: open + 1, ended, best } : { open: open - 1, ended: ended + 1, best: Math.min(best, loss) };
  return cut({ ...race, runners: race.runners.with(runner, next) }, lap);
}

/** Stops the worse half as soon as all have run their lap; each lap is twice as long as the one before it (Karnin et al. 2013). */
function cut(race: Race, lap: number): Race {
  const { runners, cuts, racing } = race;
  if (racing.length === 1 || racing.some((i) => runners[i]!.ended < lap * 2 ** cuts)) return race;
  const ranked = racing.toSorted((a, b) => runners[a]!.best - runners[b]!.best || a - b);
  return { runners, cuts: cuts + 1, racing: ranked.slice(0, Math.ceil(ranked.length / 2)) };
}

/** Whom to ask first: of those in the race who had the fewest trials; the stopped ones only after them, the best first. */
export function turns({ runners, racing }: Race): number[] {
  const tried = (i: number) => runners[i]!.open + runners[i]!.ended;
  const stopped = [...runners.keys()].filter((i) => !racing.includes(i));
  return [
    ...racing.toSorted((a, b) => tried(a) - tried(b) || a - b),
    ...stopped.toSorted((a, b) => runners[a]!.best - runners[b]!.best || a - b),
  ];
}
