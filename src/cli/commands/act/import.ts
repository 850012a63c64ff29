import { createdAfter } from '../../../../streams/engine/earlier.ts';
import { openJournal } from '../../../../streams/log/journal.ts';
import type { Log } from '../../../../streams/log/log.ts';
import type { Fact, Params } from '../../../facts/facts.ts';
import type { Ledger } from '../../../ledger/ledger.ts';
import { omitUndefined } from '../../../schema/omitUndefined.ts';
import { shellQuoted } from '../../../study/programArguments.ts';
import { type Finished, readLines, readTable } from '../../sources/importRows.ts';
import { begunIn, openJournalStudy } from '../../sources/journalFile.ts';
import { readText } from '../../sources/readText.ts';
import { readStudyFile } from '../../studyFile/studyFile.ts';
import { inform, print, suggestNext } from '../../terminal/output.ts';

interface ImportOptions {
  /** Study file to begin the journal with. */
  readonly study?: string;
  readonly json?: boolean;
}

/**
 * `hypertide import`: adds finished trials from JSON lines or CSV. Reports and skips bad lines.
 *
 * @returns the exit status: 1 if there were bad lines.
 */
export async function importTrials(file: string, path: string, { study, json }: ImportOptions): Promise<number> {
  const text = await readText(file);
  if (study !== undefined && (await begunIn(path)) === undefined) await begin(path, study);
  const { log, ledger } = await openJournalStudy(path);
  try {
    const readings = (file.endsWith('.csv') ? readTable : readLines)(text, ledger.created!);
    const count = { imported: 0, unfinished: 0, bad: 0 };
    for (const reading of readings) {
      const wrong = 'row' in reading ? await take(reading.row, ledger, log) : 'wrong' in reading ? reading.wrong : undefined;
      if (wrong !== undefined) inform(`${file}:${reading.line}: ${wrong}`);
      count[wrong !== undefined ? 'bad' : 'row' in reading ? 'imported' : 'unfinished']++;
    }
    if (json) print(JSON.stringify(count));
    else inform(`${count.imported} trials imported, ${count.unfinished} without a result and ${count.bad} bad lines skipped`);
    if (!json && count.imported > 0) suggestNext(`hypertide best ${shellQuoted(path)}`);
    return count.bad > 0 ? 1 : 0;
  } finally {
    await log.close();
  }
}

/** Appends a finished trial. @returns why it does not fit the study, if so. */
async function take({ params, values, budget, ...rest }: Finished, ledger: Ledger<Params>, log: Log): Promise<string | undefined> {
  const unfit = ledger.unfit(params);
  if (unfit !== undefined) return unfit;
  const missing = ledger.settings.objectives.find(({ name }) => values[name] === undefined);
  if (missing) return `values.${missing.name} is missing`;
  const trial = ledger.nextTrial;
  const facts: readonly Fact[] = [
    omitUndefined({ type: 'suggested', trial, attempt: 1, by: 'import', params, budget }),
    { type: 'completed', trial, run: 'import', values, ...rest },
  ];
  for (const fact of facts) {
    const { refusal } = ledger.fold({ position: ledger.position + 1, at: 0, fact });
    if (refusal) return refusal.message;
    await log.append(fact);
  }
  return undefined;
}

async function begin(path: string, study: string): Promise<void> {
  const { space, strategy, options } = await readStudyFile(study);
  const log = await openJournal(path, { warn: inform });
  try {
    if ((await log.head()) === 0) await log.append(await createdAfter(space, strategy, options));
  } finally {
    await log.close();
  }
}
