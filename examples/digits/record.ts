import { readFileSync } from 'node:fs';
import { tableOf } from './screen.ts';
import type { Name } from './study.ts';

/** What a strategy found with one seed. */
export interface Run {
  readonly seed: number;
  /** The validation loss of the best network that was trained to the end. */
  readonly loss: number;
  /** Its error on the test images. */
  readonly test: number;
  /** Epochs trained. The last trial may exceed the limit of the study. */
  readonly epochs: number;
  readonly trials: number;
}

/** `compare.json`. */
export interface Comparison {
  readonly command: string;
  readonly commit: string;
  readonly date: string;
  readonly node: string;
  /** The limit of each study, in epochs. */
  readonly cost: number;
  /** The space as a study file holds it. */
  readonly space: unknown;
  readonly runs: Readonly<Record<Name, readonly Run[]>>;
}

export const recordFile = new URL('./compare.json', import.meta.url);
export const readRecord = (): Comparison => JSON.parse(readFileSync(recordFile, 'utf8'));

const reference = 'early, auto' satisfies Name;
const titles: Readonly<Record<Name, string>> = {
  'early, auto': 'early stopping, auto (default)',
  'early, tpe': 'early stopping, tpe',
  'early, random': 'early stopping, random (ASHA)',
  random: 'random search',
};

/** A table of the strategies, and a sentence on how far the default is ahead. */
export const comparison = ({ command, commit, date, cost, runs }: Comparison): string => {
  const names = Object.keys(runs) as Name[];
  const seeds = runs[reference].length;
  const rows = names.map((name) => {
    const [low, median, high] = [0.25, 0.5, 0.75].map((part) => quantile(losses(runs[name]), part).toFixed(4));
    const ahead = name === reference ? '' : `${wins(runs, name)} of ${seeds} seeds`;
    return [titles[name], median!, `${low} to ${high}`, ahead];
  });
  const table = tableOf(['strategy', 'median loss', 'quartiles', 'default better in'], rows);
  const made = `recorded on ${date.slice(0, 10)} at ${commit.slice(0, 7)} by ${command}`;
  return [`The same study with other strategies, after ${cost} epochs each (${made}):`, table, verdict(runs)].join('\n');
};

/** One sentence, made from the numbers. */
const verdict = (runs: Comparison['runs']): string => {
  const against = (name: Name, title: string) => {
    const [won, all] = [wins(runs, name), runs[name].length];
    return `${strength(won, all)} ${title} (better with ${won} of ${all} seeds)`;
  };
  const others = [against('random', 'random search'), against('early, random', 'random ASHA')].join(', ');
  return `On these images the default is ${others} and ${against('early, tpe', 'tpe with early stopping')}; another problem may give another order.`;
};

/** Wins in pairs, judged by the sign test at 5 %, two-sided. */
export const strength = (won: number, all: number): string => {
  if (signTest(won, all) > 0.05) return 'not distinguishable from';
  return won > all / 2 ? 'better than' : 'worse than';
};

/** The probability that a fair coin gives a count as far from one half as `won`, or farther. */
export const signTest = (won: number, all: number): number => {
  let [chance, sum] = [0.5 ** all, 0];
  for (let heads = 0; heads <= all; heads++) {
    if (Math.abs(heads - all / 2) >= Math.abs(won - all / 2)) sum += chance;
    chance *= (all - heads) / (heads + 1);
  }
  return sum;
};

/** With how many seeds the default found a lower loss than another strategy with the same seed. */
const wins = (runs: Comparison['runs'], name: Name): number => {
  const others = losses(runs[name]);
  return losses(runs[reference]).filter((loss, i) => loss < others[i]!).length;
};

const losses = (some: readonly Run[]): readonly number[] => some.map(({ loss }) => loss);

/** Interpolates between neighbours, as numpy does by default. */
export const quantile = (values: readonly number[], part: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const at = part * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(at)]!, sorted[Math.ceil(at)]!];
  return below + (at - Math.floor(at)) * (above - below);
};
