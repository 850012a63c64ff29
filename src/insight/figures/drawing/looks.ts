import { isInfeasible, type TrialRow } from '../../../study/trials.ts';
import type { ColourName } from './colours.ts';

/** How trials of a status look in every figure. */
export interface Look {
  readonly label: string;
  readonly colour: ColourName;
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
  completed: { label: 'completed', colour: 'completed', mark: CIRCLE },
  running: { label: 'running', colour: 'running', mark: CIRCLE, hollow: true },
  waiting: { label: 'waiting', colour: 'waiting', mark: CIRCLE, hollow: true, dashed: true },
  stopped: { label: 'stopped', colour: 'stopped', mark: TRIANGLE },
  failed: { label: 'failed', colour: 'failed', mark: CROSS },
  infeasible: { label: 'infeasible', colour: 'infeasible', mark: DIAMOND },
  retracted: { label: 'retracted', colour: 'retracted', mark: STRUCK },
};
/** Where a trial lies that is beyond an axis. */
export type Beyond = 'above' | 'below' | 'left' | 'right';

export const beyond = (x: number, y: number): Beyond | undefined =>
  y > 1 ? 'above' : y < 0 ? 'below' : x > 1 ? 'right' : x < 0 ? 'left' : undefined;

const ARROWS: Readonly<Record<Beyond, string>> = {
  above: 'M5 0L10 6H7V10H3V6H0Z',
  below: 'M5 10L10 4H7V0H3V4H0Z',
  left: 'M0 5L6 0V3H10V7H6V10Z',
  right: 'M10 5L4 0V3H0V7H4V10Z',
};

export const sides = Object.keys(ARROWS) as Beyond[];

/** The look of a trial beyond an axis: a hollow arrow to its value. */
export const lookBeyond = (state: TrialState, side: Beyond): Look => ({ ...looks[state], mark: ARROWS[side], hollow: true });

export const states = Object.keys(looks) as TrialState[];
