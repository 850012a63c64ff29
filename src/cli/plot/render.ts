import { styleText } from 'node:util';
import { cut } from '../../insight/figures/drawing/format.ts';
import { type AxisScale, textAt } from '../../insight/figures/drawing/scale.ts';
import { clampUnit } from '../../numeric/vectors.ts';
import { wrapped } from '../../text/layout.ts';
import { escapeControls } from '../../text/plainText.ts';
import { type Dots, dots } from './braille.ts';
import type { Bars, Heat, Ink, ParallelSketch, PlaneSketch, Shades, Sketch } from './sketch.ts';

/** Room for a figure, in characters. */
export interface Size {
  readonly columns: number;
  readonly lines: number;
}

const styles: Readonly<Record<Ink, Parameters<typeof styleText>[0]>> = {
  plain: [],
  dim: 'dim',
  completed: 'cyan',
  running: 'blue',
  waiting: 'dim',
  stopped: 'yellow',
  failed: 'red',
  infeasible: 'magenta',
  retracted: 'dim',
};
const paint = (ink: Ink, text: string): string => styleText(styles[ink], text);

/** A figure as lines of text. */
export function render({ title, note, drawing }: Sketch, size: Size): string {
  const words = (text: string) => wrapped(escapeControls(text), size.columns);
  const head = [...words(title).map((line) => styleText('bold', line)), ...(note ? words(note).map((line) => paint('dim', line)) : [])];
  return [...head, ...drawn(drawing, size)].map((line) => line.trimEnd()).join('\n');
}

/** A drawing as lines of text. */
export function drawn(drawing: Sketch['drawing'], size: Size): readonly string[] {
  switch (drawing.type) {
    case 'chart':
      return chart(drawing, size);
    case 'bars':
      return bars(drawing, size);
    case 'heat':
      return heat(drawing, size);
    case 'lines':
      return parallel(drawing, size);
    case 'shades':
      return shades(drawing, size);
  }
}

function chart({ x, y, lines, points }: PlaneSketch, size: Size): readonly string[] {
  return framed(x, y, size, (columns, rows) => {
    const sheet = dots(columns, rows);
    const at = (place: number, far: number) => place * (far - 1);
    for (const { path, ink } of lines)
      trace(
        sheet,
        path.map(([px, py]) => [at(px, sheet.width), at(1 - py, sheet.height)] as const),
        ink,
      );
    for (const { x: px, y: py, ink } of points) {
      const [left, top] = [at(px, sheet.width), at(1 - py, sheet.height)];
      // A point is two by two dots, to differ from a line.
      for (const [dx, dy] of [
        [0, 0],
        [1, 0],
        [0, 1],
        [1, 1],
      ] as const)
        sheet.dot(left - 0.5 + dx, top - 0.5 + dy, ink);
    }
    return painted(sheet);
  });
}

const painted = (sheet: Dots): string[] =>
  sheet.rows().map((row) => row.map(({ text, ink }) => (text === ' ' ? text : paint(ink, text))).join(''));

function trace(sheet: Dots, path: readonly (readonly [number, number])[], ink: Ink): void {
  const [alone] = path;
  if (path.length === 1) sheet.dot(alone![0], alone![1], ink);
  for (let i = 1; i < path.length; i++) {
    const [[x0, y0], [x1, y1]] = [path[i - 1]!, path[i]!];
    if (!Number.isNaN(x0 + y0 + x1 + y1)) sheet.line(x0, y0, x1, y1, ink);
  }
}

/** From good to bad. */
const SHADES = ['█', '▓', '▒', '░', '·'];

function heat({ x, y, across, up, cells, marks }: Heat, size: Size): readonly string[] {
  const badness = new Map(cells.map(([a, b, bad]) => [a * up + b, bad]));
  return framed(x, y, size, (columns, rows) =>
    Array.from({ length: rows }, (_, row) =>
      Array.from({ length: columns }, (_, column) => {
        const [px, py] = [(column + 0.5) / columns, 1 - (row + 0.5) / rows];
        const isMarked = marks.some((mark) => near(mark.x, px, columns) && near(mark.y, py, rows));
        if (isMarked) return styleText('bold', '+');
        const bad = badness.get(Math.floor(px * across) * up + Math.floor(py * up));
        return bad === undefined ? ' ' : shade(bad);
      }).join(''),
    ),
  );
}

/** As many lines as fit, from the top. Where several columns share a character, it is as dark as their mean. */
function shades({ names, across, cells, below }: Shades, { columns, lines }: Size): readonly string[] {
  const shown = names.slice(0, Math.max(3, lines - 1)).map((name) => escapeControls(name));
  const left = Math.max(0, ...shown.map((name) => name.length));
  const width = Math.min(across, Math.max(8, columns - left - 2));
  const sums = shown.map(() => new Map<number, readonly [sum: number, n: number]>());
  for (const [column, line, bad] of cells) {
    const at = Math.floor((column * width) / across);
    const [sum, n] = sums[line]?.get(at) ?? [0, 0];
    sums[line]?.set(at, [sum + bad, n + 1]);
  }
  const picture = shown.map((name, line) => {
    const texts = Array.from({ length: width }, (_, at) => {
      const [sum, n] = sums[line]!.get(at) ?? [0, 0];
      return n === 0 ? ' ' : shade(sum / n);
    });
    return `${name.padStart(left)} │${texts.join('')}`;
  });
  return [...picture, `${' '.repeat(left + 2)}${below}`];
}

const shade = (badness: number): string => SHADES[Math.min(SHADES.length - 1, Math.floor(badness * SHADES.length))]!;

const near = (place: number, cell: number, count: number): boolean =>
  Math.min(count - 1, Math.floor(place * count)) === Math.floor(cell * count);

/** The widest label of an axis. */
const LABEL = 10;
const labelAt = (scale: AxisScale, value: number): string => escapeControls(cut(textAt(scale, value), LABEL));

/** A picture with its axes. @param draw the picture, of so many columns and rows */
function framed(
  x: AxisScale,
  y: AxisScale,
  { columns, lines }: Size,
  draw: (columns: number, rows: number) => readonly string[],
): readonly string[] {
  const rows = Math.max(3, lines - 2);
  const labels = new Map(y.ticks.map(({ place, value }) => [Math.round((1 - place) * (rows - 1)), labelAt(y, value)]));
  const left = Math.max(1, ...[...labels.values()].map((label) => label.length));
  const width = Math.max(8, columns - left - 2);
  const picture = draw(width, rows).map((row, i) => `${(labels.get(i) ?? '').padStart(left)} ${labels.has(i) ? '┤' : '│'}${row}`);
  const { marks, texts } = below(x, width);
  return [...picture, `${' '.repeat(left)} └${marks}`, `${' '.repeat(left + 2)}${texts}`];
}

/** The ticks of the horizontal axis, and as many of their labels as fit, with its name at the end. */
function below(x: AxisScale, width: number): { readonly marks: string; readonly texts: string } {
  const marks = new Array<string>(width).fill('─');
  const texts = new Array<string>(width).fill(' ');
  const put = (text: string, at: number): boolean => {
    const from = Math.min(width - text.length, Math.max(0, at));
    const isFree = from >= 0 && texts.slice(Math.max(0, from - 1), from + text.length + 1).every((one) => one === ' ');
    if (isFree) texts.splice(from, text.length, ...text);
    return isFree;
  };
  const name = escapeControls(cut(x.name, Math.max(4, width >> 2)));
  put(name, width - name.length);
  for (const { place, value } of x.ticks) {
    if (!(place >= 0 && place <= 1)) continue;
    const at = Math.round(place * (width - 1));
    const label = labelAt(x, value);
    if (put(label, at - (label.length >> 1))) marks[at] = '┬';
  }
  return { marks: marks.join(''), texts: texts.join('') };
}

/** Eighths of a character. */
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

function bars({ bars: all, ends }: Bars, { columns }: Size): readonly string[] {
  const names = all.map(({ name }) => escapeControls(cut(name, 24)));
  const left = Math.max(...names.map((name) => name.length));
  const right = Math.max(...all.map(({ text }) => (text ? text.length + 1 : 0)));
  const width = Math.max(8, columns - left - right - 1);
  const lines = all.map(
    ({ parts, text }, i) => `${names[i]!.padEnd(left)} ${ends ? spans(parts, width) : filled(parts[0]!, width)}${text ? ` ${text}` : ''}`,
  );
  const [from, to] = ends ?? [];
  return from === undefined || to === undefined ? lines : [...lines, `${' '.repeat(left + 1)}${from}${to.padStart(width - from.length)}`];
}

/** A bar from the left, to an eighth of a character. */
function filled({ to, ink }: { readonly to: number; readonly ink: Ink }, width: number): string {
  const eighths = Math.round(8 * width * clampUnit(to));
  const bar = '█'.repeat(eighths >> 3) + EIGHTHS[eighths & 7];
  return paint(ink, bar) + ' '.repeat(width - bar.length);
}

/** The segments of a line: each begins with a mark, so that neighbours differ. */
function spans(parts: Bars['bars'][number]['parts'], width: number): string {
  const cells = new Array<string>(width).fill(' ');
  for (const { from, to, ink } of parts) {
    const [first, last] = [from, to].map((place) => Math.min(width - 1, Math.floor(place * width))) as [number, number];
    for (let i = first; i <= last; i++) cells[i] = paint(ink, i === first ? '▌' : '█');
  }
  return cells.join('');
}

function parallel({ axes, lines }: ParallelSketch, { columns, lines: height }: Size): readonly string[] {
  const rows = Math.max(3, height - 3);
  const sheet = dots(columns, rows);
  const step = (columns - 1) / Math.max(1, axes.length - 1);
  const xs = axes.map((_, k) => Math.round(k * step));
  for (const { places, ink } of lines)
    trace(
      sheet,
      places.map((place, k) => [2 * xs[k]!, (1 - place) * (sheet.height - 1)] as const),
      ink,
    );
  const picture = sheet
    .rows()
    .map((row) => row.map(({ text, ink }, column) => (xs.includes(column) ? '│' : text === ' ' ? text : paint(ink, text))).join(''));
  const row = (textOf: (axis: AxisScale) => string) => {
    const line = new Array<string>(columns).fill(' ');
    axes.forEach((axis, k) => {
      const text = escapeControls(cut(textOf(axis), Math.max(3, Math.floor(step) - 1)));
      line.splice(Math.max(0, Math.min(columns - text.length, xs[k]! - (k === 0 ? 0 : text.length >> 1))), text.length, ...text);
    });
    return line.join('');
  };
  const end = (place: number) => row((axis) => textAt(axis, axis.at(place)));
  return [row(({ name }) => name), end(1), ...picture, end(0)];
}
