import Table from 'cli-table3';
import { Feed } from '../../dashboard/feed.ts';
import { importancesOf } from '../../dashboard/importances.ts';
import { reportOf } from '../../dashboard/report.ts';
import { put, talk } from '../journalFile.ts';
import type { Study } from '../study.ts';
import { plain } from '../table.ts';

/** A study as far as it goes now. */
async function feedOf(study: Study): Promise<Feed> {
  const feed = new Feed('report', study);
  await feed.caughtUp;
  feed.close();
  return feed;
}

/** `hypertide report`: a study as one HTML file. */
export async function report(study: Study, { output = `${study.stem}.html` }: { readonly output?: string }): Promise<number> {
  await put(output, await reportOf(await feedOf(study)));
  talk(`the report is in ${output}`);
  return 0;
}

/** `hypertide importance` */
export async function importance(study: Study, { json }: { readonly json?: boolean }): Promise<number> {
  const shares = await importancesOf(await feedOf(study));
  if (shares === undefined) {
    talk('there are too few results to tell, or all are equal');
    if (json) process.stdout.write('null\n');
    return 1;
  }
  if (json) process.stdout.write(`${JSON.stringify(shares)}\n`);
  else process.stdout.write(`${tableOf(shares)}\n`);
  return 0;
}

function tableOf({ fanova, pedAnova }: NonNullable<Awaited<ReturnType<typeof importancesOf>>>): string {
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
