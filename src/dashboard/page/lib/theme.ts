import { signal } from '@preact/signals';
import { isInfeasible, type TrialRow } from '../../../study/trials.ts';
import type { Rgb } from './pixels.ts';

/** How trials of a status look in every chart. */
export interface Look {
  readonly label: string;
  /** The custom property of its colour. */
  readonly colour: string;
  /** The path of its mark, in a square of 10. */
  readonly mark: string;
  readonly hollow?: true;
  readonly dashed?: true;
}

const CIRCLE = 'M1 5a4 4 0 1 0 8 0a4 4 0 1 0-8 0Z';
const TRIANGLE = 'M5 0.5L9.6 9H0.4Z';
const DIAMOND = 'M5 0L10 5L5 10L0 5Z';
const CROSS = 'M2 0L5 3L8 0L10 2L7 5L10 8L8 10L5 7L2 10L0 8L3 5L0 2Z';
const STRUCK = 'M0 4H10V6H0Z';

/** The status of a trial as drawn: an open trial is running or waits for a trainer, and an infeasible one has its own mark. */
export type TrialState = 'waiting' | 'running' | 'completed' | 'stopped' | 'failed' | 'infeasible' | 'retracted';

export function stateOf(row: TrialRow): TrialState {
  if (row.status === 'open') return row.running ? 'running' : 'waiting';
  return row.status !== 'retracted' && isInfeasible(row) ? 'infeasible' : row.status;
}

export const looks: Readonly<Record<TrialState, Look>> = {
  completed: { label: 'completed', colour: '--completed', mark: CIRCLE },
  running: { label: 'running', colour: '--running', mark: CIRCLE, hollow: true },
  waiting: { label: 'waiting', colour: '--waiting', mark: CIRCLE, hollow: true, dashed: true },
  stopped: { label: 'stopped', colour: '--stopped', mark: TRIANGLE },
  failed: { label: 'failed', colour: '--failed', mark: CROSS },
  infeasible: { label: 'infeasible', colour: '--infeasible', mark: DIAMOND },
  retracted: { label: 'retracted', colour: '--retracted', mark: STRUCK },
};
export const states = Object.keys(looks) as TrialState[];

const dark = matchMedia('(prefers-color-scheme: dark)');
/** Counts changes between light and dark. Drawing code reads it to draw again. */
export const palette = signal(0);
dark.addEventListener('change', () => {
  palette.value++;
});

export function colour(property: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(property).trim();
}

/** A custom property that is a colour. */
export const rgb = (property: string): Rgb => channels(colour(property));

export const cssOf = (channelsOf: Rgb): string => `rgb(${channelsOf.join(',')})`;

/** Colours from good to bad that keep their order in grey. */
export function ramp(): readonly Rgb[] {
  return Array.from({ length: STEPS }, (_, i) => mixed(dark.matches ? DARK : LIGHT, i / (STEPS - 1)));
}
const STEPS = 24;
const LIGHT = ['#0b4f6c', '#12808c', '#5aa66b', '#d0b548', '#e9d8a6'];
const DARK = ['#7fe3ec', '#43b3c4', '#3f8f86', '#7a7550', '#54493a'];

function mixed(stops: readonly string[], t: number): Rgb {
  const x = t * (stops.length - 1);
  const i = Math.min(stops.length - 2, Math.floor(x));
  const [a, b] = [channels(stops[i]!), channels(stops[i + 1]!)];
  return [0, 1, 2].map((k) => Math.round(a[k]! + (x - i) * (b[k]! - a[k]!))) as unknown as Rgb;
}

/** Accepts #rrggbb, and #rgb, which minifiers write. */
function channels(hex: string): Rgb {
  const long = hex.length === 4 ? hex.replaceAll(/[\da-f]/gi, '$&$&') : hex;
  return [1, 3, 5].map((at) => Number.parseInt(long.slice(at, at + 2), 16)) as unknown as Rgb;
}
