import { stepRank, usualDirection } from '../text/names.ts';
import type { Sighting } from './prose.ts';

/**
 * Reads tables such as fastai and skorch print: a line of names, among them a step, then lines of numbers. A line that is the name of a usual measure,
 * as R prints `[1] "RMSE"`, names the number that is alone on the next line.
 */
export interface TableReader {
  /** The values of a line that is a row of the table above; undefined for any other line. */
  row(line: string): Sighting | undefined;
}

/** The most columns that are read. */
const MOST_COLUMNS = 64;
/** The most characters of a line that are read. */
const LONGEST_LINE = 4096;

const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?%?$/i;
/** A number that is alone on its line, also as R prints it. */
const ALONE = /^(?:\[1\]\s+)?([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?|nan|-?inf)$/i;
const LABEL = /^(?:\[1\]\s+)?(["']?)(\p{L}[\p{L}\p{N}_ /.-]{0,40}?)\1:?$/u;
const NOT_FINITE = /^[+-]?(?:nan|inf|infinity|none|null|na)$/i;

export function tableReader(): TableReader {
  /** The names of the columns, for each way to cut the line. */
  let heads: readonly (readonly string[])[] = [];
  let label: string | undefined;
  return {
    row(line) {
      const text = line.slice(0, LONGEST_LINE);
      const value = label === undefined ? undefined : ALONE.exec(text)?.[1];
      if (value !== undefined) {
        const fields = new Map([[label!, numberIn(value)]]);
        label = undefined;
        return { fields, heads: false, partial: false };
      }
      label = labelIn(text);
      if (!/\d/.test(text)) {
        const found = cutsOf(text).filter(isHead);
        if (found.length > 0) heads = found;
        return undefined;
      }
      for (const cells of cutsOf(text)) {
        const names = heads.find((head) => head.length === cells.length);
        const sighting = names && rowOf(names, cells);
        if (sighting) return sighting;
      }
      const found = cutsOf(text).filter(isHead); // names may contain digits
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

function rowOf(names: readonly string[], cells: readonly string[]): Sighting | undefined {
  const at = names.findIndex((name) => stepRank(name) !== undefined);
  const step = Number(cells[at]);
  if (!Number.isSafeInteger(step) || step < 0) return undefined;
  const fields = new Map<string, number | null>();
  for (const [i, name] of names.entries()) {
    if (i === at) continue;
    if (NOT_FINITE.test(cells[i]!) || NUMBER.test(cells[i]!)) fields.set(name, numberIn(cells[i]!));
  }
  return { fields, step, heads: false, partial: false };
}

/** Null if it is not finite. */
const numberIn = (text: string): number | null => (NOT_FINITE.test(text) ? null : Number(text.replace('%', '')));

function labelIn(text: string): string | undefined {
  const name = LABEL.exec(text)?.[2];
  return name !== undefined && usualDirection(name) !== undefined ? name : undefined;
}
