import { concatMap, Observable, type OperatorFunction } from 'rxjs';
import type { CloseReason } from '../../src/facts/facts.ts';
import type { AppliedEntry } from '../../src/ledger/appliedEntry.ts';
import { Leader } from '../../src/ledger/ranking.ts';
import { type Ended, type TrialId, violates } from '../../src/strategy/messages.ts';
import { type CompletedRow, isCompleted, type TrialRow, TrialRows } from '../../src/study/trials.ts';

/** The progress of a study. */
export interface Progress<P> {
  /** Trials suggested so far, including open ones. */
  readonly trials: number;
  readonly open: number;
  readonly completed: number;
  readonly stopped: number;
  readonly failed: number;
  /** Failed trials that do not count towards the limit of trials. */
  readonly uncounted: number;
  readonly best?: CompletedRow<P>;
  readonly closed?: CloseReason;
}

/** An operator that has its own state for each subscription. */
export const folding =
  <T, R>(start: () => (value: T) => readonly R[]): OperatorFunction<T, R> =>
  (source$) =>
    new Observable((out) => source$.pipe(concatMap(start())).subscribe(out));

/**
 * Emits the row of each trial when it ends, and again if its result is retracted.
 *
 * @example
 * optimize(space, objective).pipe(trials()).subscribe(console.table);
 */
export const trials = <P>(): OperatorFunction<AppliedEntry<P>, TrialRow<P>> => folding(rowsOfEnded<P>);

/** The row of each trial that ends, or whose result is retracted. */
export function rowsOfEnded<P>(): (entry: AppliedEntry<P>) => readonly TrialRow<P>[] {
  const rows = new TrialRows<P>();
  return (entry) => {
    const row = rows.apply(entry);
    return row && (entry.effect === 'ended' || (!entry.refusal && entry.fact.type === 'retracted')) ? [row] : [];
  };
}

/**
 * Emits the best trial when it changes, also by a retraction: of those completed at the highest
 * budget that violate no outcome constraint, the one with the lowest first loss.
 *
 * @example
 * optimize(space, objective).pipe(best()).subscribe(({ params, values }) => console.log(values, params));
 */
export const best = <P>(): OperatorFunction<AppliedEntry<P>, CompletedRow<P>> => folding(bestRows<P>);

/** The best trial, if an entry changes it. */
export function bestRows<P>(): (applied: AppliedEntry<P>) => readonly CompletedRow<P>[] {
  const rowsOf = rowsOfEnded<P>();
  const results = new Map<TrialId, Result<P>>();
  let leader = new Leader<Result<P>>();
  return (applied) => {
    const [row] = rowsOf(applied);
    if (isCompleted(row)) {
      if (violates(row)) return [];
      const { losses, budget = Number.POSITIVE_INFINITY } = applied.event as Ended;
      const result = { trial: row.trial, row, loss: losses![0]!, budget };
      results.set(row.trial, result);
      const { best: last } = leader;
      leader.add(result);
      return leader.best === last ? [] : [leader.best!.row];
    }
    if (row?.status !== 'retracted' || !results.delete(row.trial)) return [];
    const { best: last } = leader;
    leader = new Leader();
    for (const result of results.values()) leader.add(result);
    return leader.best && leader.best.trial !== last?.trial ? [leader.best.row] : [];
  };
}

interface Result<P> {
  readonly trial: TrialId;
  readonly row: CompletedRow<P>;
  readonly loss: number;
  readonly budget: number;
}

/**
 * Emits the progress of the study after each entry that counts.
 *
 * @example
 * optimize(space, objective).pipe(progress()).subscribe(({ trials, best }) => console.log(trials, best?.values));
 */
export const progress = <P>(): OperatorFunction<AppliedEntry<P>, Progress<P>> => folding(progressAfter<P>);

function progressAfter<P>(): (applied: AppliedEntry<P>) => readonly Progress<P>[] {
  const bestOf = bestRows<P>();
  let state: Progress<P> = { trials: 0, open: 0, completed: 0, stopped: 0, failed: 0, uncounted: 0 };
  const counted = new Set<TrialId>();
  return (applied) => {
    if (applied.refusal) return [];
    const { fact, event } = applied;
    if (event?.type === 'suggested') state = { ...state, trials: state.trials + 1, open: state.open + 1 };
    if (event?.type === 'ended') state = { ...state, open: state.open - 1, [event.outcome]: state[event.outcome] + 1 };
    if (event?.type === 'ended' && event.outcome === 'failed') counted.add(event.id);
    if (fact.type === 'closed') state = { ...state, closed: fact.reason };
    if (fact.type === 'changed') {
      const uncounted = (fact.uncounted ?? []).filter((id) => counted.delete(id)).length;
      state = { ...reopened(state), uncounted: state.uncounted + uncounted };
    }
    const [first] = bestOf(applied);
    if (first) state = { ...state, best: first };
    return [state];
  };
}

function reopened<P>({ closed: _, ...state }: Progress<P>): Progress<P> {
  return state;
}
