import type { Completed, ReportedFact, Values } from '../../facts/facts.ts';
import { isRecord, show } from '../../space/check.ts';

/** How a trial is doing. */
export type Report = Pick<ReportedFact, 'step' | 'values' | 'metrics'>;
/** What a trial came to. */
export type Result = Pick<Completed, 'values' | 'metrics' | 'gradient' | 'stderr' | 'constraints'>;

/** What a line says that a program printed. A checkpoint is where a later attempt or trial may go on from. */
export type Line =
  | { readonly type: 'report'; readonly report: Report; readonly checkpoint?: string }
  | { readonly type: 'result'; readonly result: Result; readonly checkpoint?: string; readonly warning?: string }
  | { readonly type: 'checkpoint'; readonly checkpoint: string }
  /** The configuration may not be run. */
  | { readonly type: 'infeasible'; readonly message: string }
  /** A report, or without a step the result, whose value is not finite. */
  | { readonly type: 'non-finite'; readonly step?: number; readonly message: string }
  /** It looks like a report or a result and is none. */
  | { readonly type: 'refused'; readonly message: string }
  | { readonly type: 'text' };

const TEXT: Line = { type: 'text' };

/**
 * Reads a line that a program printed. What is none of these is text:
 * - `{"step":3,"value":0.1}` or `{"step":3,"values":{"loss":0.1,"acc":0.9},"metrics":{"lr":0.01}}` is a report; without a step it is the
 *   result, which may have `gradient`, `stderr` and `constraints` too. `NaN` and `Infinity`, as Python writes them, are read.
 * - `step=3 loss=0.1 acc=0.9`, with blanks or commas between, says the same; what is no objective is a metric.
 * - `{"checkpoint":"epoch-3.pt"}`, alone or within a report or result, and `{"infeasible":"needs too much memory"}`.
 *
 * @param objectives names of the values that count. `value` stands for the first one.
 */
export function parseLine(line: string, objectives: readonly string[]): Line {
  const text = line.trim();
  const said = text.startsWith('{') ? parseJson(text) : text.includes('=') ? parsePairs(text) : undefined;
  if (said === undefined) return TEXT;
  const values = valuesOf(said, objectives);
  if (objectives.some((name) => Object.hasOwn(values, name))) return judge(said, values, objectives);
  if (said.infeasible)
    return { type: 'infeasible', message: typeof said.infeasible === 'string' ? said.infeasible : 'the program said so' };
  return typeof said.checkpoint === 'string' ? { type: 'checkpoint', checkpoint: said.checkpoint } : TEXT;
}

/** The fields of a line, not yet believed. */
type Said = Readonly<Record<string, unknown>>;

/** `NaN` and `Infinity` outside of strings, which Python writes although JSON has none, are read as null. */
function parseJson(text: string): Said | undefined {
  for (const json of [
    text,
    text.replace(/"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g, (token) => (token.startsWith('"') ? token : 'null')),
  ]) {
    try {
      const value: unknown = JSON.parse(json);
      return isRecord(value) ? value : undefined;
    } catch {}
  }
  return undefined;
}

/** Lines of nothing but pairs: a pair within prose is text. */
function parsePairs(text: string): Said | undefined {
  const tokens = text.split(/[\s,]+/).filter(Boolean);
  if (!tokens.every((token) => /^[^=]+=[^=]+$/.test(token))) return undefined;
  const pairs = tokens.map((token) => token.split('=') as [string, string]).map(([name, value]) => [name, read(value)]);
  const { step, ...values } = Object.fromEntries(pairs);
  return { step, values };
}

/** A number as Python, C and JavaScript print it, null for what is not finite, or else the text. */
function read(text: string): number | string | null {
  if (/^[+-]?(?:nan|inf|infinity|none|null|undefined)$/i.test(text)) return null;
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : text;
}

/** All values of a line, under the names of objectives where they are objectives. */
function valuesOf(said: Said, objectives: readonly string[]): Said {
  const named = Object.entries(said).filter(([name]) => objectives.includes(name));
  const { value = said.value, ...values }: Said = isRecord(said.values) ? said.values : {};
  const unnamed = objectives.includes('value') ? 'value' : objectives[0]!;
  return Object.fromEntries([...(value === undefined ? [] : [[unnamed, value]]), ...named, ...Object.entries(values)]);
}

function judge(said: Said, values: Said, objectives: readonly string[]): Line {
  const { step } = said;
  const what = step === undefined ? 'the result' : `the report of step ${show(step)}`;
  if (step !== undefined && !isStep(step)) return { type: 'refused', message: `${what}: expected a step that is a whole number from 0 on` };
  for (const name of objectives) {
    const value = values[name];
    if (isNumber(value)) continue;
    if (value !== null && typeof value !== 'number')
      return { type: 'refused', message: `${what}: expected a number for ${name}, got ${show(value)}` };
    return { type: 'non-finite', ...(step !== undefined && { step }), message: `${what}: ${name} is not finite` };
  }
  const metrics = finite([...Object.entries(values).filter(([name]) => !objectives.includes(name)), ...entriesOf(said.metrics)]);
  const core = { values: finite(objectives.map((name) => [name, values[name]])), ...(Object.keys(metrics).length > 0 && { metrics }) };
  const checkpoint = typeof said.checkpoint === 'string' && { checkpoint: said.checkpoint };
  if (step !== undefined) return { type: 'report', report: { step, ...core }, ...checkpoint };
  const { extras, wrong } = extrasOf(said, objectives);
  const warning = wrong.length > 0 && { warning: `${what}: ${wrong.join(', ')} ignored, as it is not finite numbers in the form expected` };
  return { type: 'result', result: { ...core, ...extras }, ...checkpoint, ...warning };
}

/** What a result may have besides. With one objective its name may be left out. */
function extrasOf(said: Said, objectives: readonly string[]): { extras: Omit<Result, 'values' | 'metrics'>; wrong: string[] } {
  const only = objectives.length === 1 ? objectives[0]! : undefined;
  const stderr = only !== undefined && typeof said.stderr === 'number' ? { [only]: said.stderr } : said.stderr;
  const gradient = only !== undefined && isNumbers(said.gradient) ? { [only]: said.gradient } : said.gradient;
  const fits = {
    gradient: isRecord(gradient) && Object.values(gradient).every(isNumbers),
    stderr: isNumbers(stderr),
    constraints: Array.isArray(said.constraints) && said.constraints.every(isNumber),
  };
  return {
    extras: {
      ...(fits.gradient && { gradient: gradient as Readonly<Record<string, Values>> }),
      ...(fits.stderr && { stderr: stderr as Values }),
      ...(fits.constraints && { constraints: said.constraints as readonly number[] }),
    },
    wrong: (['gradient', 'stderr', 'constraints'] as const).filter((name) => said[name] !== undefined && !fits[name]),
  };
}

const isStep = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isNumber = (value: unknown): value is number => Number.isFinite(value);
const isNumbers = (value: unknown): value is Values => isRecord(value) && Object.values(value).every(isNumber);
const entriesOf = (value: unknown): [string, unknown][] => (isRecord(value) ? Object.entries(value) : []);
const finite = (entries: readonly (readonly [string, unknown])[]): Values =>
  Object.fromEntries(entries.filter((entry): entry is readonly [string, number] => isNumber(entry[1])));
