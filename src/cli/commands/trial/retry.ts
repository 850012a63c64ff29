import { type ListedTrial, trialsIn } from '../../../stores/trialTable.ts';
import type { TrialId } from '../../../strategy/messages.ts';
import { inform } from '../../../text/output.ts';
import { UsageError } from '../../../text/usage.ts';
import { enqueueAll } from '../../act.ts';
import { onStudy } from '../../command.ts';
import { many, trialNumber } from '../../parts.ts';

export const command = onStudy({
  description:
    'Try failed trials again, as new trials. The failed ones then no longer count towards the limit of trials: the new ones replace them.',
  arguments: {
    trials: many('trials', 'their numbers (default: all that failed, except infeasible ones)', { kind: trialNumber }),
  },
  run: async (study, { trials: chosen }) => {
    const rows = await trialsIn(study);
    const failed = chosen ? chosen.map((trial) => failedTrial(rows, trial)) : lastFailures(rows);
    if (failed.length === 0) throw new UsageError('there is no failed trial to try again');
    const trials: TrialId[] = failed.map(({ trial }) => trial);
    const running = await enqueueAll(
      study,
      failed.map(({ params, trial }) => ({ params, instead: trial })),
    );
    inform(
      `trials ${trials.join(', ')} are tried again, and no longer count themselves${running ? '' : '; to start, repeat the command that ran the study'}`,
    );
    return 0;
  },
});

/** @throws UsageError */
function failedTrial(rows: readonly ListedTrial[], number: TrialId): ListedTrial {
  const row = rows.find(({ trial }) => trial === number);
  if (row === undefined) throw new UsageError(`expected numbers of trials, got ${number}, which this study does not have`);
  if (row.status !== 'failed') throw new UsageError(`trial ${number}: expected a trial that failed, but it is ${row.status}`);
  return row;
}

/** The last trial of each configuration, if it failed for a reason that may not recur. */
function lastFailures(rows: readonly ListedTrial[]): ListedTrial[] {
  const last = new Map(rows.map((row) => [JSON.stringify(row.params), row]));
  return [...last.values()].filter(({ status, reason }) => status === 'failed' && reason !== 'infeasible');
}
