import { print } from '../output.ts';
import type { CommandStudy } from '../study.ts';
import { table } from '../table.ts';
import { trialsIn } from '../trialTable.ts';

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
