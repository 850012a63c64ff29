import Table from 'cli-table3';
import type { Progress, Row } from 'hypertide';
import colours from 'picocolors';
import type { NetworkConfig } from './network.ts';

type Trial = Row<NetworkConfig>;

const bar = (done: number, width = 24): string => '█'.repeat(Math.round(done * width)).padEnd(width, '░');
const percent = (share: number | undefined): string => (share === undefined ? '-' : `${(100 * share).toFixed(2)} %`);
const short = (x: number): string => (x < 1e-3 ? x.toExponential(1) : x.toPrecision(2));

/** What is seen of a study while it runs: on a terminal one line that is drawn over and over, elsewhere a line for each trial. */
export interface Screen {
  ended(trial: Trial): void;
  progress(state: Progress<NetworkConfig>): void;
  /** Takes the line away. */
  close(): void;
}

/** @param trials how many there will be. */
export const screen = (trials: number, out: NodeJS.WriteStream = process.stdout): Screen => {
  if (!out.isTTY) return { ended: (trial) => out.write(`${lineOf(trial)}\n`), progress: () => {}, close: () => {} };
  const rateOf = rate();
  const draw = (text: string) => out.write(`\r\x1b[2K${text.slice(0, out.columns - 1)}`);
  return {
    ended: () => {},
    progress: (state) => {
      const ended = state.completed + state.stopped + state.failed;
      const best = percent(state.best?.values?.error);
      draw(`${bar(ended / trials)} ${ended}/${trials} trials  best error ${best}  ${rateOf(ended)} trials/s  ${state.open} running`);
    },
    close: () => draw(''),
  };
};

/** Trials a second since the first report: what a journal held before does not count. */
const rate = () => {
  const since = performance.now();
  let before: number | undefined;
  return (ended: number): string => {
    const seconds = (performance.now() - since) / 1000;
    if (before === undefined && seconds > 0.5) before = ended;
    return before === undefined || seconds < 1 ? '-' : ((ended - before) / (seconds - 0.5)).toFixed(1);
  };
};

const lineOf = ({ trial, status, reason, step = 0, values, params }: Trial): string => {
  const { units, activation, learningRate, l2 } = params;
  const what = `${units} ${activation} units, learning rate ${short(learningRate)}, L2 ${short(l2)}`;
  return `trial ${trial}: ${reason ?? status} after ${step} epochs, validation error ${percent(values?.error)} (${what})`;
};

/** The best trials of those that were trained to the end, how the best one does on images that nothing was chosen by, and what it took. */
export const summary = (rows: readonly Trial[], epochs: number): string => {
  const [best, ...others] = rows
    .filter(({ status }) => status === 'completed')
    .sort((a, b) => a.values!.error! - b.values!.error! || a.trial - b.trial);
  if (!best) return 'No network was trained to the end.';
  const spent = rows.reduce((sum, { step = 0 }) => sum + step, 0);
  const stopped = rows.filter(({ status }) => status === 'stopped').length;
  return [
    table([best, ...others].slice(0, 8)),
    `The best network gets ${percent(best.metrics?.test)} of the test images wrong.`,
    `${stopped} of ${rows.length} trials were stopped early: ${spent} epochs instead of ${rows.length * epochs}.`,
  ].join('\n');
};

const table = (rows: readonly Trial[]): string => {
  const head = ['trial', 'validation error', 'units', 'activation', 'learning rate', 'L2', 'epochs', 'proposed by'];
  const lines = rows.map(({ trial, values, params: { units, activation, learningRate, l2 }, step, by }) =>
    [trial, percent(values?.error), units, activation, short(learningRate), short(l2), step, by].map(String),
  );
  const chars = { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' };
  const out = new Table({ head: head.map((name) => colours.bold(name)), chars, style: { head: [], border: [] } });
  out.push(...lines);
  return out.toString();
};
