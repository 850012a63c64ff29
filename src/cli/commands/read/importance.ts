import Table from 'cli-table3';
import { importancesOf } from '../../../dashboard/importances.ts';
import type { Importances } from '../../../dashboard/wire.ts';
import { readFeed } from '../../sources/readFeed.ts';
import type { CommandStudy } from '../../sources/study.ts';
import { inform, print } from '../../terminal/output.ts';
import { plain } from '../../terminal/table.ts';

/** `hypertide importance` */
export async function importance(study: CommandStudy, { json }: { readonly json?: boolean }): Promise<number> {
  const found = await importancesOf(await readFeed(study));
  if (found === undefined) {
    inform('there are too few results, or all are equal');
    if (json) print('null');
    return 1;
  }
  const { marginals: _, completed: __, ...shares } = found;
  if (json) print(JSON.stringify(shares));
  else {
    print(tableOf(shares));
    inform('fANOVA: share of the variance of all results, so which parameters to search at all');
    inform('PED-ANOVA: what tells the best tenth of the results from the others, so which parameters to tune further');
  }
  return 0;
}

function tableOf({ fanova, pedAnova }: Pick<Importances, 'fanova' | 'pedAnova'>): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const table = new Table({
    head: ['parameter', 'fANOVA', 'PED-ANOVA'],
    chars: plain,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colAligns: ['left', 'right', 'right'],
  });
  const names = Object.keys(fanova).sort((a, b) => fanova[b]! - fanova[a]!);
  for (const name of names) table.push([name, percent(fanova[name]!), percent(pedAnova[name]!)]);
  return table.toString();
}
