import { type Feed, readFeed } from '../../../server/feed/feed.ts';
import { reportOf } from '../../../server/feed/report.ts';
import { withStudy } from '../../../stores/locate.ts';
import { inform, writeOutput } from '../../../text/output.ts';
import { declare } from '../../command.ts';
import { many, value } from '../../parts.ts';

export const command = declare({
  description: 'Write one HTML file about one or several studies: the dashboard, without a server.',
  arguments: { studies: many('studies', 'journals or addresses (default: the only study here)') },
  options: {
    output: value('file', 'file to write (default: <study>.html, or report.html for several)', { short: 'o' }),
  },
  run: async ({ studies = [], output }, { connection }) => {
    const feeds: Feed[] = [];
    const stems: string[] = [];
    for (const address of studies.length > 0 ? new Set(studies) : [undefined]) {
      await withStudy(address, connection, async (study) => {
        feeds.push(await readFeed(study));
        stems.push(study.stem);
      });
    }
    const file = output ?? `${stems.length > 1 ? 'report' : stems[0]}.html`;
    await writeOutput(file, await reportOf(feeds));
    inform(`the report is in ${file}`);
    return 0;
  },
});
