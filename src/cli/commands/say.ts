import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { journal } from '../../../streams/log/journal.ts';
import type { Log } from '../../../streams/log/log.ts';
import { createdOf } from '../../../streams/options.ts';
import { parseStrategy } from '../../../streams/spec.ts';
import type { Changed, Fact, Limits, Params, Values } from '../../facts/facts.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { ledgerOf } from '../journalFile.ts';
import { readStudyFile } from '../studyFile.ts';
import { UsageError } from '../usage.ts';

const talk = (text: string) => process.stderr.write(`${text}\n`);

/** Appends facts that the study takes in; one that it would refuse is an error, and is not written. */
async function append(path: string, facts: (ledger: Ledger<Params>) => readonly Fact[]): Promise<void> {
  const ledger = await ledgerOf(path);
  const log = await journal(path, { warn: talk });
  try {
    for (const fact of facts(ledger)) {
      const effect = ledger.fold({ position: ledger.position + 1, at: 0, fact });
      if (effect.type === 'refused') throw new UsageError(effect.refusal.message);
      await log.append(fact);
    }
  } finally {
    await log.close();
  }
}

/** `hypertide enqueue`: parameters as JSON, or as name=value. */
export async function enqueue(path: string, words: readonly string[]): Promise<number> {
  const params = paramsOf(words);
  await append(path, () => [{ type: 'enqueued', params }]);
  talk('it will be tried next');
  return 0;
}

function paramsOf(words: readonly string[]): Params {
  const [first = ''] = words;
  if (first.trimStart().startsWith('{')) return parse(words.join(' ')) as Params;
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf('=');
      if (at < 1) throw new UsageError(`${word}: expected name=value`);
      return [word.slice(0, at), parse(word.slice(at + 1))];
    }),
  );
}

/** `hypertide retract`, `hypertide cancel` */
export async function ofTrial(type: 'retracted' | 'cancelled', path: string, trial: number): Promise<number> {
  await append(path, () => [{ type, trial }]);
  talk(type === 'retracted' ? `the result of trial ${trial} counts no more` : `trial ${trial} will not be tried again`);
  return 0;
}

export interface ChangeOptions {
  readonly trials?: number;
  readonly more?: number;
  readonly parallel?: number;
  readonly pause?: boolean;
  readonly resume?: boolean;
  readonly strategy?: string;
}

/** `hypertide change` */
export async function change(path: string, { trials, more, parallel, pause, resume, strategy }: ChangeOptions): Promise<number> {
  const data: unknown = strategy === undefined ? undefined : parse(strategy);
  if (data !== undefined) parseStrategy(data);
  await append(path, ({ settings, configurations }) => {
    const limits: Limits | undefined =
      more !== undefined
        ? { trials: Math.max(settings.limits.trials ?? 0, configurations) + more }
        : trials === undefined
          ? undefined
          : { trials };
    const changed: Changed = {
      type: 'changed',
      ...(limits && { limits }),
      ...(parallel !== undefined && { parallel }),
      ...((pause || resume) && { paused: pause === true }),
      ...(data !== undefined && { strategy: data }),
    };
    if (Object.keys(changed).length === 1)
      throw new UsageError('there is nothing to change: give --trials, --more, --parallel, --pause, --resume or --strategy');
    return [changed];
  });
  talk('changed');
  return 0;
}

/** `hypertide import`: finished trials, a JSON object a line with `params` and `values`. Bad lines are named and passed over. */
export async function importTrials(file: string, path: string, { study }: { readonly study?: string }): Promise<number> {
  if (study !== undefined) await create(path, study);
  const lines = (await readFile(file, 'utf8')).split('\n');
  const ledger = await ledgerOf(path);
  const log = await journal(path, { warn: talk });
  let taken = 0;
  let passed = 0;
  try {
    for (const [i, line] of lines.entries()) {
      if (line.trim() === '') continue;
      const wrong = await importLine(line, ledger, log);
      if (wrong === undefined) taken++;
      else {
        passed++;
        talk(`${file}:${i + 1}: ${wrong}`);
      }
    }
  } finally {
    await log.close();
  }
  talk(`${taken} trials imported${passed > 0 ? `, ${passed} lines passed over` : ''}`);
  return passed > 0 ? 1 : 0;
}

/** Why a line is no finished trial of this study. */
async function importLine(line: string, ledger: Ledger<Params>, log: Log): Promise<string | undefined> {
  const row = finished(line);
  if (typeof row === 'string') return row;
  const missing = ledger.settings.objectives.find(({ name }) => !Number.isFinite(row.values[name]));
  if (missing) return `values.${missing.name}: expected a finite number`;
  const trial = ledger.nextTrial;
  const facts: Fact[] = [
    { type: 'suggested', trial, attempt: 1, by: 'import', params: row.params },
    { type: 'completed', trial, run: 'import', values: row.values },
  ];
  const unfit = ledger.unfit(row.params);
  if (unfit !== undefined) return unfit;
  for (const fact of facts) {
    ledger.fold({ position: ledger.position + 1, at: 0, fact });
    await log.append(fact);
  }
  return undefined;
}

function finished(line: string): { readonly params: Params; readonly values: Values } | string {
  try {
    const { params, values } = JSON.parse(line) as { params?: Params; values?: Values };
    return params && values ? { params, values } : 'expected an object with params and values';
  } catch (error) {
    return (error as Error).message;
  }
}

/** Begins a journal with the study that a file describes, unless it has begun. */
async function create(path: string, study: string): Promise<void> {
  const { space, strategy, options } = await readStudyFile(study);
  const log = await journal(path, { warn: talk });
  try {
    if ((await log.head()) === 0) await log.append(createdOf(space, strategy, options));
  } finally {
    await log.close();
  }
}
