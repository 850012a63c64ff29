import { type Feed, readFeed } from '../../../server/feed/feed.ts';
import { findingsOf, reportOf } from '../../../server/feed/report.ts';
import { type Remote, withStudy } from '../../../stores/study.ts';
import { inform, writeOutput } from '../../../text/output.ts';
import { markdownOf } from '../../markdown.ts';

interface ReportOptions extends Remote {
  readonly output?: string;
  readonly format?: 'html' | 'md';
}

/** `hypertide report`: studies as one HTML or Markdown file. */
export async function writeReport(journals: readonly string[], { output, format: named, ...remote }: ReportOptions): Promise<number> {
  const format = named ?? (output?.toLowerCase().endsWith('.md') ? 'md' : 'html');
  const feeds: Feed[] = [];
  const stems: string[] = [];
  for (const journal of journals.length > 0 ? new Set(journals) : [undefined]) {
    await withStudy(journal, remote, async (study) => {
      feeds.push(await readFeed(study));
      stems.push(study.stem);
    });
  }
  const file = output ?? `${stems.length > 1 ? 'report' : stems[0]}.${format}`;
  await writeOutput(file, format === 'html' ? await reportOf(feeds) : markdownOf(await Promise.all(feeds.map(findingsOf))));
  inform(`the report is in ${file}`);
  return 0;
}
