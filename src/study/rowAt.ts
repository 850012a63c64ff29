import { Spending } from '../ledger/spending.ts';
import { omitUndefined } from '../schema/omitUndefined.ts';
import type { TrialRow } from './trials.ts';

/** A row, with its reports of the first objective. */
interface ReportedRow extends TrialRow {
  /** Step and value of each report in turn. */
  readonly curve?: readonly number[];
  /** The position of each report. */
  readonly reported?: readonly number[];
}

/**
 * The row of a trial as it was after an entry of the log; undefined before it was suggested. Until its end a trial counts as running, and only its reports
 * of the first objective are known. What people noted about it is as it is now.
 *
 * @param objective the name of the first one
 */
export function rowAt<R extends ReportedRow>(row: R, position: number, objective: string): R | undefined {
  if (row.suggested > position) return undefined;
  if (row.ended !== undefined && row.ended <= position) return row;
  const { ended, endedAt, seconds, values, metrics, constraints, reason, message, trace, uncounted, step, examples, leader, ...begun } =
    row;
  const { curve = [], reported = [] } = row;
  const reports = reported.findLastIndex((at) => at <= position) + 1;
  const at = curve[2 * reports - 2]!;
  const seen = reports > 0 && {
    step: at,
    ...(examples !== undefined && { examples: at }),
    values: { [objective]: curve[2 * reports - 1]! },
  };
  const past = {
    ...begun,
    ...seen,
    curve: curve.slice(0, 2 * reports),
    reported: reported.slice(0, reports),
    status: 'open',
    running: true,
  };
  return past as unknown as R;
}

/** What a study counts, and what its trials have cost in steps. Configurations have ended if their first trial has; imported ones do not count. */
export function countsOf(rows: Iterable<TrialRow>) {
  const counts = { trials: 0, imported: 0, ended: 0, open: 0, completed: 0, stopped: 0, failed: 0, retracted: 0 };
  const spending = new Spending();
  for (const { trial: id, status, resumes, by, budget, step } of rows) {
    counts.trials++;
    counts[status]++;
    if (by === 'import') counts.imported++;
    if (status === 'open' || by === 'import') continue;
    spending.add(omitUndefined({ id, outcome: status === 'retracted' ? 'completed' : status, budget, resumes, step }));
    if (resumes === undefined) counts.ended++;
  }
  return { ...counts, cost: spending.total };
}
