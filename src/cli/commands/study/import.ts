import { createdAfter } from '../../../../streams/engine/earlier.ts';
import type { Log } from '../../../../streams/log/log.ts';
import { openJournal } from '../../../../streams/log/openJournal.ts';
import { parseStrategy } from '../../../../streams/spec/spec.ts';
import type { Fact, Params } from '../../../facts/facts.ts';
import { isRefusal, parseFact } from '../../../facts/parse.ts';
import { type ImportedTrial, readLines, readTable } from '../../../interop/importRows.ts';
import type { Ledger } from '../../../ledger/ledger.ts';
import { omitUndefined } from '../../../schema/omitUndefined.ts';
import { ownValue } from '../../../schema/ownValue.ts';
import { begunIn, openJournalStudy } from '../../../stores/journalFile.ts';
import { shellQuoted } from '../../../study/programArguments.ts';
import { readStudyFile } from '../../../studyFile/studyFile.ts';
import { inform, print, suggestNext } from '../../../text/output.ts';
import { readText } from '../../../text/parseData.ts';
import { declare } from '../../command.ts';
import { exitStatus } from '../../exitStatus.ts';
import { json, needed } from '../../parts.ts';

export const command = declare({
  description:
    'Add finished trials from JSON lines with params and values, or from CSV, as export writes them. Bad ones are reported and skipped: then the exit status is 8.',
  arguments: {
    study: needed('study', 'its journal; or a study file, which makes <name>.jsonl'),
    file: needed('file', 'file to import'),
  },
  options: { json },
  run: async ({ study: at, file, json }) => {
    const text = await readText(file);
    const path = /\.ya?ml$/.test(at) ? await journalOf(at) : at;
    const { log, ledger } = await openJournalStudy(path);
    try {
      const count = { imported: 0, unfinished: 0, bad: 0 };
      for (const reading of (file.endsWith('.csv') ? readTable : readLines)(text, ledger.created!)) {
        const wrong = 'row' in reading ? await take(reading.row, ledger, log) : 'wrong' in reading ? reading.wrong : undefined;
        if (wrong !== undefined) inform(`${file}:${reading.line}: ${wrong}`);
        count[wrong !== undefined ? 'bad' : 'row' in reading ? 'imported' : 'unfinished']++;
      }
      if (json) print(JSON.stringify(count));
      else
        inform(
          `${count.imported} ${count.imported === 1 ? 'trial' : 'trials'} imported, ${count.unfinished} that did not complete and ${count.bad} bad lines skipped`,
        );
      if (!json && count.imported > 0) suggestNext(`hypertide best ${shellQuoted(path)}`);
      return count.bad > 0 ? exitStatus.incomplete : 0;
    } finally {
      await log.close();
    }
  },
});

/** The journal of a study file, which is made if it does not exist. */
async function journalOf(file: string): Promise<string> {
  const { space, strategy, options } = await readStudyFile(file);
  const path = `${options.study}.jsonl`;
  if (await begunIn(path)) return path;
  const log = await openJournal(path, { warn: inform });
  try {
    if ((await log.head()) === 0) await log.append(await createdAfter(space, strategy, { ...options, parseStrategy }));
  } finally {
    await log.close();
  }
  return path;
}

/** Appends a finished trial. @returns why it does not fit the study, if so. */
async function take({ params, budget, completed }: ImportedTrial, ledger: Ledger<Params>, log: Log): Promise<string | undefined> {
  try {
    ledger.space.parse(params);
  } catch (error) {
    return (error as Error).message;
  }
  const missing = ledger.settings.objectives.find(({ name }) => ownValue(completed.values ?? {}, name) === undefined);
  if (missing) return `values.${missing.name} is missing`;
  const trial = ledger.nextTrial;
  const facts: readonly Fact[] = [
    omitUndefined({ type: 'suggested', trial, attempt: 1, by: 'import', params, budget }),
    { ...completed, trial },
  ];
  const refused = facts.map((fact) => parseFact(fact)).find(isRefusal); // of all, before the first is written: no trial stays open
  if (refused) return refused.message;
  for (const fact of facts) {
    const { refusal } = ledger.fold({ position: ledger.position + 1, at: 0, fact });
    if (refusal) return refusal.message;
    await log.append(fact);
  }
  return undefined;
}
