import { stripControls } from '../text/plainText.ts';
import { numbersIn, type Statement, statementOf, stepOf } from './parseOutput.ts';
import { sight } from './prose.ts';
import type { TableReader } from './tables.ts';

/** A line of output with numbers, or in the structured form. */
export interface LineReading {
  /** Whether it is a structured line; otherwise it is ordinary output. */
  readonly said?: Statement;
  /** All numbers by their names as printed; null for one that is not finite. */
  readonly fields: ReadonlyMap<string, number | null>;
  /** The step that the line names: a whole number from 0 on, unless the field `step` of a structured line has something else. */
  readonly step?: unknown;
  /** How many steps there are, if the line says so: `Epoch 3/20`. */
  readonly total?: number | undefined;
  /** The name of the step in a structured line. */
  readonly stepName?: string | undefined;
  /** A number that is the step if no other is known. */
  readonly lead?: number | undefined;
  /** Later lines may belong to this step. */
  readonly heads: boolean;
  /** More of the same step may follow: a progress bar, a batch, a redrawn line. */
  readonly unfinished: boolean;
  /** The step itself is not over. */
  readonly partial: boolean;
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
  const row = tables.row(line);
  if (!row && !/\d|nan|inf|none|null/i.test(line)) return undefined;
  const { fields, step, total, heads, partial, lead, bar = false } = row ?? sight(line, named);
  if (fields.size === 0 && step === undefined) return undefined;
  return { fields, step, total, heads, partial, unfinished: partial || redrawn || bar, lead };
}
