import { reportOf } from '../../dashboard/report.ts';
import { inform, writeOutput } from '../output.ts';
import { readFeed } from '../readFeed.ts';
import type { CommandStudy } from '../study.ts';

/** `hypertide report`: a study as one HTML file. */
export async function writeReport(study: CommandStudy, { output = `${study.stem}.html` }: { readonly output?: string }): Promise<number> {
  await writeOutput(output, await reportOf(await readFeed(study)));
  inform(`the report is in ${output}`);
  return 0;
}
