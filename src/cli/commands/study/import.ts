import { createdAfter } from '../../../../streams/engine/earlier.ts';
import { openJournal } from '../../../../streams/log/journal.ts';
import type { Log } from '../../../../streams/log/log.ts';
import { parseStrategy } from '../../../../streams/spec/spec.ts';
import { withEarlyStopping } from '../../../../streams/spec/withEarlyStopping.ts';
import type { Created, Fact, Params } from '../../../facts/facts.ts';
import { isRefusal, parseFact } from '../../../facts/parse.ts';
import { type ImportedRow, type ImportedTrial, readLines, readTable } from '../../../interop/importRows.ts';
import {
  chosenStudy,
  noteOfOptuna,
  objectivesOfOptuna,
  spaceOfOptuna,
  stepsOf,
  trialsOfOptuna,
} from '../../../interop/optuna/fromOptuna.ts';
import { isOptunaJournal, readOptunaJournal } from '../../../interop/optuna/optunaJournal.ts';
import { isDatabase, type OptunaStudy } from '../../../interop/optuna/optunaStudy.ts';
import type { Ledger } from '../../../ledger/ledger.ts';
import { omitUndefined } from '../../../schema/omitUndefined.ts';
import { ownValue } from '../../../schema/ownValue.ts';
import { parseSpace } from '../../../space/space.ts';
import { begunIn, openJournalStudy } from '../../../stores/journalFile.ts';
import { shellQuoted } from '../../../study/programArguments.ts';
import { readStudyFile } from '../../../studyFile/studyFile.ts';
import { inform, print, suggestNext } from '../../../text/output.ts';
import { readData } from '../../../text/parseData.ts';
import { UsageError } from '../../../text/usage.ts';
import { declare } from '../../command.ts';
import { json, needed, value, wholeNumber } from '../../parts.ts';

export const command = declare({
  description:
    'Add finished trials from JSON lines with params and values, from CSV, or from a journal or a SQLite file of Optuna, as export writes them. Bad ones are reported and skipped: then the exit status is 1.',
  arguments: {
    study: needed('study', 'its journal, made from the study of Optuna if it does not exist; or a study file, which makes <name>.jsonl'),
    file: needed('file', 'file to import'),
  },
  options: {
    optunaStudy: value('name', 'which study of Optuna, if there are several'),
    epochs: value('n', 'for a new study from Optuna: the most epochs that a trial trains, which turns on early stopping', {
      kind: wholeNumber,
    }),
    json,
  },
  run: async ({ study: at, file, optunaStudy: name, epochs, json }) => {
    const source = await readSource(file, name);
    const study = /\.ya?ml$/.test(at) ? at : undefined;
    const path = study === undefined ? at : `${(await readStudyFile(study)).options.study}.jsonl`;
    const begun = await begunIn(path);
    if (epochs !== undefined && begun)
      throw new UsageError(`--epochs: expected a new journal; ${path} holds a study, whose strategy decides`);
    if (epochs !== undefined && (study !== undefined || !source.first))
      throw new UsageError('--epochs: expected a study of Optuna without a study file; write "epochs: N" in the study file instead');
    if (!begun && (study !== undefined || source.first)) {
      await begin(path, study === undefined ? await source.first!(epochs) : await firstFact(study), source.note);
    }
    const { log, ledger } = await openJournalStudy(path);
    try {
      const count = { imported: 0, unfinished: 0, bad: 0 };
      for (const reading of source.rows(ledger.created!)) {
        const wrong = 'row' in reading ? await take(reading.row, ledger, log) : 'wrong' in reading ? reading.wrong : undefined;
        if (wrong !== undefined) inform(`${file}${reading.place}: ${wrong}`);
        count[wrong !== undefined ? 'bad' : 'row' in reading ? 'imported' : 'unfinished']++;
      }
      if (json) print(JSON.stringify(count));
      else
        inform(
          `${count.imported} ${count.imported === 1 ? 'trial' : 'trials'} imported, ${count.unfinished} that did not complete and ${count.bad} bad ${source.unit} skipped`,
        );
      if (!json && count.imported > 0) {
        suggestNext(`hypertide best ${shellQuoted(path)}`);
        if (source.first) inform(`to continue in Python: ${continuation(path, begun || study || epochs ? undefined : source.steps)}`);
      }
      return count.bad > 0 ? 1 : 0;
    } finally {
      await log.close();
    }
  },
});

/** What a file contains. */
interface Source {
  rows(created: Created): readonly ImportedRow[];
  /** What a bad row is called. */
  readonly unit: string;
  /** The first fact of a new study with the same space, if the file says enough. */
  readonly first?: (epochs: number | undefined) => Promise<Created>;
  /** The most steps that a trial reported, for a study of Optuna. */
  readonly steps?: number;
  /** A note about the study. */
  readonly note?: string | undefined;
}

async function readSource(file: string, name: string | undefined): Promise<Source> {
  const data = await readData(file);
  if (isDatabase(data)) {
    const { readOptunaDatabase } = await import('../../../interop/optuna/optunaDatabase.ts');
    return ofOptuna(file, await readOptunaDatabase(file, data), name);
  }
  const text = data.toString();
  if (isOptunaJournal(text)) return ofOptuna(file, readOptunaJournal(file, text), name);
  if (name !== undefined) throw new UsageError('--optuna-study: expected a journal or a SQLite file of Optuna');
  return { rows: (created) => (file.endsWith('.csv') ? readTable : readLines)(text, created), unit: 'lines' };
}

function ofOptuna(file: string, studies: readonly OptunaStudy[], name: string | undefined): Source {
  const study = chosenStudy(file, studies, name);
  const first = (epochs: number | undefined) => {
    const objectives = objectivesOfOptuna(study);
    const strategy = withEarlyStopping(undefined, { epochs, parseStrategy });
    return createdAfter(parseSpace(spaceOfOptuna(file, study)), strategy, { study: study.name, objectives, parseStrategy });
  };
  return {
    rows: (created) => trialsOfOptuna(file, study, created),
    unit: 'trials',
    first,
    steps: stepsOf(study),
    note: noteOfOptuna(study),
  };
}

/** Appends a finished trial. @returns why it does not fit the study, if so. */
async function take({ params, budget, tags, events }: ImportedTrial, ledger: Ledger<Params>, log: Log): Promise<string | undefined> {
  const unfit = ledger.unfit(params);
  if (unfit !== undefined) return unfit;
  const { values } = events.find((event) => event.type === 'completed') ?? {};
  const missing = values && ledger.settings.objectives.find(({ name }) => ownValue(values, name) === undefined);
  if (missing) return `values.${missing.name} is missing`;
  const trial = ledger.nextTrial;
  const facts: readonly Fact[] = [
    omitUndefined({ type: 'suggested', trial, attempt: 1, by: 'import', params, budget, tags }),
    ...events.map((event): Fact => ({ ...event, trial })),
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

/** What continues a study in Python. @param steps that its trials reported; with several, the study can stop trials early */
const continuation = (path: string, steps = 0): string =>
  `ht.Study(path=${JSON.stringify(path)}${steps > 1 ? `, epochs=${steps}` : ''}).optimize(objective, trials=100)`;

async function firstFact(study: string): Promise<Created> {
  const { space, strategy, options } = await readStudyFile(study);
  return createdAfter(space, strategy, { ...options, parseStrategy });
}

async function begin(path: string, first: Created, note: string | undefined): Promise<void> {
  const log = await openJournal(path, { warn: inform });
  try {
    if ((await log.head()) > 0) return;
    await log.append(first);
    if (note !== undefined) await log.append({ type: 'annotated', note });
  } finally {
    await log.close();
  }
}
