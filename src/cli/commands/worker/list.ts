import { amountText } from '../../../schema/amount.ts';
import type { CommandStudy } from '../../../stores/locate.ts';
import { ledgerIn } from '../../../stores/trialTable.ts';
import type { TrainerRow } from '../../../study/trainerRows.ts';
import { inform, print } from '../../../text/output.ts';
import { onStudy } from '../../command.ts';
import { json } from '../../parts.ts';
import { ageOf, minuteOf, textTable } from '../../terminal/table.ts';
import { trainersOf } from './instruct.ts';

export const command = onStudy({
  description: 'List the workers of a study: the trials, results and instructions of each, and whether it is connected.',
  options: { json },
  run: async (study, { json }) => {
    const { rows, failure } = await trainersOf(study);
    if (json) print(JSON.stringify(rows));
    else print(rows.length > 0 ? tableOf(rows) : await withoutWorkers(study));
    if (!json && rows.some((row) => isConnected(row) === undefined))
      inform(`${failure ?? 'the engine has just started or reconnected'}, so it is not known which workers are connected`);
    return 0;
  },
});

/** Trials that no worker claimed ran in the process of the study. */
async function withoutWorkers(study: CommandStudy): Promise<string> {
  const { nextTrial } = await ledgerIn(study, study.created);
  return nextTrial > 1 ? 'there is no worker: the process of the study ran its trials itself' : 'there is no worker yet';
}

const words = { work: 'works', pause: 'paused', drain: 'drained' } as const;

/** Engines of earlier versions only send how long a worker was silent. */
const isConnected = ({ connected, silent }: TrainerRow): boolean | undefined => connected ?? (silent === undefined ? undefined : true);

/** The instruction of a worker, and whether it is connected. */
function statusOf(row: TrainerRow): string {
  const connected = isConnected(row);
  const told = row.to === 'work' && !connected ? [] : [words[row.to]];
  return [...told, ...(connected === false ? ['not connected'] : [])].join(', ');
}

function tableOf(rows: readonly TrainerRow[], now = Date.now()): string {
  const cells = rows.map((row) => {
    const { trainer, reason, holds, heldSince = [], slots, offers, results, failures, silent, at } = row;
    return [
      trainer,
      statusOf(row),
      holds.map((trial, i) => (heldSince[i] ? `${trial} (${ageOf(heldSince[i], now)})` : trial)).join(', '),
      [slots, ...Object.entries(offers ?? {}).map(([name, amount]) => `${name}=${amountText(amount)}`)].join(' '),
      String(results),
      String(failures),
      silent !== undefined ? 'now' : at === undefined ? '' : minuteOf(at),
      reason ?? '',
    ];
  });
  return textTable(['worker', 'status', 'holds', 'slots', 'results', 'errors', 'heard (UTC)', 'reason'], cells);
}
