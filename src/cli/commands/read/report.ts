import { reportOf } from '../../../dashboard/report.ts';
import { readFeed } from '../../sources/readFeed.ts';
import type { CommandStudy } from '../../sources/study.ts';
import { inform, writeOutput } from '../../terminal/output.ts';

/** `hypertide report`: a study as one HTML file. */
export async function writeReport(study: CommandStudy, { output = `${study.stem}.html` }: { readonly output?: string }): Promise<number> {
  await writeOutput(output, await reportOf(await readFeed(study)));
  inform(`the report is in ${output}`);
  return 0;
}
