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
  const rows = (await trialsIn(study)).filter((row) => status === undefined || row.status === status);
  print(json ? JSON.stringify(rows) : rows.length > 0 ? table(rows) : 'there is no trial yet');
  return 0;
}
