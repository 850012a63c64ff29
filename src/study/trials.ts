import type { Params, Stopped, SuggestedFact, Values } from '../facts/facts.ts';
import type { AppliedEntry } from '../ledger/appliedEntry.ts';
import { omitUndefined } from '../schema/omitUndefined.ts';
import { type Ended, type Tags, type TrialId, violates } from '../strategy/messages.ts';

/** The status of a trial, as the command line, the page and rpc name it. */
export const trialStatuses = ['open', 'completed', 'stopped', 'failed', 'retracted'] as const;
export type TrialStatus = (typeof trialStatuses)[number];

/** Annotations of a trial or a study. */
export interface Annotation {
  /** In Markdown. */
  readonly note?: string;
  readonly labels?: readonly string[];
  /** Whether it has a star. */
  readonly starred?: boolean;
}

/**
 * The current state of a trial: everything that the log says about it, in one row.
 *
 * @typeParam P the type of configurations
 * @typeParam O the names of the objectives
 */
export interface TrialRow<P = Params, O extends string = string> extends Annotation {
  readonly trial: TrialId;
  readonly params: P;
  readonly status: TrialStatus;
  /** Present while a trainer works on the open trial. */
  readonly running?: true;
  /** The current or last attempt: 1, 2, ... */
  readonly attempt: number;
  /** The result; of an open or stopped trial, what it reported last. */
  readonly values?: Readonly<Record<O, number>>;
  readonly metrics?: Values;
  /** Outcome constraints: at most 0 is feasible. A trial that violates one is never the best. */
  readonly constraints?: readonly number[];
  /** Why the trial failed, or its last attempt, and the trainer's message; of a stopped trial, what stopped it, and why. */
  readonly reason?: string;
  readonly message?: string;
  /** Whether it failed and no longer counts towards the limit of trials, so that another trial replaces it. */
  readonly uncounted?: true;
  /** Where the program failed, such as a traceback. */
  readonly trace?: string;
  /** Path of the strategy, `queue` or `import`. */
  readonly by: string;
  /** The step up to which it may train; in a study of examples, how many its configuration is evaluated on. */
  readonly budget?: number;
  /** The trial that it continues. */
  readonly resumes?: TrialId;
  /** Position of the `proposed` fact that it serves. */
  readonly proposal?: number;
  readonly tags?: Tags;
  /** The highest step reported; in a study of examples, on how many its configuration was evaluated. */
  readonly step?: number;
  /** On how many examples its configuration was evaluated, in a study of examples. */
  readonly examples?: number;
  /** The trial that leads since its end, in a study of examples, if that changed: it or, if its results showed that it should not lead, another one. */
  readonly leader?: TrialId;
  /** Seconds until the result, as its trainer measured them. */
  readonly seconds?: number;
  readonly trainer?: string;
  /** The last claim of a trainer on it, as lines of logs name it. */
  readonly run?: string;
  /** Positions of the entries that began and ended it. */
  readonly suggested: number;
  readonly ended?: number;
  /** Milliseconds since 1970. */
  readonly suggestedAt: number;
  readonly startedAt?: number;
  /** While it runs: the claim on its current attempt, and the last report of that attempt. */
  readonly claimedAt?: number;
  readonly reportedAt?: number;
  readonly endedAt?: number;
}

/** A trial with a result, such as the best one. */
export interface CompletedRow<P = Params, O extends string = string> extends TrialRow<P, O> {
  readonly status: 'completed';
  readonly values: Readonly<Record<O, number>>;
}

export const isCompleted = <P, O extends string = string>(row: TrialRow<P, O> | undefined): row is CompletedRow<P, O> =>
  row?.status === 'completed';

type Draft<P> = { -readonly [K in keyof TrialRow<P>]: TrialRow<P>[K] };

/** The trials of a study: a fold over the entries that count. */
export class TrialRows<P = Params> implements Iterable<TrialRow<P>> {
  readonly #rows = new Map<TrialId, Draft<P>>();
  #about: Annotation = {};
  #uncounted = 0;
  #at = 0;
  #imported = 0;
  /** How many examples the study has. */
  #examples: number | undefined;
  readonly #counts: Record<TrialStatus, number> = { open: 0, completed: 0, stopped: 0, failed: 0, retracted: 0 };

  /** @returns the row of the trial of the entry. It changes until the trial has ended, and never after that. */
  apply(entry: AppliedEntry<P>): TrialRow<P> | undefined {
    this.#at = entry.at;
    if (entry.refusal || entry.effect === 'void') return undefined;
    const trial = 'trial' in entry.fact ? entry.fact.trial : undefined;
    if (trial === undefined) {
      if (entry.fact.type === 'created') this.#examples = entry.fact.examples?.count;
      if (entry.fact.type === 'annotated') this.#about = annotationAfter(this.#about, entry.fact);
      if (entry.fact.type === 'changed') this.#uncount(entry.fact.uncounted ?? []);
      return undefined;
    }
    const known = this.#rows.get(trial);
    const before = known?.status;
    const row = entry.effect === 'suggested' ? suggestedRow(entry.fact, this.#budgetOf(entry.fact), entry) : known && change(known, entry);
    if (row === undefined) return undefined;
    if (before !== undefined) this.#counts[before]--;
    else if (row.by === 'import') this.#imported++;
    this.#counts[row.status]++;
    this.#rows.set(trial, row);
    return row;
  }

  #budgetOf({ budget, examples, resumes }: SuggestedFact<unknown>): number | undefined {
    if (this.#examples === undefined || budget !== undefined) return budget;
    const before = resumes === undefined ? undefined : this.#rows.get(resumes)?.step;
    return examples === undefined ? this.#examples : examples.length + (before ?? 0);
  }

  #uncount(trials: readonly TrialId[]): void {
    for (const trial of trials) {
      const row = this.#rows.get(trial);
      if (row?.status !== 'failed' || row.uncounted) continue;
      this.#rows.set(trial, { ...row, uncounted: true });
      this.#uncounted++;
    }
  }

  get(trial: TrialId): TrialRow<P> | undefined {
    return this.#rows.get(trial);
  }

  /** The annotations of the study. */
  get about(): Annotation {
    return this.#about;
  }

  /** When the last entry was written, in milliseconds since 1970. */
  get at(): number {
    return this.#at;
  }

  /** How many failed trials do not count towards the limit of trials. */
  get uncounted(): number {
    return this.#uncounted;
  }

  /** How many trials were imported. They do not count towards the limit of trials either. */
  get imported(): number {
    return this.#imported;
  }

  get counts(): Readonly<Record<TrialStatus, number>> {
    return this.#counts;
  }

  [Symbol.iterator](): Iterator<TrialRow<P>> {
    return this.#rows.values();
  }
}

/** The annotations after one more fact. Empty ones are left out. */
const annotationAfter = (
  before: Annotation,
  { note = before.note, labels = before.labels, starred = before.starred }: Annotation,
): Annotation => omitUndefined({ note: note || undefined, labels: labels?.length ? labels : undefined, starred: starred || undefined });

type At = Pick<AppliedEntry, 'position' | 'at'>;

function suggestedRow<P>(fact: SuggestedFact<P>, budget: number | undefined, { position, at }: At): Draft<P> {
  const { trial, params, attempt, by, resumes, proposal, tags } = fact;
  const since = { suggested: position, suggestedAt: at };
  return { trial, params, status: 'open', attempt, by, ...omitUndefined({ budget, resumes, proposal, tags }), ...since };
}

function change<P>(row: Draft<P>, entry: Exclude<AppliedEntry<P>, { readonly effect: 'rejected' }>): Draft<P> {
  const { fact, effect, event, at, author } = entry;
  switch (fact.type) {
    case 'suggested':
      row.attempt = fact.attempt;
      waits(row);
      break;
    case 'started':
      runs(row, at);
      row.claimedAt = at;
      break;
    case 'reported':
      runs(row, at);
      row.reportedAt = at;
      break;
    case 'failed':
      waits(row);
      row.reason = fact.reason;
      if (fact.message) row.message = fact.message;
      else delete row.message;
      if (fact.trace) row.trace = fact.trace;
      else delete row.trace;
      break;
    case 'stopped':
      row.message = stopText(fact);
      if (row.message === '') delete row.message;
      break;
    case 'annotated': {
      const { note: _note, labels: _labels, starred: _starred, ...rest } = row;
      return { ...rest, ...annotationAfter(row, fact) };
    }
    case 'retracted': {
      const { values: _values, metrics: _metrics, ...rest } = row;
      return { ...rest, status: 'retracted' };
    }
  }
  if ('values' in fact && effect !== 'noted') {
    row.values = fact.values;
    if (fact.metrics) row.metrics = fact.metrics;
  }
  if (event?.type === 'reported') row.step = event.step;
  if (event?.type === 'reported' && event.results) row.examples = event.step;
  const isClaim = fact.type === 'started';
  const trainer = author ?? (isClaim ? fact.trainer : undefined); // the author in the log takes precedence over the name in the fact
  if (trainer !== undefined && (isClaim || row.trainer === undefined)) row.trainer = trainer;
  if (isClaim) row.run = fact.run;
  return effect === 'ended' ? endedRow(row, event, entry) : row;
}

/** What stopped a trial, and why. */
function stopText({ by, why }: Stopped): string {
  if (by === 'person') return 'because it was cancelled';
  if (by === 'closed') return 'because the study had ended';
  return by ? `by ${by}${why ? `: ${why}` : ''}` : '';
}

function runs<P>(row: Draft<P>, at: number): void {
  row.running = true;
  row.startedAt ??= at;
}

/** No trainer works on it. */
function waits<P>(row: Draft<P>): void {
  delete row.running;
  delete row.claimedAt;
  delete row.reportedAt;
}

/** What a row keeps when its trial ends, if it has it. */
const KEPT_FIELDS = ['budget', 'resumes', 'proposal', 'tags', 'step', 'examples', 'note', 'labels', 'starred', 'trainer', 'run'] as const;

/** The row of a trial that has ended. It is a new object: one whose properties were deleted would take three times the memory. */
function endedRow<P>(
  row: Draft<P>,
  { outcome, reason, losses, constraints, seconds, evaluated }: Ended,
  { fact, position, at, leader }: At & { readonly fact: { readonly type: string }; readonly leader?: TrialId },
): Draft<P> {
  const { trial, params, attempt, by, suggested, suggestedAt, startedAt = suggestedAt } = row;
  const ended: Draft<P> = { trial, params, status: outcome, attempt, by, suggested, suggestedAt, startedAt, ended: position, endedAt: at };
  for (const name of KEPT_FIELDS) copy(row, ended, name);
  if (evaluated !== undefined) ended.step = ended.examples = evaluated; // other trials may have evaluated it at the same time
  if (evaluated !== undefined && outcome === 'completed') ended.budget = evaluated; // by which it is ranked
  if (reason !== undefined) ended.reason = reason;
  if (outcome === 'failed') for (const name of ['message', 'trace'] as const) copy(row, ended, name);
  if (fact.type === 'stopped' && outcome === 'stopped') copy(row, ended, 'message');
  if (losses !== undefined) for (const name of ['values', 'metrics'] as const) copy(row, ended, name);
  if (constraints) ended.constraints = constraints;
  if (seconds !== undefined) ended.seconds = seconds;
  if (leader !== undefined) ended.leader = leader;
  return ended;
}

function copy<P, K extends keyof TrialRow>(from: Draft<P>, to: Draft<P>, name: K): void {
  if (from[name] !== undefined) to[name] = from[name];
}

/** Whether a trial is infeasible: its trainer said so, or it violates an outcome constraint. */
export const isInfeasible = (row: Pick<TrialRow, 'reason' | 'constraints'>): boolean => row.reason === 'infeasible' || violates(row);
