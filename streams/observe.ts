import { concatMap, Observable, type OperatorFunction } from 'rxjs';
import type { CloseReason, ReportedFact, SuggestedFact, Values } from '../src/facts/facts.ts';
import type { AppliedEntry } from '../src/ledger/appliedEntry.ts';
import { better } from '../src/ledger/ranking.ts';
import type { Status } from '../src/ledger/trial.ts';
import { type Ended, type Tags, type TrialId, violates } from '../src/messages.ts';

/** A trial that has ended. */
export interface TrialRow<P> {
  readonly trial: TrialId;
  readonly params: P;
  readonly status: Status;
  /** The result, where there is one. */
  readonly values?: Values;
  /** Why it failed, and what its trainer said of that. */
  readonly reason?: string;
  readonly message?: string;
  readonly by: string;
  readonly budget?: number;
  readonly resumes?: TrialId;
  /** Marks that its strategy left. */
  readonly tags?: Tags;
  /** The last step reported. */
  readonly step?: number;
  readonly metrics?: Values;
  /** Outcome constraints: at most 0 is feasible, and what violates one is never the best. */
  readonly constraints?: readonly number[];
  readonly seconds?: number;
}

/** A trial that has not ended. */
export interface OpenTrialRow<P> extends Pick<TrialRow<P>, 'trial' | 'params' | 'by' | 'budget' | 'resumes' | 'tags' | 'step'> {
  readonly status: 'open';
}

/** The row of a trial that has been suggested. */
export const openRow = <P>({ trial, params, by, budget, resumes, tags }: SuggestedFact<P>): OpenTrialRow<P> => ({
  trial,
  params,
  status: 'open',
  by,
  ...(budget !== undefined && { budget }),
  ...(resumes !== undefined && { resumes }),
  ...(tags !== undefined && { tags }),
});

/** How a study is doing. */
export interface Progress<P> {
  /** Suggested so far, those that are open included. */
  readonly trials: number;
  readonly open: number;
  readonly completed: number;
  readonly stopped: number;
  readonly failed: number;
  readonly best?: TrialRow<P>;
  readonly closed?: CloseReason;
}

/** An operator that keeps a state of its own for each subscription. */
export const folding =
  <T, R>(start: () => (value: T) => readonly R[]): OperatorFunction<T, R> =>
  (source$) =>
    new Observable((out) => source$.pipe(concatMap(start())).subscribe(out));

/**
 * A row for each trial when it ends, and once more if its result is retracted.
 *
 * @example
 * optimize(space, objective).pipe(trials()).subscribe(console.table);
 */
export const trials = <P>(): OperatorFunction<AppliedEntry<P>, TrialRow<P>> => folding(rows<P>);

/** The row of each trial that ends, or whose result is retracted. */
export function rows<P>(): (noted: AppliedEntry<P>) => readonly TrialRow<P>[] {
  const open = new Map<TrialId, { suggestion: SuggestedFact<P>; values?: Values; metrics?: Values }>();
  const ended = new Map<TrialId, TrialRow<P>>();
  return ({ effect, fact, event, refusal }) => {
    if (refusal) return [];
    if (effect === 'suggested') open.set(fact.trial, { suggestion: fact });
    if (fact.type === 'retracted') return retractedRow(ended, fact.trial);
    if (effect === 'reported') Object.assign(open.get(fact.trial)!, pick(fact));
    if (effect !== 'ended') return [];
    const known = open.get(fact.trial)!;
    open.delete(fact.trial);
    if (fact.type === 'completed') Object.assign(known, pick(fact));
    const row = rowOf<P>(event, fact.type === 'failed' && fact.message ? { ...known, message: fact.message } : known);
    ended.set(fact.trial, row);
    return [row];
  };
}

const pick = ({ values, metrics }: Pick<ReportedFact, 'values' | 'metrics'>) => (metrics ? { values, metrics } : { values });

function retractedRow<P>(ended: Map<TrialId, TrialRow<P>>, trial: TrialId): readonly TrialRow<P>[] {
  const row = ended.get(trial);
  if (row === undefined) return [];
  const { values: _values, metrics: _metrics, ...rest } = row;
  const retracted: TrialRow<P> = { ...rest, status: 'retracted' };
  ended.set(trial, retracted);
  return [retracted];
}

interface Known<P> {
  readonly suggestion: SuggestedFact<P>;
  readonly values?: Values;
  readonly metrics?: Values;
  readonly message?: string;
}

function rowOf<P>(told: Ended, { suggestion, values, metrics, message }: Known<P>): TrialRow<P> {
  const { id: trial, outcome: status, losses, reason, by, budget, resumes, tags, step, constraints, seconds } = told;
  return {
    trial,
    params: suggestion.params,
    status,
    by,
    ...(losses && values && { values }),
    ...(reason !== undefined && { reason }),
    ...(message !== undefined && { message }),
    ...(budget !== undefined && { budget }),
    ...(resumes !== undefined && { resumes }),
    ...(tags !== undefined && { tags }),
    ...(step !== undefined && { step }),
    ...(losses && metrics && { metrics }),
    ...(constraints && { constraints }),
    ...(seconds !== undefined && { seconds }),
  };
}

/**
 * The best trial whenever there is a better one, or whenever a retraction makes another one the best: of those completed at the highest
 * budget that violate no outcome constraint, the one with the lowest first loss.
 *
 * @example
 * optimize(space, objective).pipe(best()).subscribe(({ params, values }) => console.log(values, params));
 */
export const best = <P>(): OperatorFunction<AppliedEntry<P>, TrialRow<P>> => folding(bestRows<P>);

function bestRows<P>(): (noted: AppliedEntry<P>) => readonly TrialRow<P>[] {
  const rowsOf = rows<P>();
  const results = new Map<TrialId, Result<P>>();
  let first: Result<P> | undefined;
  return (noted) => {
    const [row] = rowsOf(noted);
    if (row?.status === 'completed' && violates(row)) return [];
    if (row?.status === 'completed') {
      const { losses, budget = Number.POSITIVE_INFINITY } = noted.event as Ended;
      const result = { row, loss: losses![0]!, budget };
      results.set(row.trial, result);
      if (!better(result, first)) return [];
      first = result;
      return [row];
    }
    if (row?.status !== 'retracted' || !results.delete(row.trial) || first?.row.trial !== row.trial) return [];
    first = undefined;
    for (const result of results.values()) if (better(result, first)) first = result;
    return first ? [(first as Result<P>).row] : [];
  };
}

interface Result<P> {
  readonly row: TrialRow<P>;
  readonly loss: number;
  readonly budget: number;
}

/**
 * How the study stands after each entry that counts.
 *
 * @example
 * optimize(space, objective).pipe(progress()).subscribe(({ trials, best }) => console.log(trials, best?.values));
 */
export const progress = <P>(): OperatorFunction<AppliedEntry<P>, Progress<P>> => folding(progressAfter<P>);

function progressAfter<P>(): (noted: AppliedEntry<P>) => readonly Progress<P>[] {
  const bestOf = bestRows<P>();
  let state: Progress<P> = { trials: 0, open: 0, completed: 0, stopped: 0, failed: 0 };
  return (noted) => {
    if (noted.refusal) return [];
    const { fact, event } = noted;
    if (event?.type === 'suggested') state = { ...state, trials: state.trials + 1, open: state.open + 1 };
    if (event?.type === 'ended') state = { ...state, open: state.open - 1, [event.outcome]: state[event.outcome] + 1 };
    if (fact.type === 'closed') state = { ...state, closed: fact.reason };
    if (fact.type === 'changed') state = reopened(state);
    const [first] = bestOf(noted);
    if (first) state = { ...state, best: first };
    return [state];
  };
}

function reopened<P>({ closed: _, ...state }: Progress<P>): Progress<P> {
  return state;
}
