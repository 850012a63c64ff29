import type { ObjectiveSpec } from '../../src/facts/facts.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { omitUndefined } from '../../src/schema/omitUndefined.ts';
import { bestRowOf } from '../../src/study/bestFirst.ts';
import type { TrialRow, TrialRows } from '../../src/study/trials.ts';
import { frontAmong } from '../results/pareto.ts';
import { FAILURES, type Failure, failureIn, NoResultError } from './noResult.ts';
import type { StudyResult } from './study.ts';

/** What to do after a study without a result: in a log that is resumed, failed trials count. */
const AGAIN = 'correct the objective, queue these trials again with "hypertide trial retry <journal>", and run it again';
/** The same if every trial took too long. */
const TOO_SLOW = 'raise timeLimit, or let the objective end sooner';

interface Ended<P> {
  readonly ledger: Ledger<P>;
  readonly rows: TrialRows<P>;
  readonly objectives: readonly ObjectiveSpec[];
}

/**
 * The result of a study that has ended.
 *
 * @param again what to do if no trial has a result.
 * @throws NoResultError if trials failed and none has a result.
 */
export function resultOf<P>({ ledger, rows, objectives }: Ended<P>, again = AGAIN): StudyResult<P> {
  const { completed, stopped, failed, retracted } = rows.counts;
  const failures = lastFailures(rows);
  if (ledger.closed !== undefined && failed > 0 && completed + stopped + retracted === 0) {
    const todo = failures.every(({ reason }) => reason === 'timeout') ? TOO_SLOW : again;
    throw new NoResultError(`no trial has a result, as all ${failed} failed`, failures, todo);
  }
  const best = bestRowOf(ledger, rows);
  const reason = ledger.closed ?? 'aborted';
  return omitUndefined({ best, front: frontAmong(rows, objectives), reason, completed, stopped, failed, failures });
}

function lastFailures<P>(rows: Iterable<TrialRow<P>>): readonly Failure[] {
  const failed = [...rows].filter(({ status }) => status === 'failed').sort((a, b) => a.ended! - b.ended!);
  return failed.slice(-FAILURES).map(failureIn);
}
