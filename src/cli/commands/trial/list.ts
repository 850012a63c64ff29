import type { CommandStudy } from '../../../stores/locate.ts';
import { trialsIn } from '../../../stores/trialTable.ts';
import { trialStatuses } from '../../../study/trials.ts';
import { print, suggestAfterData } from '../../../text/output.ts';
import { onStudy } from '../../command.ts';
import { among, json, trialNumber, value } from '../../parts.ts';
import { shownStatus, table } from '../../terminal/table.ts';
import { printTrialFacts } from './facts.ts';

export const command = onStudy({
  description: 'Print all trials or, of one trial, every fact with its position, time and author.',
  arguments: { trial: value('trial', 'number of the trial', { kind: trialNumber }) },
  options: {
    status: value('status', 'print only trials with this status', { kind: among(['waiting', 'running', ...trialStatuses]) }),
    json,
  },
  run: (study, { trial, ...options }) =>
    trial === undefined ? listTrials(study, options) : printTrialFacts(study, trial, options.json ?? false),
});

/** Prints all trials. @returns the exit status */
export async function listTrials(
  study: CommandStudy,
  { json, status }: { readonly json?: boolean; readonly status?: string },
): Promise<number> {
  const all = await trialsIn(study);
  const rows = all.filter((row) => status === undefined || row.status === status || shownStatus(row) === status);
  const none = all.length === 0 ? 'there is no trial yet' : `none of the ${all.length} trials has the status ${status}`;
  print(json ? JSON.stringify(rows) : rows.length > 0 ? table(rows) : none);
  if (!json && all.some(({ status }) => status === 'completed')) suggestAfterData('best', study);
  return 0;
}
