import type { Params } from '../../../src/facts/facts.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import { endedIn, waitingIn } from '../../../src/ledger/openTrials.ts';
import { omitUndefined } from '../../../src/schema/omitUndefined.ts';
import { bestRowOf } from '../../../src/study/bestFirst.ts';
import type { Annotation, CompletedRow, TrialRows } from '../../../src/study/trials.ts';
import type { Progress } from '../../results/observe.ts';

/** The state of a study: the answer of `status`. */
export interface StudyStatus extends Progress<Params>, Annotation {
  readonly study: string;
  readonly phase: string;
  readonly position: number;
  readonly paused: boolean;
  /** Configurations to try. */
  readonly limit?: number;
  /** How many of them have ended. */
  readonly ended: number;
  /** Name of the first objective. */
  readonly objective: string;
  /** How many of the open trials no trainer holds. Engines of earlier versions do not send it. */
  readonly waiting?: number;
}

/** The state of a study that has begun. @param phase of its engine */
export function studyStatusOf<P>(ledger: Ledger<P>, phase: string, rows: TrialRows<P>): StudyStatus {
  const { study, paused, limits, objectives } = ledger.settings;
  const { completed, stopped, failed } = rows.counts;
  return omitUndefined({
    study,
    phase,
    position: ledger.position,
    paused,
    objective: objectives[0]!.name,
    limit: limits.trials,
    ended: endedIn(ledger),
    trials: ledger.nextTrial - 1,
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
