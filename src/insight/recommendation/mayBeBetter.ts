import type { RungResults } from '../../samplers/budgets/rungResults.ts';
import type { TrialRow } from '../../study/trials.ts';

/** At most so many are named. */
const MOST_NAMED = 3;
/** Stopped after less than this share of the steps of the best trial, a trial has shown too little. */
const SHOWN = 0.1;

/** A trial that was stopped although it was ahead, and the step at which it was. */
export interface Ahead {
  readonly trial: number;
  readonly step: number;
}

/**
 * The trials that early stopping may have stopped wrongly: at the last rung that they reached, they were better than the trial that is now the best, or than
 * half of those that have completed. The best first.
 *
 * @param results of all trials
 * @param best the best completed trial
 */
export function mayBeBetter(results: RungResults, rows: Iterable<TrialRow>, best: Pick<TrialRow, 'trial'>): readonly Ahead[] {
  const winner = results.of(best.trial);
  if (winner === undefined) return [];
  const all = [...rows];
  const completed = all.filter(({ status }) => status === 'completed').flatMap(({ trial }) => results.of(trial) ?? []);
  return all
    .filter(({ status }) => status === 'stopped')
    .flatMap(({ trial }) => {
      const { top: step = 0, losses } = results.of(trial) ?? {};
      const loss = losses?.get(step)?.[0];
      if (loss === undefined || step < SHOWN * winner.top) return [];
      const others = completed.flatMap((other) => other.losses.get(step)?.[0] ?? []);
      const behind = others.filter((other) => other > loss).length;
      const isAhead =
        loss < (winner.losses.get(step)?.[0] ?? Number.NEGATIVE_INFINITY) || (others.length > 1 && 2 * behind > others.length);
      return isAhead ? [{ trial, step, behind: behind / others.length }] : [];
    })
    .sort((a, b) => b.step - a.step || b.behind - a.behind || a.trial - b.trial)
    .slice(0, MOST_NAMED)
    .map(({ trial, step }) => ({ trial, step }));
}

/** As a sentence; undefined if there are none. */
export function mayBeBetterText(ahead: readonly Ahead[], best: Pick<TrialRow, 'trial'>): string | undefined {
  if (ahead.length === 0) return undefined;
  const named = ahead.map(({ trial, step }) => `${trial} (stopped at step ${step})`).join(', ');
  const [trials, each] = ahead.length === 1 ? ['trial', 'it'] : ['trials', 'each'];
  return `${trials} ${named} may be better than trial ${best.trial}: at that step, ${each} was ahead of it or of most completed trials`;
}
