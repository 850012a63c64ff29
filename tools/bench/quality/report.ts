import { textTable } from '../../../src/cli/terminal/table.ts';
import { mean } from '../../../src/numeric/averages.ts';
import type { Kind, Problem } from './problem.ts';
import { type Estimate, meanRegret, pairedRatio, ranks, regrets } from './regret.ts';
import type { Measured } from './run.ts';

/** How a contender ranks among the others on problems of one kind, or on all, after `trials` trials. */
export interface Row {
  readonly kind: Kind | 'all';
  readonly trials: number;
  readonly contender: string;
  /** 0 is the optimum, 1 the median of random search. */
  readonly regret: number;
  /** Mean regret divided by that of the first contender, random search. */
  readonly ofRandom: Estimate;
  /** Mean rank among the contenders, 1 the best. */
  readonly rank: Estimate;
  /** Milliseconds of CPU per suggestion. */
  readonly milliseconds: number;
}

/** Rows of one kind after n trials. The first contender is random search. */
export function rowsOf(kind: Row['kind'], some: readonly Problem[], measured: readonly Measured[], n: number): Row[] {
  const names = some.map(({ name }) => name);
  const optima = new Map(some.map(({ name, optimum }) => [name, optimum]));
  const among = measured.map(({ reached }) => new Map(names.map((name) => [name, reached.get(name)!])));
  const of = among.map((reached) => regrets(reached, among[0]!, optima, n));
  const rank = ranks(of);
  return measured.map(({ name, milliseconds }, i) => ({
    kind,
    trials: n,
    contender: name,
    regret: meanRegret(of[i]!),
    ofRandom: pairedRatio(of[i]!, of[0]!),
    rank: rank[i]!,
    milliseconds: mean(names.map((problem) => milliseconds.get(problem)!)),
  }));
}

const interval = ({ value, low, high }: Estimate, digits: number): string =>
  `${value.toFixed(digits)} (${low.toFixed(digits)} – ${high.toFixed(digits)})`;

/** Rows of one kind and number of trials as a table, the best rank first. */
export function shown(rows: readonly Row[], problems: number, seeds: number): string {
  const { kind, trials } = rows[0]!;
  const numbers = ['regret', "of random's (90 %)", 'rank (90 %)', 'CPU a suggestion'];
  const cells = [...rows]
    .sort((a, b) => a.rank.value - b.rank.value)
    .map(({ contender, regret, ofRandom, rank, milliseconds }) => [
      contender,
      regret.toFixed(3),
      interval(ofRandom, 2),
      interval(rank, 1),
      `${milliseconds.toFixed(1)} ms`,
    ]);
  const table = textTable(['strategy', ...numbers], cells, [1, 2, 3, 4]);
  const count = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`;
  return `${kind}: ${count(problems, 'problem')}, ${count(seeds, 'seed')}, after ${count(trials, 'trial')}\n${table}`;
}
