import type { SpaceData } from '../../space/schema.ts';
import type { CommandStudy } from '../../stores/locate.ts';
import { appliedEntriesIn, trialsIn } from '../../stores/trialTable.ts';
import { reportTable, type Table, tableCsv, trialTable } from '../../study/tables.ts';
import { writeOutput } from '../../text/output.ts';
import { UsageError } from '../../text/usage.ts';
import { onStudy } from '../command.ts';
import { among, flag, preset, value } from '../parts.ts';

const exportFormats = ['jsonl', 'json', 'csv', 'parquet'] as const;
type Format = (typeof exportFormats)[number];

type Rows = 'trials' | 'reports';

export const command = onStudy({
  description: 'Write all trials, or all their reports, for other programs.',
  options: {
    format: value('format', 'format of the data (default: the ending of the file, or jsonl)', { kind: among(exportFormats) }),
    table: preset<Rows>('table', 'a row for each trial, or for each of their reports', 'trials', { kind: among(['trials', 'reports']) }),
    output: value('file', 'file to write (default: standard output)', { short: 'o' }),
    raw: flag("in CSV, do not write ' before text that spreadsheets take for a formula"),
  },
  run: async (study, { format: named, table: wanted, output, raw = false }) => {
    const format = named ?? formatOf(output);
    if (format === 'parquet' && output === undefined)
      throw new UsageError('--format parquet: expected --output as well, since it is not text');
    if (wanted === 'reports' && format !== 'csv' && format !== 'parquet')
      throw new UsageError(
        'expected --format csv or parquet with --table reports; "hypertide trial logs" and the journal have them as JSON',
      );
    if (raw && format !== 'csv') throw new UsageError(`--raw: expected --format csv as well, since ${format} has all text unchanged`);
    const data = await dataOf(study, wanted, format, raw);
    if (output === undefined) process.stdout.write(data);
    else await writeOutput(output, data);
    return 0;
  },
});

/** The format by the extension of a file. */
function formatOf(output = ''): Format {
  const ending = output.slice(output.lastIndexOf('.') + 1).toLowerCase();
  return exportFormats.find((format) => format === ending) ?? 'jsonl';
}

async function dataOf(study: CommandStudy, wanted: Rows, format: Format, raw: boolean): Promise<string | Uint8Array> {
  if (format === 'csv') return tableCsv(await tableIn(study, wanted), { raw });
  if (format === 'parquet') return (await import('../../interop/parquet.ts')).parquetOf(await tableIn(study, wanted));
  return jsonOf(await trialsIn(study), format);
}

const jsonOf = (rows: readonly object[], format: 'json' | 'jsonl'): string =>
  format === 'json' ? `${JSON.stringify(rows, null, 2)}\n` : rows.map((row) => `${JSON.stringify(row)}\n`).join('');

const tableIn = async (study: CommandStudy, wanted: Rows): Promise<Table> =>
  wanted === 'reports' ? reportTable(await appliedEntriesIn(study)) : trialTable(await trialsIn(study), study.created.space as SpaceData);
