import type { CommandStudy } from '../../sources/study.ts';
import { trialsIn } from '../../sources/trialTable.ts';
import { print } from '../../terminal/output.ts';
import { table } from '../../terminal/table.ts';

interface TrialsOptions {
  readonly json?: boolean;
  readonly status?: string;
}

/** `hypertide trials` */
export async function listTrials(study: CommandStudy, { json, status }: TrialsOptions): Promise<number> {
  const all = await trialsIn(study);
  const rows = all.filter((row) => status === undefined || row.status === status);
  const none = all.length === 0 ? 'there is no trial yet' : `none of the ${all.length} trials has the status ${status}`;
  print(json ? JSON.stringify(rows) : rows.length > 0 ? table(rows) : none);
  return 0;
}
