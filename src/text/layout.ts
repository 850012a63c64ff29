import { stripVTControlCharacters } from 'node:util';
import { escapeControls } from '../study/plainText.ts';
import { widthOf } from './width.ts';

/** The columns that a text takes. Its colours take none. */
export const displayWidth = (text: string): number => widthOf(stripVTControlCharacters(text));

/** A text cut to so many columns. Its colours stay. */
export function clipped(text: string, columns: number): string {
  let left = columns;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
  return text.replace(/\x1b\[\d+m|[\s\S]/gu, (piece) => {
    if (piece.startsWith('\x1b')) return piece;
    left -= widthOf(piece);
    return left >= 0 ? piece : '';
  });
}

/** Rows of cells as lines, with the columns below each other. @param numbers positions of columns that are aligned on the right */
export function aligned(rows: readonly (readonly string[])[], numbers: readonly number[] = []): string[] {
  const widths = rows.reduce<number[]>((most, row) => row.map((cell, i) => Math.max(most[i] ?? 0, displayWidth(cell))), []);
  return rows.map((row) =>
    row
      .map((cell, i) => {
        const space = ' '.repeat(widths[i]! - displayWidth(cell));
        return numbers.includes(i) ? space + cell : cell + space;
      })
      .join('  ')
      .trimEnd(),
  );
}

/** A command of ours in a message, or a word. A command stays in one piece, so that you can copy it. */
const PIECES = /"(?:npx )?hypertide [^"]*"\S*|(?<=: )(?:npx )?hypertide .*|\S+/g;

/**
 * A text in lines of at most so many columns, broken between words. A longer word, such as a path, is a line of its own.
 *
 * @param indent the beginning of all lines but the first
 */
export function wrapped(text: string, columns: number, indent = ''): string[] {
  if (displayWidth(text) <= columns) return [text];
  const lines: string[] = [];
  let line = '';
  for (const [piece] of text.matchAll(PIECES)) {
    const longer = line === '' ? piece : `${line} ${piece}`;
    if (line.trim() === '' || displayWidth(longer) <= columns) line = longer;
    else {
      lines.push(line);
      line = `${indent}${piece}`;
    }
  }
  return [...lines, line];
}

type Window = Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>;

/** How far the second line of a message is indented. */
const INDENT = '  ';

/** A message for people as lines that are safe to print; on a terminal, they fit it. */
export function messageLines(text: string, { isTTY, columns }: Window): readonly string[] {
  const safe = escapeControls(asCalled(text));
  return isTTY ? wrapped(safe, columns || 80, INDENT) : [safe];
}

/** Names and texts as lines, the texts in a column of their own. */
export function labelled(rows: readonly (readonly string[])[], { isTTY, columns }: Window): string[] {
  const left = Math.max(...rows.map(([name = '']) => name.length)) + 2;
  const room = isTTY ? Math.max(left, (columns || 80) - left) : Number.POSITIVE_INFINITY;
  return rows.flatMap(([name = '', text = '']) =>
    wrapped(escapeControls(asCalled(text)), room).map((line, i) => `${(i === 0 ? name : '').padEnd(left)}${line}`),
  );
}

/** A message for people whose hints name commands as this one was started: by npx, no command is called hypertide. */
export function asCalled(text: string): string {
  const { npm_lifecycle_event: event, npm_lifecycle_script: script = '' } = process.env;
  const isByNpx = event === 'npx' && /^['"]?hypertide\b/.test(script);
  return isByNpx ? text.replaceAll(/(?<="|: )hypertide (?=[a-z])/g, 'npx hypertide ') : text;
}
