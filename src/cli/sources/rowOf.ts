import type { TrialId } from '../../messages.ts';
import type { TrialRow } from '../../study/trials.ts';
import { UsageError } from '../usage.ts';
import type { CommandStudy } from './study.ts';
import { trialsIn } from './trialTable.ts';

/** The row of a trial. @throws UsageError if there is no trial with this number */
export async function rowOf(study: CommandStudy, trial: TrialId): Promise<TrialRow> {
  const rows = await trialsIn(study);
  const row = rows.find((one) => one.trial === trial);
  if (row === undefined)
    throw new UsageError(`${study.place}: there is no trial ${trial}; the last one is ${rows.at(-1)?.trial ?? 'none'}`);
  return row;
}
