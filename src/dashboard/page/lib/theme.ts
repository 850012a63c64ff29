import { signal } from '@preact/signals';
import type { TrialState } from '../../wire.ts';

/** How trials of a state look, everywhere. */
export interface Look {
  readonly label: string;
  /** The custom property of its colour. */
  readonly colour: string;
  /** A symbol as ECharts names it. */
  readonly symbol: string;
  readonly hollow?: true;
}

const CROSS = 'path://M2 0L5 3L8 0L10 2L7 5L10 8L8 10L5 7L2 10L0 8L3 5L0 2Z';
const STRUCK = 'path://M0 4H10V6H0Z';

export const looks: Readonly<Record<TrialState, Look>> = {
  completed: { label: 'completed', colour: '--completed', symbol: 'circle' },
  running: { label: 'running', colour: '--running', symbol: 'circle', hollow: true },
  waiting: { label: 'waiting', colour: '--waiting', symbol: 'circle', hollow: true },
  pruned: { label: 'pruned', colour: '--pruned', symbol: 'triangle' },
  failed: { label: 'failed', colour: '--failed', symbol: CROSS },
  infeasible: { label: 'infeasible', colour: '--infeasible', symbol: 'diamond' },
  retracted: { label: 'retracted', colour: '--retracted', symbol: STRUCK },
};
export const states = Object.keys(looks) as TrialState[];

const dark = matchMedia('(prefers-color-scheme: dark)');
/** Counts changes between light and dark: whoever draws on a canvas reads it. */
export const palette = signal(0);
dark.addEventListener('change', () => {
  palette.value++;
});

export function colour(property: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(property).trim();
}

/** From good to bad: a scale that keeps its order in grey, too. */
export function ramp(): readonly string[] {
  return Array.from({ length: STEPS }, (_, i) => mixed(dark.matches ? DARK : LIGHT, i / (STEPS - 1)));
}
const STEPS = 24;
const LIGHT = ['#0b4f6c', '#12808c', '#5aa66b', '#d0b548', '#e9d8a6'];
const DARK = ['#7fe3ec', '#43b3c4', '#3f8f86', '#7a7550', '#54493a'];

function mixed(stops: readonly string[], t: number): string {
  const x = t * (stops.length - 1);
  const i = Math.min(stops.length - 2, Math.floor(x));
  const [a, b] = [channels(stops[i]!), channels(stops[i + 1]!)];
  return `rgb(${a.map((value, k) => Math.round(value + (x - i) * (b[k]! - value))).join(',')})`;
}

const channels = (hex: string): number[] => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
