import { concatMap, Observable, type OperatorFunction } from 'rxjs';
import type { CloseReason } from '../../src/facts/facts.ts';
import type { AppliedEntry } from '../../src/ledger/appliedEntry.ts';
import { Leader } from '../../src/ledger/ranking.ts';
import { type Ended, type TrialId, violates } from '../../src/strategy/messages.ts';
import { type CompletedRow, isCompleted, type TrialRow, TrialRows } from '../../src/study/trials.ts';

/** The progress of a study. */
export interface Progress<P, O extends string = string> {
  /** Trials suggested so far, including open ones. */
  readonly trials: number;
  readonly open: number;
  readonly completed: number;
  readonly stopped: number;
  readonly failed: number;
  /** Failed trials that do not count towards the limit of trials. */
  readonly uncounted: number;
  readonly best?: CompletedRow<P, O>;
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
export const trials = <P, O extends string>(): OperatorFunction<AppliedEntry<P, O>, TrialRow<P, O>> => folding(rowsOfEnded<P, O>);

/** The row of each trial that ends, or whose result is retracted. */
export function rowsOfEnded<P, O extends string = string>(): (entry: AppliedEntry<P>) => readonly TrialRow<P, O>[] {
  const rows = new TrialRows<P>();
  return (entry) => {
    const row = rows.apply(entry) as TrialRow<P, O> | undefined; // the study refuses values by other names
    return row && (entry.effect === 'ended' || (!entry.refusal && entry.fact.type === 'retracted')) ? [row] : [];
  };
}

/**
 * Emits the best trial when it changes, also by a retraction: of those completed at the highest
 * budget that violate no outcome constraint, the one with the lowest first loss. In a study of examples, it is the leader.
 *
 * @example
 * optimize(space, objective).pipe(best()).subscribe(({ params, values }) => console.log(values, params));
 */
export const best = <P, O extends string>(): OperatorFunction<AppliedEntry<P, O>, CompletedRow<P, O>> => folding(bestRows<P, O>);

/** The best trial, if an entry changes it. */
function bestRows<P, O extends string = string>(): (applied: AppliedEntry<P>) => readonly CompletedRow<P, O>[] {
  const rowsOf = rowsOfEnded<P, O>();
  const results = new Map<TrialId, Result<P, O>>();
  let leader = new Leader<Result<P, O>>();
  return (applied) => {
    const [row] = rowsOf(applied);
    const { best: last } = leader;
    if (isCompleted(row) && !violates(row)) {
      const { losses } = applied.event as Ended;
      const result = { trial: row.trial, row, loss: losses![0]!, budget: row.budget ?? Number.POSITIVE_INFINITY };
      results.set(row.trial, result);
      leader.add(result);
      if (row.examples === undefined) return leader.best === last ? [] : [leader.best!.row];
    }
    const led = row?.leader === undefined ? undefined : results.get(row.leader);
    if (led) return [led.row];
    if (row?.status !== 'retracted' || !results.delete(row.trial)) return [];
    leader = new Leader();
    for (const result of results.values()) leader.add(result);
    return leader.best && leader.best.trial !== last?.trial ? [leader.best.row] : [];
  };
}

interface Result<P, O extends string> {
  readonly trial: TrialId;
  readonly row: CompletedRow<P, O>;
  readonly loss: number;
  readonly budget: number;
}

/**
 * Emits the progress of the study after each entry that counts.
 *
 * @example
 * optimize(space, objective).pipe(progress()).subscribe(({ trials, best }) => console.log(trials, best?.values));
 */
export const progress = <P, O extends string>(): OperatorFunction<AppliedEntry<P, O>, Progress<P, O>> => folding(progressAfter<P, O>);

function progressAfter<P, O extends string>(): (applied: AppliedEntry<P>) => readonly Progress<P, O>[] {
  const bestOf = bestRows<P, O>();
  let state: Progress<P, O> = { trials: 0, open: 0, completed: 0, stopped: 0, failed: 0, uncounted: 0 };
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

function reopened<P, O extends string>({ closed: _, ...state }: Progress<P, O>): Progress<P, O> {
  return state;
}
