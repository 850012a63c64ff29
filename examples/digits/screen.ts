import { styleText } from 'node:util';
import type { Progress, TrialRow } from 'hypertide';
import type { Network } from './study.ts';

type Trial = TrialRow<Network>;

const bar = (done: number, width = 24): string => '█'.repeat(Math.round(Math.min(done, 1) * width)).padEnd(width, '░');
const percent = (share: number | undefined): string => (share === undefined ? '-' : `${(100 * share).toFixed(2)} %`);
const lossOf = ({ values }: Trial): string => values?.loss?.toFixed(4) ?? '-';
const short = (x: number): string => (x > 0 && x < 1e-3 ? x.toExponential(1) : x.toPrecision(2));

/** Shows a study while it runs: on a terminal one line that is redrawn, elsewhere a line for each trial. */
export interface Screen {
  ended(trial: Trial): void;
  progress(state: Progress<Network>): void;
  /** Removes the line. */
  close(): void;
}

/** @param cost the limit of the study, in epochs. */
export const screen = (cost: number, out: NodeJS.WriteStream = process.stdout): Screen => {
  if (!out.isTTY) return { ended: (trial) => out.write(`${lineOf(trial)}\n`), progress: () => {}, close: () => {} };
  let spent = 0;
  const draw = (text: string) => out.write(`\r\x1b[2K${text.slice(0, out.columns - 1)}`);
  return {
    ended: ({ step = 0 }) => {
      spent += step;
    },
    progress: ({ trials, open, best }) => {
      const loss = best ? lossOf(best) : '-';
      draw(`${bar(spent / cost)} ${spent}/${cost} epochs  ${trials} trials  best loss ${loss}  ${open} running`);
    },
    close: () => draw(''),
  };
};

const layersOf = ({ units, secondUnits }: Network): string => (secondUnits === undefined ? `${units}` : `${units} + ${secondUnits}`);

const lineOf = (trial: Trial): string => {
  const { learningRate, momentum, batch } = trial.params;
  const what = `${layersOf(trial.params)} units, learning rate ${short(learningRate)}, momentum ${short(momentum)}, batch ${batch}`;
  return `trial ${trial.trial}: ${trial.reason ?? trial.status} after ${trial.step ?? 0} ${trial.step === 1 ? 'epoch' : 'epochs'}, validation loss ${lossOf(trial)} (${what})`;
};

/** The best of the trials that were trained to the end, the error of the best one on the test images, and the cost. */
export const summary = (rows: readonly Trial[], epochs: number): string => {
  const [best, ...others] = rows
    .filter(({ status }) => status === 'completed')
    .sort((a, b) => a.values!.loss! - b.values!.loss! || a.trial - b.trial);
  if (!best) return 'No network was trained to the end.';
  const spent = rows.reduce((sum, { step = 0 }) => sum + step, 0);
  const stopped = rows.filter(({ status }) => status === 'stopped').length;
  return [
    table([best, ...others].slice(0, 6)),
    `The best network gets ${percent(best.metrics?.test)} of the test images wrong.`,
    `${stopped} of ${rows.length} trials were stopped early: ${spent} epochs instead of ${rows.length * epochs}.`,
  ].join('\n');
};

const table = (rows: readonly Trial[]): string => {
  const head = ['trial', 'loss', 'units', 'rate', 'schedule', 'momentum', 'batch', 'L2', 'scale', 'by'];
  const lines = rows.map((row) => {
    const { learningRate, schedule, momentum, batch, l2, initialScale } = row.params;
    const settings = [short(learningRate), schedule, short(momentum), batch, short(l2), short(initialScale)];
    return [row.trial, lossOf(row), layersOf(row.params), ...settings, row.by].map(String);
  });
  return tableOf(head, lines);
};

/** A table that 80 columns can hold. */
export const tableOf = (head: readonly string[], rows: readonly (readonly string[])[]): string => {
  const widths = head.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i]!.length)));
  const [first, ...others] = [head, ...rows].map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join('  ')
      .trimEnd(),
  );
  return [styleText('bold', first!), ...others].join('\n');
};
