import { styleText } from 'node:util';
import type { ColourName } from '../../insight/figures/drawing/colours.ts';
import { cut } from '../../insight/figures/drawing/format.ts';
import { type AxisScale, textAt } from '../../insight/figures/drawing/scale.ts';
import { drawnPath } from '../../insight/figures/drawing/series/lines.ts';
import type { FigureStudy } from '../../insight/figures/figureStudy.ts';
import type { Plan } from '../../insight/figures/plan.ts';
import { clampUnit } from '../../numeric/vectors.ts';
import { escapeControls } from '../../study/plainText.ts';
import { dots } from './dots.ts';

/** Room for a chart, in characters. */
interface Size {
  readonly columns: number;
  readonly lines: number;
}

/** What has no style here is drawn as plain text. */
const styles: Readonly<Partial<Record<ColourName, Parameters<typeof styleText>[0]>>> = {
  completed: 'cyan',
  stopped: 'yellow',
  failed: 'red',
  infeasible: 'magenta',
  retracted: 'dim',
};

/** The lines and trials of a figure over two axes, as lines of text. */
export function chartText({ plane, points }: Plan, study: FigureStudy, { columns, lines }: Size): readonly string[] {
  const { x, y, lines: drawn } = plane!()!;
  const rows = Math.max(3, lines - 2);
  const labels = new Map(y.ticks.map(({ place, value }) => [Math.round((1 - place) * (rows - 1)), labelAt(y, value)]));
  const left = Math.max(1, ...[...labels.values()].map((label) => label.length));
  const width = Math.max(8, columns - left - 2);
  const sheet = dots(width, rows);
  const across = (place: number) => place * (sheet.width - 1);
  const down = (place: number) => (1 - place) * (sheet.height - 1);
  for (const line of drawn) {
    const path = drawnPath(line);
    for (const [i, [px, py]] of path.entries()) {
      const [qx, qy] = path[i - 1] ?? [px, py];
      sheet.line(across(qx), down(qy), across(px), down(py), line.colour);
    }
  }
  for (const { grid, places } of points!().toReversed()) {
    for (const [i, { state }] of study.rows.entries()) {
      const [px, py] = [places[0][i]!, places[1][i]!];
      // Trials without a value lie at the lower end. A point is two by two dots, to differ from a line.
      const [a, b] = [across(clampUnit(px)), down(grid === undefined ? clampUnit(py) : 0)];
      if (!Number.isNaN(px + py)) for (const dx of [-0.5, 0.5]) for (const dy of [-0.5, 0.5]) sheet.dot(a + dx, b + dy, state);
    }
  }
  const picture = sheet.rows().map((row, i) => {
    const cells = row.map(({ text, colour }) => (text === ' ' ? text : styleText(styles[colour] ?? [], text)));
    return `${(labels.get(i) ?? '').padStart(left)} ${labels.has(i) ? '┤' : '│'}${cells.join('')}`;
  });
  const { marks, texts } = below(x, width);
  return [...picture, `${' '.repeat(left)} └${marks}`, `${' '.repeat(left + 2)}${texts}`];
}

/** The widest label of an axis. */
const LABEL = 10;
const labelAt = (scale: AxisScale, value: number): string => escapeControls(cut(textAt(scale, value), LABEL));

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
