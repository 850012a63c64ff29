export interface CsvOptions {
  /** Writes text unchanged, for programs that evaluate nothing. Default: spreadsheets show text, and do not evaluate it. */
  readonly raw?: boolean;
}

/** A line of CSV as in RFC 4180. Structured values are written as JSON. */
export const csvLine = (cells: readonly unknown[], { raw = false }: CsvOptions = {}): string =>
  `${cells.map((cell) => quoted(typeof cell === 'string' && !raw ? inert(cell) : textOf(cell))).join(',')}\r\n`;

const textOf = (value: unknown): string => (value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value));

const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** Text that a spreadsheet takes for a formula, and such text after apostrophes. */
const FORMULA = /^'*[=+\-@\t\r\n]/;

/** Text behind an apostrophe, if a spreadsheet would evaluate it: anyone who reports a message could run commands there. */
const inert = (text: string): string => (FORMULA.test(text) ? `'${text}` : text);

/** The text of a cell that `csvLine` wrote. */
export const cellText = (cell: string): string => (cell.startsWith("'") && FORMULA.test(cell) ? cell.slice(1) : cell);
