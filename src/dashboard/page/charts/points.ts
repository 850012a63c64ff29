import type { TrialState } from '../../wire.ts';
import { cut, number } from '../lib/format.ts';
import { colour, looks, states } from '../lib/theme.ts';
import { selected } from '../state/selection.ts';
import { type PageRow, rowOf, rows } from '../state/store.ts';

/** From how many points of a series on they are drawn in one go. */
const MANY = 1500;

/** Where a trial is drawn; nothing for one that is not. The number of the trial stands last. */
type Place = (row: PageRow, index: number) => readonly [x: number, y: number] | undefined;

/**
 * The series of a scatter plot of trials: one for each state, and one more for what is not selected. Trials of a state look the same in all
 * charts.
 *
 * @param only the states that are drawn.
 */
export function trialSeries(place: Place, only: readonly TrialState[] = states, more: object = {}): object[] {
  const faded: number[] = [];
  const chosen: Partial<Record<TrialState, number[]>> = {};
  const isSelected = selected.value;
  rows.value.forEach((row, i) => {
    if (!only.includes(row.state)) return;
    const at = place(row, i);
    if (at === undefined) return;
    chosen[row.state] ??= [];
    (isSelected[i] ? chosen[row.state]! : faded).push(at[0], at[1], row.trial);
  });
  const common = { type: 'scatter', large: true, largeThreshold: MANY, dimensions: ['x', 'y', 'trial'], encode: { x: 0, y: 1 }, ...more };
  const background = {
    ...common,
    id: 'trials faded',
    data: Float64Array.from(faded),
    symbolSize: 4,
    itemStyle: { color: colour('--faded') },
    z: 1,
  };
  return [
    background,
    ...only.map((state) => ({
      ...common,
      id: `trials ${state}`,
      data: Float64Array.from(chosen[state] ?? []),
      ...symbolOf(state, (chosen[state]?.length ?? 0) / 3),
    })),
  ];
}

function symbolOf(state: TrialState, count: number): object {
  const { colour: name, symbol, hollow } = looks[state];
  const size = count > MANY ? 4 : count > 300 ? 5 : 7;
  const itemStyle = hollow
    ? { color: colour('--panel'), borderColor: colour(name), borderWidth: 1.6 }
    : { color: colour(name), opacity: 0.85 };
  return { symbol, symbolSize: size, itemStyle, z: 3 };
}

/** What a tooltip says of a trial. */
export function aboutTrial(trial: number): string {
  const row = rowOf(trial);
  if (row === undefined) return '';
  const values = Object.entries(row.values ?? {}).map(([name, value]) => `${cut(name, 24)}  ${number(value)}`);
  const params = Object.entries(row.params)
    .slice(0, 12)
    .map(([name, value]) => `${cut(name, 24)}  ${cut(number(value), 30)}`);
  return [`trial ${trial} · ${looks[row.state].label}`, ...values, ...params, `by ${cut(row.by, 40)}`].map(plain).join('\n');
}

/** Without what the chart would take for its own style marks. */
const plain = (text: string): string => text.replaceAll('{', '(').replaceAll('}', ')');

export const trialTooltip = ({ value }: { readonly value?: unknown }): string =>
  Array.isArray(value) ? aboutTrial(Number(value.at(-1))) : '';
