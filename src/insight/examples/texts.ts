import { lossOf } from '../../ledger/settings.ts';
import { cut, formatNumber, percent, rounded } from '../figures/drawing/format.ts';
import type { ExampleMatrix, MatrixRow } from './matrix.ts';
import type { PairComparison } from './pair.ts';

/** What the leader has, and why that is too good. */
export function leaderText({ objective, rows: [first], leader, configurations, count }: ExampleMatrix): string | undefined {
  if (first === undefined || first.trial !== leader) return undefined;
  const { trial, value, stderr, results } = first;
  const error = stderr === undefined ? '' : ` ± ${rounded(stderr, 2)}`;
  const on = results.length === count ? `all ${count} examples` : `${results.length} of ${count} examples`;
  const head = `Trial ${trial} leads: ${cut(objective.name, 60)} ${formatNumber(value)}${error} on ${on}.`;
  return configurations === 1 ? head : `${head} ${luckText(configurations)}`;
}

/** The mean of the best of many on the same examples is too good. */
export const luckText = (configurations: number): string =>
  `It is the best of ${configurations} configurations on these examples, partly by luck: expect a worse value on others, and measure it there.`;

/** The difference of two configurations in words. */
export function pairText(
  { objective }: Pick<ExampleMatrix, 'objective'>,
  [a, b]: readonly [MatrixRow, MatrixRow],
  { n, mean, interval, better, deciding }: PairComparison,
): string {
  if (n === 0) return `Trials ${a.trial} and ${b.trial} have no example in common.`;
  const side = mean === 0 ? 'equal to' : lossOf(objective, mean) < 0 ? 'better than' : 'worse than';
  const by = mean === 0 ? '' : ` by ${rounded(Math.abs(mean), 3)}`;
  const head = `Trial ${a.trial} is ${side} trial ${b.trial}${by} on the ${n === 1 ? 'example' : `${n} examples`} that both have.`;
  const wins = deciding.filter(([, part]) => lossOf(objective, part) < 0).length;
  const counts = `It is better on ${wins}, worse on ${deciding.length - wins} and equal on ${n - deciding.length}.`;
  if (interval === undefined || better === undefined) return `${head} ${counts} That is too little to say what it would be on others.`;
  const [low, high] = interval.map(signed);
  return `${head} ${counts} On other examples of the same kind, the difference is ${low} to ${high} (90 % interval), and the chance that trial ${a.trial} is better is ${percent(better)}.`;
}

/** A number with its sign. */
export const signed = (value: number): string => `${value > 0 ? '+' : ''}${rounded(value, 3)}`.replace('-', '−');
