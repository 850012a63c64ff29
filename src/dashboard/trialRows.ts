import type { Fact, Params, SuggestedFact, Values } from '../facts/facts.ts';
import type { AppliedEntry } from '../ledger/appliedEntry.ts';
import { type TrialId, violates } from '../messages.ts';
import type { Changes, RowChange, TrialRow, TrialState } from './wire.ts';

type Draft = { -readonly [K in keyof TrialRow]: TrialRow[K] };

/** A trial, when it last changed, and what it reported. */
interface Kept {
  readonly row: Draft;
  /** Positions of the first and the last entry that speak of it. */
  readonly first: number;
  last: number;
  /** Position, step and first value of each report that is kept. */
  readonly reports: number[];
}

/** Reports of a trial that are kept for its curve; of a longer one every other is dropped, again and again. */
const CURVE = 128;
/** Rows in one message, so that a page shows something early. */
const MESSAGE = 2000;

/** The trials of a study, as a fold over its entries, and what of them has changed since a position. */
export class TrialRows {
  readonly #kept = new Map<TrialId, Kept>();
  /** In the order of their last change: the news are at the end. */
  readonly #recent = new Map<TrialId, Kept>();
  readonly #objective: string;
  /** How many trials there are in each state. */
  readonly counts: Record<TrialState, number> = { waiting: 0, running: 0, completed: 0, pruned: 0, failed: 0, infeasible: 0, retracted: 0 };
  position = 0;

  /** @param objective name of the first one, whose reports make curves. */
  constructor(objective: string) {
    this.#objective = objective;
  }

  fold({ position, at, author, effect, fact: said, event, refusal }: AppliedEntry<Params>): void {
    this.position = position;
    if (refusal || !('trial' in said) || effect === 'void') return;
    const before = this.#kept.get(said.trial)?.row.state;
    const kept = said.type === 'suggested' ? this.#suggest(said, position, at) : this.#kept.get(said.trial);
    if (kept === undefined) return;
    change(kept.row, said, event, at);
    const trainer = author ?? (said.type === 'started' ? said.trainer : undefined); // a log that knows its authors is believed before they are
    if (trainer !== undefined && (said.type === 'started' || kept.row.trainer === undefined)) kept.row.trainer = trainer;
    if (before !== undefined) this.counts[before]--;
    this.counts[kept.row.state]++;
    if (said.type === 'reported') this.#keepReport(kept.reports, position, said.step, said.values);
    kept.last = position;
    this.#recent.delete(said.trial);
    this.#recent.set(said.trial, kept);
  }

  #suggest(fact: SuggestedFact, position: number, at: number): Kept {
    const { trial, params, by, attempt, budget, resumes, tags } = fact;
    const known = this.#kept.get(trial);
    if (known) {
      Object.assign(known.row, { attempt, state: 'waiting' satisfies TrialState });
      return known;
    }
    const row: Draft = { trial, state: 'waiting', params, by, attempt, suggestedAt: at };
    if (budget !== undefined) row.budget = budget;
    if (resumes !== undefined) row.resumes = resumes;
    if (tags !== undefined) row.tags = tags;
    const kept: Kept = { row, first: position, last: position, reports: [] };
    this.#kept.set(trial, kept);
    return kept;
  }

  #keepReport(reports: number[], position: number, step: number, values: Values): void {
    reports.push(position, step, values[this.#objective]!);
    if (reports.length <= 3 * CURVE) return;
    const thinned = reports.filter((_, i) => Math.floor(i / 3) % 2 === 1);
    reports.splice(0, reports.length, ...thinned);
  }

  /** What a reader has to be told who knows the log up to a position, in messages of some thousand rows, the oldest changes first. */
  *changesSince(since: number): Generator<Changes> {
    const { position } = this;
    const changed: Kept[] = [];
    for (const kept of backwards(this.#recent)) {
      if (kept.last <= since) break;
      changed.push(kept);
    }
    changed.reverse();
    for (let from = 0; from === 0 || from < changed.length; from += MESSAGE) {
      const told = changed.slice(from, from + MESSAGE);
      const more = from + MESSAGE < changed.length;
      yield { position, rows: told.map(({ row, reports }) => withCurve(row, reports, since, position)), more };
    }
  }

  /** @returns also the position, step and first value of each report that is kept */
  get(
    trial: TrialId,
  ): { readonly row: TrialRow; readonly first: number; readonly last: number; readonly reports: readonly number[] } | undefined {
    return this.#kept.get(trial);
  }

  /** Trials in the order of their numbers. */
  *[Symbol.iterator](): Generator<TrialRow> {
    for (const { row } of this.#kept.values()) yield row;
  }
}

/** The values of a map from the last to the first. */
function backwards<V>(map: ReadonlyMap<unknown, V>): V[] {
  return [...map.values()].reverse();
}

function withCurve(row: TrialRow, reports: readonly number[], since: number, upTo: number): RowChange {
  const curve: number[] = [];
  for (let i = 0; i < reports.length; i += 3) if (reports[i]! > since && reports[i]! <= upTo) curve.push(reports[i + 1]!, reports[i + 2]!);
  return curve.length > 0 ? { ...row, curve } : { ...row };
}

/** What an entry that counts does to its trial's row. */
function change(row: Draft, fact: Fact, event: AppliedEntry['event'], at: number): void {
  switch (fact.type) {
    case 'started':
      row.state = 'running';
      row.startedAt ??= at;
      return;
    case 'reported':
      if (row.state === 'waiting') row.state = 'running';
      row.startedAt ??= at;
      row.step = Math.max(row.step ?? 0, fact.step);
      row.values = fact.values;
      if (fact.metrics) row.metrics = fact.metrics;
      return;
    case 'completed':
      row.values = fact.values;
      if (fact.metrics) row.metrics = fact.metrics;
      if (fact.seconds !== undefined) row.seconds = fact.seconds;
      return end(row, violates(fact) ? 'infeasible' : 'completed', at);
    case 'stopped':
      return end(row, 'pruned', at);
    case 'failed':
      row.reason = fact.reason;
      if (fact.message !== undefined) row.message = fact.message;
      if (event) end(row, fact.reason === 'infeasible' ? 'infeasible' : 'failed', at);
      return;
    case 'cancelled':
      if (event) end(row, 'failed', at);
      row.reason = 'cancelled';
      return;
    case 'retracted':
      row.state = 'retracted';
      return;
  }
}

function end(row: Draft, state: TrialState, at: number): void {
  row.state = state;
  row.endedAt = at;
  row.startedAt ??= row.suggestedAt;
}
