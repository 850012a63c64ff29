import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { journal } from '../../../streams/log/journal.ts';
import { createdOf } from '../../../streams/options.ts';
import { parseStrategy } from '../../../streams/spec.ts';
import type { Changed, Completed, Fact, Limits, Params } from '../../facts/facts.ts';
import { isRefusal, parseFact } from '../../facts/parse.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { isRecord } from '../../space/check.ts';
import { createdIn, ledgerOf } from '../journalFile.ts';
import { readStudyFile } from '../studyFile.ts';
import { fileError, UsageError } from '../usage.ts';
import { dataOf } from '../yaml.ts';

const talk = (text: string) => process.stderr.write(`${text}\n`);

export interface SayOptions {
  readonly json?: boolean;
}

/** Appends a fact that the study takes in; one that it would refuse is an error, and is not written. */
async function append(path: string, json: boolean | undefined, factFor: (ledger: Ledger<Params>) => Fact): Promise<Ledger<Params>> {
  await createdIn(path);
  const log = await journal(path, { warn: talk });
  try {
    const ledger = await ledgerOf(path);
    const fact = factFor(ledger);
    const position = ledger.position + 1;
    const effect = ledger.fold({ position, at: 0, fact });
    if (effect.type === 'refused') throw new UsageError(effect.refusal.message);
    await log.append(fact);
    if (json) process.stdout.write(`${JSON.stringify({ position, fact })}\n`);
    return ledger;
  } finally {
    await log.close();
  }
}

/** `hypertide enqueue`: parameters as JSON, or as name=value. */
export async function enqueue(path: string, words: readonly string[], { json }: SayOptions): Promise<number> {
  const params = paramsOf(words);
  const { closed } = await append(path, json, () => ({ type: 'enqueued', params }));
  talk(
    closed === undefined
      ? 'it will be tried next'
      : 'the study has closed: it will be tried once there are more trials (hypertide change --more 1)',
  );
  return 0;
}

function paramsOf(words: readonly string[]): Params {
  const [first = ''] = words;
  if (first.trimStart().startsWith('{')) return dataOf('the parameters', words.join(' ')) as Params;
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf('=');
      if (at < 1) throw new UsageError(`${word}: expected name=value`);
      const name = word.slice(0, at);
      return [name, dataOf(name, word.slice(at + 1))];
    }),
  );
}

/** `hypertide retract`, `hypertide cancel` */
export async function ofTrial(type: 'retracted' | 'cancelled', path: string, trial: number, { json }: SayOptions): Promise<number> {
  await append(path, json, () => ({ type, trial }));
  talk(type === 'retracted' ? `the result of trial ${trial} counts no more` : `trial ${trial} will not be tried again`);
  return 0;
}

export interface ChangeOptions extends SayOptions {
  readonly trials?: number;
  readonly more?: number;
  readonly parallel?: number;
  readonly pause?: boolean;
  readonly resume?: boolean;
  readonly strategy?: string;
}

/** `hypertide change` */
export async function change(path: string, { trials, more, parallel, pause, resume, strategy, json }: ChangeOptions): Promise<number> {
  if (pause && resume) throw new UsageError('--pause and --resume contradict each other');
  if (more !== undefined && trials !== undefined) throw new UsageError('--more and --trials contradict each other');
  const data: unknown = strategy === undefined ? undefined : dataOf('--strategy', strategy);
  if (data !== undefined) parseStrategy(data, '--strategy');
  await append(path, json, ({ settings, configurations }) => {
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
    return changed;
  });
  talk('changed');
  return 0;
}

export interface ImportOptions extends SayOptions {
  readonly study?: string;
}

/**
 * `hypertide import`: finished trials, a JSON object a line with `params` and `values`, as `export` writes them. Rows of trials that are not
 * completed are left out; lines that are none are named and passed over.
 */
export async function importTrials(file: string, path: string, { study, json }: ImportOptions): Promise<number> {
  const text = await readFile(file, 'utf8').catch((cause) => {
    throw fileError(file, 'cannot be read', cause);
  });
  if (study !== undefined) await create(path, study);
  else if (!existsSync(path)) throw new UsageError(`${path}: there is no such journal; --study names the study file to begin it with`);
  await createdIn(path);
  const log = await journal(path, { warn: talk });
  const count = { imported: 0, left: 0, wrong: 0 };
  try {
    const ledger = await ledgerOf(path);
    for (const [i, line] of text.split('\n').entries()) {
      if (line.trim() === '') continue;
      const finished = finishedTrial(line, ledger);
      if (finished === 'unfinished') count.left++;
      else if (typeof finished === 'string') {
        count.wrong++;
        talk(`${file}:${i + 1}: ${finished}`);
      } else {
        for (const fact of finished) {
          ledger.fold({ position: ledger.position + 1, at: 0, fact });
          await log.append(fact);
        }
        count.imported++;
      }
    }
  } finally {
    await log.close();
  }
  if (json) process.stdout.write(`${JSON.stringify(count)}\n`);
  const { imported, left, wrong } = count;
  talk(
    `${imported} trials imported${left > 0 ? `, ${left} that were not completed left out` : ''}${wrong > 0 ? `, ${wrong} lines passed over` : ''}`,
  );
  return wrong > 0 ? 1 : 0;
}

/** The facts of a finished trial, `unfinished`, or why a line is no trial of this study. */
function finishedTrial(line: string, ledger: Ledger<Params>): readonly Fact[] | string {
  const row = rowOf(line);
  if (typeof row === 'string') return row;
  const { params, values, budget, metrics, seconds } = row;
  const trial = ledger.nextTrial;
  const facts: Fact[] = [
    { type: 'suggested', trial, attempt: 1, by: 'import', params, ...(budget !== undefined && { budget }) },
    {
      type: 'completed',
      trial,
      run: 'import',
      values,
      ...(metrics !== undefined && { metrics }),
      ...(seconds !== undefined && { seconds }),
    },
  ];
  const wrong = facts.map(parseFact).find(isRefusal);
  if (wrong) return wrong.message;
  const missing = ledger.settings.objectives.find(({ name }) => values[name] === undefined);
  return missing ? `values.${missing.name} is missing` : (ledger.unfit(params) ?? facts);
}

interface FinishedRow extends Pick<Completed, 'values' | 'metrics' | 'seconds'> {
  readonly params: Params;
  readonly budget?: number;
}

function rowOf(line: string): FinishedRow | string {
  try {
    const row: unknown = JSON.parse(line);
    if (!isRecord(row)) return 'expected an object with params and values';
    if (row.status !== undefined && row.status !== 'completed') return 'unfinished';
    return isRecord(row.params) && isRecord(row.values) ? (row as unknown as FinishedRow) : 'expected an object with params and values';
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
