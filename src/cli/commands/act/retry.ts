import type { CommandStudy } from '../../../stores/study.ts';
import { type ListedTrial, trialsIn } from '../../../stores/trialTable.ts';
import type { TrialId } from '../../../strategy/messages.ts';
import { inform, print } from '../../../text/output.ts';
import { UsageError } from '../../../text/usage.ts';
import { enqueueAll } from '../../act.ts';

/**
 * `hypertide retry`: tries the configurations of failed trials again, as new trials. Without numbers, these are all that failed and were not tried
 * again since; an infeasible configuration is tried only if its number is given. The failed trials no longer count towards the limit of trials: the
 * new ones replace them.
 */
export async function retry(study: CommandStudy, words: readonly string[], { json }: { readonly json?: boolean }): Promise<number> {
  const rows = await trialsIn(study);
  const failed = words.length > 0 ? words.map((word) => failedTrial(rows, word)) : lastFailures(rows);
  if (failed.length === 0) throw new UsageError('there is no failed trial to try again');
  const trials: TrialId[] = failed.map(({ trial }) => trial);
  const running = await enqueueAll(
    study,
    failed.map(({ params, trial }) => ({ params, instead: trial })),
  );
  if (json) print(JSON.stringify({ trials }));
  else
    inform(
      `trials ${trials.join(', ')} are tried again, and no longer count themselves${running ? '' : '; to start, repeat the command that ran the study'}`,
    );
  return 0;
}

/** @throws UsageError */
function failedTrial(rows: readonly ListedTrial[], word: string): ListedTrial {
  const row = rows.find(({ trial }) => String(trial) === word);
  if (row === undefined) throw new UsageError(`expected numbers of trials, got ${word}, which this study does not have`);
  if (row.status !== 'failed') throw new UsageError(`trial ${word}: expected a trial that failed, but it is ${row.status}`);
  return row;
}

/** The last trial of each configuration, if it failed for a reason that may not recur. */
function lastFailures(rows: readonly ListedTrial[]): ListedTrial[] {
  const last = new Map(rows.map((row) => [JSON.stringify(row.params), row]));
  return [...last.values()].filter(({ status, reason }) => status === 'failed' && reason !== 'infeasible');
}
