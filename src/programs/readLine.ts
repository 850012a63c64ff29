import { stripControls } from '../study/plainText.ts';
import { splitOf, stepRank, usualDirection } from '../text/names.ts';
import { type NumbersInLine, numbersInText } from './numbersInText.ts';
import { numberOrText, numbersIn, type Statement, statementOf, stepOf } from './structuredLine.ts';

/** A line of output with numbers, or in the structured form. */
export interface LineReading extends Omit<NumbersInLine, 'step' | 'bar'> {
  /** Whether it is a structured line; otherwise it is ordinary output. */
  readonly said?: Statement;
  /** The step that the line names: a whole number from 0 on, unless the field `step` of a structured line has something else. */
  readonly step?: unknown;
  /** The example that a structured line is about, in a study that has examples. */
  readonly example?: { readonly name: string; readonly place: number };
  /** The name of the step in a structured line. */
  readonly stepName?: string | undefined;
  /** More of the same step may follow: a progress bar, a batch, a redrawn line. */
  readonly unfinished: boolean;
}

/** @param redrawn whether the line ended in a carriage return, so that the next one covers it. */
export function readingOf(text: string, redrawn: boolean, tables: TableReader, named: ReadonlySet<string>): LineReading | undefined {
  const line = stripControls(text).trim();
  if (line === '') return undefined;
  const said = statementOf(line);
  if (said) {
    const { step, name, total, partial } = stepOf(said);
    const heads = step !== undefined && Number.isSafeInteger(step);
    const numbers = numbersIn(said);
    const fields = name === undefined ? numbers : new Map([...numbers].filter(([field]) => field !== name));
    return { said, fields, step, total, heads, partial, unfinished: partial || redrawn, stepName: name };
  }
  if (line.includes('\ufffd') || (line.startsWith('{') && !line.endsWith('}'))) return undefined; // no text, or JSON that was cut off
  const prose = line.slice(0, LONGEST_LINE);
  const row = tables.row(prose);
  if (!row && !/\d|nan|inf|none|null/i.test(line)) return undefined;
  const { bar = false, ...found } = row ?? numbersInText(prose, named);
  if (found.fields.size === 0 && found.step === undefined) return undefined;
  return { ...found, unfinished: found.partial || redrawn || bar };
}

/**
 * Reads tables such as fastai and skorch print: a line of names, among them a step, then lines of numbers. A line that is the name of a usual measure,
 * as R prints `[1] "RMSE"`, names the number that is alone on the next line. A table of names and values between two rules is one reading, as its step
 * may be in any row.
 */
export interface TableReader {
  /** The values of a line that is a row of the table above; undefined for any other line. */
  row(line: string): NumbersInLine | undefined;
}

/** The most columns that are read. */
const MOST_COLUMNS = 64;
/** The most characters of a line of ordinary output that are read. */
const LONGEST_LINE = 4096;

const RULE = /^[-+=─━┌┬┐├┼┤└┴┘┏┳┓┡╇┩╒╤╕╞╪╡╘╧╛]{5,}$/;
const NAME_AND_VALUE = /^[|│┃]\s*([\p{L}#][^|│┃]*?)\s*[|│┃]\s*([^|│┃\s]*)\s*[|│┃]$/u;
const LABEL = /^(["']?)(\p{L}[\p{L}\p{N}_ /.-]{0,40}?)\1:?$/u;

export function tableReader(): TableReader {
  /** The names of the columns, for each way to cut the line. */
  let heads: readonly (readonly string[])[] = [];
  let label: string | undefined;
  /** The rows since a rule, and the name of their section, such as `train/`. */
  let box: Map<string, string> | undefined;
  let section = '';
  return {
    row(text) {
      if (RULE.test(text)) {
        const rows = box;
        box = new Map();
        section = '';
        return rows && rows.size > 0 ? rowOf([...rows.keys()], [...rows.values()]) : undefined;
      }
      const [, name = '', cell = ''] = (box && NAME_AND_VALUE.exec(text)) ?? [];
      if (name === '' || (cell !== '' && !isNumeric(cell))) box = undefined;
      else if (cell === '') section = splitOf(name) === undefined ? '' : name;
      else if (box!.size < MOST_COLUMNS) box!.set(section + name, cell);
      if (box) return NOTHING;
      const alone = text.replace(/^\[1\]\s+/, ''); // R prints [1] before it
      const labelled = label;
      const named = LABEL.exec(alone)?.[2] ?? '';
      label = usualDirection(named) && named;
      const value = numberOrText(alone);
      if (labelled !== undefined && typeof value !== 'string') return { ...NOTHING, fields: new Map([[labelled, value]]) };
      const cuts = cutsOf(text);
      for (const cells of /\d/.test(text) ? cuts : []) {
        const names = heads.find((head) => head.length === cells.length);
        const sighting = names && rowOf(names, cells);
        if (sighting) return sighting;
      }
      const found = cuts.filter(isHead); // names may contain digits
      if (found.length > 0) heads = found;
      return undefined;
    },
  };
}

/** A line cut into cells at bars, commas, wide gaps, and all gaps. */
function cutsOf(line: string): string[][] {
  const text = line.trim();
  const at = /[|│┃]/.test(text) ? [/[|│┃]/] : text.includes(',') ? [/,/] : [/\t| {2,}/, /\s+/];
  return at
    .map((cut) =>
      text
        .split(cut, MOST_COLUMNS)
        .map((cell) => cell.trim())
        .filter(Boolean),
    )
    .filter((cells) => cells.length > 1);
}

const isHead = (cells: readonly string[]): boolean =>
  cells.every((cell) => /^[\p{L}#_][\p{L}\p{N}_#./' -]*$/u.test(cell)) && cells.some((cell) => stepRank(cell) !== undefined);

const NOTHING: NumbersInLine = { fields: new Map(), heads: false, partial: false };
const isNumeric = (cell: string): boolean => typeof numberOrText(cell) !== 'string';

function rowOf(names: readonly string[], cells: readonly string[]): NumbersInLine | undefined {
  const [name] = names.filter((one) => stepRank(one) !== undefined).sort((a, b) => stepRank(a)! - stepRank(b)!);
  const at = name === undefined ? -1 : names.indexOf(name);
  const step = name === undefined ? undefined : Number(cells[at]);
  if (step !== undefined && !(Number.isSafeInteger(step) && step >= 0)) return undefined;
  const fields = new Map<string, number | null>();
  for (const [i, name] of names.entries()) {
    const value = numberOrText(cells[i]!);
    if (i !== at && typeof value !== 'string') fields.set(name, value);
  }
  return { ...NOTHING, fields, step };
}
