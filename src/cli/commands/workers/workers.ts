import type { TrainerRow } from '../../../study/trainerRows.ts';
import type { CommandStudy } from '../../sources/study.ts';
import { print } from '../../terminal/output.ts';
import { textTable } from '../../terminal/table.ts';
import { trainersOf } from '../../trainers/instruct.ts';

/** `hypertide workers`: the workers of a study. Resolves with the exit status. */
export async function listWorkers(study: CommandStudy, { json }: { readonly json?: boolean }): Promise<number> {
  const rows = await trainersOf(study);
  if (json) print(JSON.stringify(rows));
  else print(rows.length > 0 ? tableOf(rows) : 'there is no worker yet');
  return 0;
}

const words = { work: 'works', pause: 'paused', drain: 'drained' } as const;

function tableOf(rows: readonly TrainerRow[]): string {
  const cells = rows.map(({ trainer, to, reason, holds, slots, offers, results, failures, silent, at }) => [
    trainer,
    words[to],
    holds.join(', '),
    [slots, ...Object.entries(offers ?? {}).map(([name, amount]) => `${name}=${amount}`)].join(' '),
    String(results),
    String(failures),
    silent === undefined ? heardAt(at) : 'now',
    reason ?? '',
  ]);
  return textTable(['worker', 'status', 'trials', 'slots', 'results', 'errors', 'heard (UTC)', 'reason'], cells);
}

const heardAt = (at: number | undefined): string => (at === undefined ? '' : new Date(at).toISOString().slice(0, 16).replace('T', ' '));
