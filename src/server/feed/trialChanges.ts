import type { Params, Values } from '../../facts/facts.ts';
import { StoppedTrials } from '../../insight/recommendation/earlyStopping.ts';
import type { AppliedEntry } from '../../ledger/appliedEntry.ts';
import type { TrialId } from '../../strategy/messages.ts';
import { type TrialRow, TrialRows } from '../../study/trials.ts';
import type { RowChange, RowChanges } from './wire.ts';

/** The positions of a trial's entries, and its reports. */
interface History {
  readonly trial: TrialId;
  /** Positions of the first and the last entry about it. */
  readonly first: number;
  last: number;
  /** Position, step and first value of each report that is kept. */
  readonly reports: number[];
}

/** The most reports that are kept for the curve of a trial; of more, every other one is dropped, repeatedly. */
const CURVE = 128;
/** The most rows in a message, so that a page shows something early. */
const MESSAGE = 2000;
/** Values in the rows and curves of one message: more at once would block the server. */
const VALUES = 24_000;
/** The approximate number of values in a row besides its parameters. */
const OTHERS = 4;

/** The trials of a study, and which of them have changed since a position. */
export class TrialChanges {
  /** What the log says so far, by the last entry. */
  #rows = new TrialRows();
  /** In the order of their last change, the latest at the end. */
  readonly #histories = new Map<TrialId, History>();
  readonly #objective: string;
  position = 0;
  /** Position of the last entry that ended a trial or retracted its result. */
  results = 0;
  readonly stopped = new StoppedTrials();

  /** @param objective name of the first one, whose reports make curves. */
  constructor(objective: string) {
    this.#objective = objective;
  }

  /** Takes an entry that the rows have applied. */
  apply(applied: AppliedEntry<Params>, rows: TrialRows): void {
    const { position, fact, effect, event, refusal } = applied;
    this.stopped.apply(applied);
    this.position = position;
    this.#rows = rows;
    if (refusal || effect === 'void' || !('trial' in fact) || fact.trial === undefined) return;
    const row = rows.get(fact.trial);
    if (row === undefined) return;
    if (row.status !== 'open' && effect !== 'noted') this.results = position;
    const history = this.#histories.get(row.trial) ?? { trial: row.trial, first: position, last: position, reports: [] };
    history.last = position;
    if (effect === 'reported') this.#keepReport(history.reports, position, event.step, fact.values);
    this.#histories.delete(row.trial);
    this.#histories.set(row.trial, history);
  }

  #keepReport(reports: number[], position: number, step: number, values: Values): void {
    reports.push(position, step, values[this.#objective]!);
    if (reports.length <= 3 * CURVE) return;
    const thinned = reports.filter((_, i) => Math.floor(i / 3) % 2 === 1);
    reports.splice(0, reports.length, ...thinned);
  }

  /** The changes after a position, in messages of some thousand rows, the oldest changes first. */
  *since(known: number): Generator<RowChanges> {
    const { position } = this;
    const all = [...this.#histories.values()];
    const changed = all.slice(1 + all.findLastIndex(({ last }) => last <= known));
    for (let from = 0; from === 0 || from < changed.length; ) {
      const to = this.#endOfMessage(changed, from);
      const rows = changed.slice(from, to).map((history) => withCurve(this.#rows.get(history.trial)!, history.reports, known, position));
      yield { position, rows, more: to < changed.length };
      from = Math.max(to, 1);
    }
  }

  #endOfMessage(changed: readonly History[], from: number): number {
    let to = from;
    for (let values = 0; to < changed.length && to < from + MESSAGE && values < VALUES; to++) {
      const { trial, reports } = changed[to]!;
      values += OTHERS + Object.keys(this.#rows.get(trial)!.params).length + reports.length;
    }
    return to;
  }

  history(trial: TrialId): Readonly<History> | undefined {
    return this.#histories.get(trial);
  }
}

function withCurve(row: TrialRow, reports: readonly number[], since: number, upTo: number): RowChange {
  const { curve, reported } = reportsIn(reports, since, upTo);
  return reported.length > 0 ? { ...row, curve, reported } : { ...row };
}

/** Reports after a position, up to another one: step and value of each, and their positions. */
export function reportsIn(reports: readonly number[], since = 0, upTo = Number.POSITIVE_INFINITY) {
  const curve: number[] = [];
  const reported: number[] = [];
  for (let i = 0; i < reports.length; i += 3) {
    const position = reports[i]!;
    if (position <= since || position > upTo) continue;
    curve.push(reports[i + 1]!, reports[i + 2]!);
    reported.push(position);
  }
  return { curve, reported };
}
