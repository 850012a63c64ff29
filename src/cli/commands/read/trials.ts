import { stopReasons } from '../../../../streams/explanation/stopReasons.ts';
import { parseStrategy } from '../../../../streams/spec/spec.ts';
import { omitUndefined } from '../../../schema/omitUndefined.ts';
import type { CommandStudy } from '../../../stores/study.ts';
import { type ListedTrial, trialsIn } from '../../../stores/trialTable.ts';
import { print, suggestAfterData } from '../../../text/output.ts';
import { trialIn } from '../../act.ts';
import { shownStatus, table } from '../../terminal/table.ts';
import { printTrialFacts } from '../../trialFacts.ts';

interface TrialsOptions {
  readonly json?: boolean;
  readonly status?: string;
}

/** `hypertide trials`: all trials or, if a number is given, the facts of one. Resolves with the exit status. */
export async function listTrials(study: CommandStudy, words: readonly string[], { json, status }: TrialsOptions): Promise<number> {
  if (words.length > 0) return printTrialFacts(study, trialIn(words), json ?? false);
  const all = await withStopReasons(study, await trialsIn(study));
  const rows = all.filter((row) => status === undefined || row.status === status || shownStatus(row) === status);
  const none = all.length === 0 ? 'there is no trial yet' : `none of the ${all.length} trials has the status ${status}`;
  print(json ? JSON.stringify(rows) : rows.length > 0 ? table(rows) : none);
  if (!json && all.some(({ status }) => status === 'completed')) suggestAfterData('best', study);
  return 0;
}

/** With the reasons of stopped trials as their messages: no fact holds them, so the decisions are recomputed. */
async function withStopReasons(study: CommandStudy, rows: readonly ListedTrial[]): Promise<readonly ListedTrial[]> {
  if (!rows.some(({ status }) => status === 'stopped')) return rows;
  const last = rows.reduce((latest, { ended = 0 }) => Math.max(latest, ended), 0); // too many for arguments of a call
  const reasons = await stopReasons(study, study.created, parseStrategy, last);
  return rows.map((row) =>
    row.status === 'stopped' ? { ...row, ...omitUndefined({ message: row.message ?? reasons.get(row.trial) }) } : row,
  );
}
