import { textTable } from '../../../src/cli/terminal/table.ts';
import { mean } from '../../../src/numeric/averages.ts';
import { betterThanRandom, leastByChance, randomLosses, shareAbove } from './chance.ts';
import type { Expected } from './expected.ts';
import type { Outcome } from './outcome.ts';
import type { Problem } from './problem.ts';

export const BUDGETS = [10, 25, 50, 100] as const;

/**
 * What a strategy that models the results must reach on the problems of a kind, from its `betterFrom` on.
 *
 * @param most what a strategy that always finds the optimum reaches: less than 1 where random search often finds it, too.
 */
const better = (n: number, most: number): number => 0.5 + (n >= 50 ? 0.1 : 0.05) * 2 * (most - 0.5);

/** The mean share of random searches that a strategy is better than, on one problem or on all of a kind. */
interface Standing {
  readonly of: string;
  readonly shares: readonly number[];
  /** The least that each share may be. */
  readonly limits: readonly number[];
}

export interface Verdict {
  readonly strategy: string;
  /** Of each kind, followed by its problems. */
  readonly standings: readonly Standing[];
  readonly faults: readonly string[];
  /** Why there are no limits. */
  readonly excused?: string | undefined;
}

/** How a strategy did on each problem. */
export type Outcomes = ReadonlyMap<Problem, Outcome>;

const references = new Map<Problem, Float64Array>();
function referenceOf(problem: Problem): Float64Array {
  const known = references.get(problem) ?? randomLosses(problem);
  references.set(problem, known);
  return known;
}

/** Judges by kind of problem, and by single problem. Of a hundred strategies that are as good as random search, one is judged worse by chance. */
export function judge(
  strategy: string,
  { betterFrom = Number.POSITIVE_INFINITY, from = 0, excused, repeats }: Expected,
  outcomes: Outcomes,
  budgets: readonly number[],
): Verdict {
  const standings: Standing[] = [];
  const faults: string[] = [];
  const ran: (readonly [Problem, Exclude<Outcome, { error: string }>])[] = [];
  for (const [problem, outcome] of outcomes) {
    if ('error' in outcome) {
      if (excused === undefined) faults.push(`${problem.name}: ${outcome.error}`);
    } else if (problem.kind === 'equal') {
      if (outcome.repeats > 0 && !repeats && excused === undefined)
        faults.push(`${problem.name}: ${outcome.repeats} configurations were tried before`);
    } else ran.push([problem, outcome]);
  }
  const kinds = [...new Set(ran.map(([{ kind }]) => kind))];
  const tests = budgets.length * (kinds.length + ran.length);
  const add = (of: string, shares: readonly number[], limitAfter: (n: number) => number): void => {
    const limits = budgets.map((n) => (excused === undefined && n >= from ? limitAfter(n) : 0));
    standings.push({ of, shares, limits });
    for (const [i, n] of budgets.entries())
      if (shares[i]! < limits[i]!) faults.push(`${of} after ${n} trials: ${shares[i]!.toFixed(2)} of at least ${limits[i]!.toFixed(2)}`);
  };
  for (const kind of kinds) {
    const some = ran.filter(([problem]) => problem.kind === kind);
    const runs = some.reduce((sum, [, { best }]) => sum + best.length, 0);
    const each = some.map(([problem, { best }]) => budgets.map((n) => shareAbove(referenceOf(problem), best, n)));
    const most = (n: number) => mean(some.map(([problem]) => betterThanRandom(referenceOf(problem), problem.optimum, n)));
    add(
      kind,
      budgets.map((_, i) => mean(each.map((shares) => shares[i]!))),
      (n) => (n < betterFrom ? leastByChance(runs, tests) : better(n, most(n))),
    );
    for (const [k, [problem, { best }]] of some.entries()) add(`  ${problem.name}`, each[k]!, () => leastByChance(best.length, tests));
  }
  return { strategy, standings, faults, excused };
}

/** A verdict as a table; `!` marks what is below its limit. */
export function shown({ strategy, standings, faults, excused }: Verdict, budgets: readonly number[]): string {
  const cells = standings.map(({ of, shares, limits }) => [
    of,
    ...shares.map((share, i) => `${share < limits[i]! ? '! ' : ''}${share.toFixed(2)}`),
  ]);
  const table = textTable(
    [strategy, ...budgets.map((n) => `${n} trials`)],
    cells,
    budgets.map((_, i) => i + 1),
  );
  const notes = faults.map((fault) => `${strategy} fails: ${fault.trim()}`);
  return [table, ...notes, ...(excused === undefined ? [] : [`${strategy} has no limit: ${excused}`])].join('\n');
}
