import type { Completed, ReportedFact, Values } from '../facts/facts.ts';
import { isRecord, jsonIn } from '../schema/json.ts';
import { omitUndefined } from '../schema/omitUndefined.ts';
import { show } from '../space/check.ts';
import { canonical, stepRank } from '../text/names.ts';

/** A report of a trial. */
export type PrintedReport = Pick<ReportedFact, 'step' | 'values' | 'metrics' | 'metric'>;
/** The result of a trial. */
export type PrintedResult = Pick<Completed, 'values' | 'metrics' | 'metric' | 'gradient' | 'stderr' | 'constraints'>;

/** The result of a trial on an example, which is named by its place in the list of the study. */
export type PrintedExample = Pick<Completed, 'values' | 'metrics' | 'metric' | 'constraints'> & { readonly example: number };

/** The meaning of a printed line. A checkpoint is saved state that a later attempt or trial can load. */
export type OutputEvent =
  | { readonly type: 'report'; readonly report: PrintedReport; readonly checkpoint?: string }
  | { readonly type: 'example'; readonly result: PrintedExample; readonly checkpoint?: string }
  | { readonly type: 'result'; readonly result: PrintedResult; readonly checkpoint?: string; readonly warning?: string }
  /** A value in ordinary output without a step: the result if nothing follows it. */
  | { readonly type: 'value'; readonly result: PrintedResult }
  | { readonly type: 'checkpoint'; readonly checkpoint: string }
  /** The configuration cannot run. */
  | { readonly type: 'infeasible'; readonly message: string }
  /** A report, the result of an example, or without a step the result, whose value is not finite. */
  | { readonly type: 'non-finite'; readonly step?: number; readonly example?: number; readonly message: string }
  /** Nothing says which value is the result, so that what follows does not count. */
  | { readonly type: 'unclear'; readonly message: string }
  /** It looks like a report or a result but is not one, or it needs the user's attention. With a topic, once is enough for all runs of a program. */
  | { readonly type: 'refused'; readonly message: string; readonly topic?: string };

/** The result that a line is if nothing follows it. */
export function resultIn(line: OutputEvent): PrintedResult | undefined {
  if (line.type === 'report') return omitUndefined({ values: line.report.values, metrics: line.report.metrics });
  return line.type === 'result' || line.type === 'value' ? line.result : undefined;
}

/** A structured line, not yet checked. */
export interface Statement {
  /** Only JSON may contain `values`, `metrics`, a checkpoint, or fields of a result. */
  readonly form: 'json' | 'pairs';
  readonly data: Readonly<Record<string, unknown>>;
}

/** The objective that a printed name stands for; undefined for any other name. */
export type Naming = (printed: string) => string | undefined;

/**
 * @param objectives names of the values that count. `value` stands for the first one.
 * @param metric the name under which the program prints the only objective, where it is another.
 */
export function naming(objectives: readonly string[], metric?: string): Naming {
  const unnamed = objectives.includes('value') ? 'value' : objectives[0]!;
  const byForm = new Map(objectives.map((name) => [canonical(name), name]));
  if (metric !== undefined) byForm.set(canonical(metric), objectives[0]!);
  return (printed) => {
    if (objectives.includes(printed)) return printed;
    return printed === 'value' ? unnamed : byForm.get(canonical(printed));
  };
}

/**
 * Reads a line of the protocol; undefined for ordinary output:
 * - `{"step":3,"value":0.1}`, `{"step":3,"val":{"loss":0.1}}` (which names `val/loss`) or `{"step":3,"values":{"loss":0.1,"acc":0.9},"metrics":{"lr":0.01}}` is a report; without a step it is the
 *   result, which may have `gradient`, `stderr` and `constraints` too. `NaN` and `Infinity`, as Python writes them, are read.
 * - `step=3 loss=0.1 acc=0.9`, with blanks or commas between, means the same; a value that is not an objective is a metric.
 * - `example=q17 loss=0.1 usd=0.0004` and `{"example":"q17","loss":0.1}` are the result of an example, in a study that has examples. In JSON, it may have
 *   `constraints`, too.
 * - `{"checkpoint":"epoch-3.pt"}`, alone or within a report or result, and `{"infeasible":"needs too much memory"}`.
 */
export const statementOf = (text: string): Statement | undefined =>
  text.startsWith('{') ? parseJson(text) : text.includes('=') ? parsePairs(text) : undefined;

/** Python writes `NaN` and `Infinity`, which JSON does not have. */
function parseJson(text: string): Statement | undefined {
  if (!text.endsWith('}')) return undefined;
  const data = jsonIn(text) ?? (/NaN|Infinity/.test(text) ? jsonIn(withoutNaN(text)) : undefined);
  return isRecord(data) ? { form: 'json', data } : undefined;
}

/** Not-a-number and infinity outside of strings, as a number that is too large for JavaScript. */
function withoutNaN(text: string): string {
  const pieces = text.split(/(\\.|")/);
  let quoted = false;
  return pieces
    .map((piece) => {
      if (piece === '"') quoted = !quoted;
      return quoted ? piece : piece.replace(/\bInfinity\b|\bNaN\b/g, '1e999');
    })
    .join('');
}

const EXAMPLE = 'example=';

/** Lines that consist of pairs. At the beginning, the name of an example may have blanks and commas: `example=What is 2 + 2? score=1`. */
function parsePairs(text: string): Statement | undefined {
  const tokens = [...text.matchAll(/[^\s,]+/g)];
  const first = text.startsWith(EXAMPLE) ? 1 : 0;
  let at = tokens.length;
  while (at > first && pairOf(tokens[at - 1]![0])) at--;
  const pairs = tokens.slice(at).map(([token]) => pairOf(token)!);
  if (first === 0) return at === 0 ? { form: 'pairs', data: eachOnce(pairs) } : undefined;
  const { 0: last, index } = tokens[at - 1]!;
  const example = text.slice(EXAMPLE.length, index + last.length);
  return example === '' ? undefined : { form: 'pairs', data: eachOnce([['example', example], ...pairs]) };
}

/** A name with two values has none that is a number: `0.5 and 0.6`. */
function eachOnce(pairs: readonly (readonly [string, unknown])[]): Statement['data'] {
  const data = new Map<string, unknown>();
  for (const [name, value] of pairs) data.set(name, data.has(name) && data.get(name) !== value ? `${data.get(name)} and ${value}` : value);
  return Object.fromEntries(data);
}

function pairOf(token: string): readonly [string, unknown] | undefined {
  const at = token.indexOf('=');
  if (at < 1 || /[:'"]/.test(token.slice(0, at)) || at === token.length - 1 || token.includes('=', at + 1)) return undefined;
  const [name, text] = [token.slice(0, at), token.slice(at + 1)];
  return [name, name === 'example' ? text : numberOrText(text)]; // 007 is a name
}

/** A number, with how uncertain it is or with a unit: `0.5+/-0.01`, `35.05dB`, `12%`. A letter such as `k` and `M` may be a factor instead. */
const MEASURED = /^([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?)(?:(?:\+\/?-|±)[\d.e+-]+|%|(?![kmgbtx]$)\p{L}{1,4})?$/iu;

/** A number as Python, C and JavaScript print it, null for one that was not measured, or else the text. */
export function numberOrText(text: string): number | string | null {
  if (/^(?:none|null|undefined|na)$/i.test(text)) return null;
  if (/^[+-]?(?:nan|inf|infinity)$/i.test(text)) return Number.NaN;
  const [, number] = MEASURED.exec(text) ?? [];
  return number === undefined ? text : Number(number);
}

/** The step of a line: `step`, or else the coarsest of the usual names with a number. `partial`: it is within that step. */
export function stepOf({ data }: Statement): {
  readonly name?: string;
  readonly step?: unknown;
  /** How many steps there are, as in `epoch=3/20`. */
  readonly total?: number | undefined;
  readonly partial: boolean;
} {
  if (data.step !== undefined) return { name: 'step', step: data.step, partial: false };
  let found: { readonly name: string; readonly rank: number; readonly value: number; readonly total: number | undefined } | undefined;
  for (const [name, given] of Object.entries(data)) {
    const rank = stepRank(name);
    const [, part, whole] = (typeof given === 'string' && /^(\d+)\/(\d+)$/.exec(given)) || [];
    const value = part === undefined ? given : Number(part);
    if (rank === undefined || typeof value !== 'number' || !(value >= 0 && value <= Number.MAX_SAFE_INTEGER)) continue;
    if (found === undefined || rank < found.rank) found = { name, rank, value, total: whole === undefined ? undefined : Number(whole) };
  }
  if (found === undefined) return { partial: false };
  const step = Math.ceil(found.value);
  return { name: found.name, step, total: found.total, partial: step !== found.value };
}

/** The fields of a line other than values of objectives. */
export function remark({ form, data: { infeasible, checkpoint } }: Statement): OutputEvent | undefined {
  if (form === 'pairs') return undefined;
  if (infeasible) return { type: 'infeasible', message: typeof infeasible === 'string' ? infeasible : 'reported by the program' };
  return typeof checkpoint === 'string' ? { type: 'checkpoint', checkpoint } : undefined;
}

/** Whether a line without a step is the result, even after lines with steps. */
export const isExplicit = ({ form, data }: Statement): boolean =>
  form === 'json' && ['value', 'values', 'gradient', 'stderr', 'constraints'].some((name) => data[name] !== undefined);

/** The name of the example that a line is about. */
export const exampleOf = ({ data: { example } }: Statement): string | undefined =>
  typeof example === 'string' || typeof example === 'number' ? String(example) : undefined;

/** Fields of JSON that are not values. */
export const RESERVED = new Set(['step', 'example', 'values', 'metrics', 'checkpoint', 'infeasible', 'gradient', 'stderr', 'constraints']);

/** Fields of a line that are kept as metrics though it does not call them so. */
const MOST_UNUSED = 256;
/** Objects within objects are read down to this depth. */
const DEEPEST = 64;

/** The fields of JSON, and those of objects within it by their paths: `val/loss` for `{"val": {"loss": 0.3}}`. */
function pathsIn(fields: readonly (readonly [string, unknown])[], depth = DEEPEST, start = '', paths: [string, unknown][] = []) {
  for (const [name, value] of fields) {
    if (isRecord(value) && depth > 0) pathsIn(Object.entries(value), depth - 1, `${start}${name}/`, paths);
    else paths.push([start + name, value]);
  }
  return paths;
}

/** All fields of a line except the step, with the contents of `metrics` and `values`. */
function fieldsOf({ form, data }: Statement): [string, unknown][] {
  if (form === 'pairs') return Object.entries(data).filter(([name]) => name !== 'step' && name !== 'example');
  const own = Object.entries(data).filter(([name]) => !RESERVED.has(name));
  return pathsIn([...entriesOf(data.metrics), ...own, ...entriesOf(data.values)]);
}

/** The numbers of a line except the step; null for one that was not measured. */
export const numbersIn = (said: Statement): ReadonlyMap<string, number | null> =>
  new Map(fieldsOf(said).filter((field): field is [string, number | null] => typeof field[1] === 'number' || field[1] === null));

/** What a line is about: a step, an example, or neither. */
export interface Subject {
  /** Of the line, or of one before it. */
  readonly step?: unknown;
  /** The field with the step, which is not a metric. */
  readonly stepName?: string | undefined;
  readonly example?: { readonly name: string; readonly place: number } | undefined;
}

/** The report, the result of an example, or without both the result, in a line. @returns undefined if it names no objective. */
export function reportIn(
  said: Statement,
  objectives: readonly string[],
  objectiveOf: Naming,
  { step, stepName, example }: Subject,
): OutputEvent | undefined {
  const { form, data } = said;
  const values = valuesOf(said, objectiveOf);
  if (step !== undefined) for (const [name, value] of values) if (value === null) values.delete(name); // some measure only every few epochs
  if (values.size === 0) return undefined;
  const what = example ? `the result of example ${example.name}` : step === undefined ? 'the result' : `the report of step ${show(step)}`;
  if (step !== undefined && !isStep(step)) return { type: 'refused', message: `${what}: expected a step that is a whole number from 0 on` };
  for (const name of objectives) {
    const value = values.get(name);
    if (isNumber(value)) continue;
    if (value !== null && typeof value !== 'number')
      return { type: 'refused', message: `${what}: expected a number for ${name}, got ${show(value)}` };
    return omitUndefined({
      type: 'non-finite',
      ...(example ? { example: example.place } : { step }),
      message: `${what}: ${name} is not finite`,
    });
  }
  const unused = fieldsOf(said).filter(([name]) => name !== stepName && objectiveOf(name) === undefined);
  const metrics = finite(unused.slice(0, MOST_UNUSED + entriesOf(data.metrics).length));
  const core = omitUndefined({
    values: finite(objectives.map((name) => [name, values.get(name)])),
    metrics: Object.keys(metrics).length > 0 ? metrics : undefined,
  });
  const checkpoint = form === 'json' && typeof data.checkpoint === 'string' && { checkpoint: data.checkpoint };
  if (example) {
    const constraints = form === 'json' ? data.constraints : undefined; // one left out would be missing in the mean
    if (constraints !== undefined && !areNumbers(constraints))
      return { type: 'refused', message: `${what}: expected a list of finite numbers for constraints, got ${show(constraints)}` };
    return { type: 'example', result: omitUndefined({ example: example.place, ...core, constraints }), ...checkpoint };
  }
  if (step !== undefined) return { type: 'report', report: { step, ...core }, ...checkpoint };
  const { extras, wrong } = extrasOf(form === 'json' ? data : {}, objectives);
  const texts = pathsIn(entriesOf(data.metrics)).filter(([, value]) => value !== null && typeof value !== 'number');
  const ignored = [...wrong, ...texts.map(([name]) => `metrics.${name}`)];
  const warning = ignored.length > 0 && { warning: `${what}: ${ignored.join(', ')} ignored: expected finite numbers` };
  return { type: 'result', result: { ...core, ...extras }, ...checkpoint, ...warning };
}

/** All values of a line, under the names of objectives. An exact name takes precedence over a similar one. */
function valuesOf(said: Statement, objectiveOf: Naming): Map<string, unknown> {
  const found = new Map<string, unknown>();
  const exact = new Set<string>();
  for (const [name, value] of fieldsOf(said)) {
    const objective = objectiveOf(name);
    if (objective === undefined || value === undefined || (exact.has(objective) && objective !== name)) continue;
    found.set(objective, value);
    if (objective === name) exact.add(objective);
  }
  return found;
}

/** The other fields of a result. With one objective, its name may be left out. */
function extrasOf(
  said: Readonly<Record<string, unknown>>,
  objectives: readonly string[],
): { extras: Omit<PrintedResult, 'values' | 'metrics'>; wrong: string[] } {
  const only = objectives.length === 1 ? objectives[0]! : undefined;
  const stderr = only !== undefined && typeof said.stderr === 'number' ? { [only]: said.stderr } : said.stderr;
  const gradient = only !== undefined && isNumbers(said.gradient) ? { [only]: said.gradient } : said.gradient;
  const fits = {
    gradient: isRecord(gradient) && Object.values(gradient).every(isNumbers),
    stderr: isNumbers(stderr),
    constraints: areNumbers(said.constraints),
  };
  return {
    extras: omitUndefined({
      gradient: fits.gradient ? (gradient as Readonly<Record<string, Values>>) : undefined,
      stderr: fits.stderr ? (stderr as Values) : undefined,
      constraints: fits.constraints ? (said.constraints as readonly number[]) : undefined,
    }),
    wrong: (['gradient', 'stderr', 'constraints'] as const).filter((name) => said[name] !== undefined && !fits[name]),
  };
}

const isStep = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isNumber = (value: unknown): value is number => Number.isFinite(value);
const areNumbers = (value: unknown): value is readonly number[] => Array.isArray(value) && value.every(isNumber);
const isNumbers = (value: unknown): value is Values => isRecord(value) && Object.values(value).every(isNumber);
const entriesOf = (value: unknown): [string, unknown][] => (isRecord(value) ? Object.entries(value) : []);
const finite = (entries: readonly (readonly [string, unknown])[]): Values =>
  Object.fromEntries(entries.filter((entry): entry is readonly [string, number] => isNumber(entry[1])));
