import { mean, median } from '../../../src/numeric/averages.ts';
import { index, rngFor } from '../../../src/numeric/random.ts';

/** What a strategy reached: by problem, by seed, the loss without noise of its best trial after each number of trials. */
export type Reached = ReadonlyMap<string, readonly (readonly number[])[]>;

/** After each trial: the noise-free loss of the trial with the best reported value so far, infinite while all have failed. */
export function incumbents(told: readonly number[], losses: readonly number[]): number[] {
  let [best, loss] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  return told.map((value, i) => {
    if (value < best) [best, loss] = [value, losses[i]!];
    return loss;
  });
}

/** A small part of the regret of one random point, so that regret still has a scale if random search finds the optimum. */
const LEAST_SCALE = 0.01;

/** Regret after n trials by problem and seed, in units of the median regret of random search. */
export function regrets(reached: Reached, random: Reached, optima: ReadonlyMap<string, number>, n: number): number[][] {
  return [...reached].map(([name, runs]) => {
    const optimum = optima.get(name)!;
    const others = random.get(name)!;
    const scale = Math.max(
      median(others.map((run) => run[n - 1]! - optimum)),
      LEAST_SCALE * median(others.map((run) => run[0]! - optimum)),
    );
    return runs.map((run) => Math.max(0, run[n - 1]! - optimum) / scale);
  });
}

export const meanRegret = (byProblem: Cells): number => mean(byProblem.map(mean));

/** A number with its middle 90 % over resampled seeds. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

const ROUNDS = 2000;

/** Regrets of a contender by problem and seed. */
type Cells = readonly (readonly number[])[];

/**
 * The bootstrap of Efron & Tibshirani (1993, chapter 13): each round draws seeds of each problem with replacement, the same for all contenders, so that
 * comparisons stay paired. The problems are not resampled.
 */
export function resampled(cells: Cells, statistic: (pick: (of: Cells) => Cells) => number): Estimate {
  const rng = rngFor('bootstrap', 'seeds', 0);
  const values = Array.from({ length: ROUNDS }, () => {
    const picks = cells.map((runs) => runs.map(() => index(rng, runs.length)));
    return statistic((of) => of.map((runs, p) => picks[p]!.map((i) => runs[i]!)));
  }).sort((a, b) => a - b);
  return { value: statistic((of) => of), low: values[Math.floor(0.05 * ROUNDS)]!, high: values[Math.floor(0.95 * ROUNDS)]! };
}

/** Mean regret divided by that of another contender. */
export const pairedRatio = (ours: Cells, theirs: Cells): Estimate =>
  resampled(ours, (pick) => meanRegret(pick(ours)) / Math.max(meanRegret(pick(theirs)), 1e-9));

/** Mean over problems and seeds of the rank of each contender. 1 is the best; ties share the mean of their ranks. */
export function ranks(byContender: readonly Cells[]): Estimate[] {
  const ranked = byContender.map((ours) =>
    ours.map((runs, p) =>
      runs.map((regret, s) => {
        const all = byContender.map((theirs) => theirs[p]![s]!);
        return 1 + all.filter((other) => other < regret).length + (all.filter((other) => other === regret).length - 1) / 2;
      }),
    ),
  );
  return ranked.map((cells) => resampled(cells, (pick) => meanRegret(pick(cells))));
}
