import type { ObjectiveSpec } from '../facts/facts.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { endedIn, waitingIn } from '../ledger/openTrials.ts';
import { omitUndefined } from '../schema/omitUndefined.ts';
import { bestRowOf } from './bestFirst.ts';
import type { CompletedRow, TrialRows } from './trials.ts';

/** The state of a study: the answer of `status`, as `statusSchema` describes it. */
export interface StudyStatus extends ReturnType<typeof studyStatusOf> {
  /** Why no other trial may begin, if its team has used its quota. */
  readonly waits?: string;
}

/** The state of a study that has begun. @param phase of its engine */
export function studyStatusOf<P>(ledger: Ledger<P>, phase: string, rows: TrialRows<P>) {
  const { study, paused, limits, objectives } = ledger.settings;
  const { completed, stopped, failed } = rows.counts;
  const trials = Object.values(rows.counts).reduce((sum, count) => sum + count, 0);
  return omitUndefined({
    study,
    phase,
    position: ledger.position,
    at: rows.at,
    paused,
    objective: objectives[0]!.name,
    limit: limits.trials,
    ended: endedIn(ledger),
    trials,
    open: ledger.running,
    waiting: waitingIn(ledger.open),
    completed,
    stopped,
    failed,
    uncounted: rows.uncounted,
    best: bestRowOf(ledger, rows) as CompletedRow | undefined,
    closed: ledger.closed,
    ...rows.about,
  });
}

/** What a process says of a study that it runs. */
export interface ListedStudy {
  readonly study: string;
  /** Absent until its log has been read, and if it has failed. */
  readonly status?: StudyStatus;
  /** Why it cannot be run, if it has failed. */
  readonly error?: string;
  /** Where its archive is, if its log is no longer on the server. */
  readonly archive?: string;
  /** Its first objective, if its engine has unloaded it: a request loads it again. */
  readonly unloaded?: ObjectiveSpec;
}

/** What people read who ask for a study that is archived. */
export const archivedText = (study: string, archive: string): string =>
  `${study} is archived in ${archive} on the machine of its engine: "hypertide study restore" brings it back`;
