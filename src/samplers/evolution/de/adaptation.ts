import { drawNormal, type Rng } from '../../../numeric/random.ts';
import { clampUnit } from '../../../numeric/vectors.ts';

/** F and CR of differential evolution: the factor of a difference, and the share of parameters that it changes. */
export interface Rates {
  readonly scale: number;
  readonly crossover: number;
}

/** A child that was better than its parent, and by how much. */
export interface Success extends Rates {
  readonly gain: number;
}

/** SHADE's history of successful rates, the oldest first (Tanabe & Fukunaga, CEC 2013). */
export type RateMemory = readonly Rates[];

/** How many generations are remembered. */
const SLOTS = 6;

export const newMemory: RateMemory = Array.from({ length: SLOTS }, () => ({ scale: 0.5, crossover: 0.5 }));

const SPREAD = 0.1;
/** Tags record rounded rates, and the strategy uses the rounded ones. */
const rounded = (rate: number): number => Math.round(100 * rate) / 100;

/** Rates near successful ones: the scale by a Cauchy distribution, the crossover by a normal one. */
export function drawRates(memory: RateMemory, rng: Rng): Rates {
  const { scale: middle, crossover } = memory[Math.floor(rng() * memory.length)]!;
  let scale = 0;
  while (scale < 0.01) scale = middle + SPREAD * Math.tan(Math.PI * (rng() - 0.5));
  return { scale: rounded(Math.min(1, scale)), crossover: rounded(clampUnit(crossover + SPREAD * drawNormal(rng))) };
}

/** The memory with the oldest entry replaced by the weighted Lehmer means of a generation's successes. */
export function remembered(memory: RateMemory, successes: readonly Success[]): RateMemory {
  if (successes.length === 0) return memory;
  const mean = (of: (success: Success) => number): number => {
    const moment = (power: number) => successes.reduce((sum, success) => sum + success.gain * of(success) ** power, 0);
    return moment(1) > 0 ? moment(2) / moment(1) : 0;
  };
  return [...memory.slice(1), { scale: mean(({ scale }) => scale), crossover: mean(({ crossover }) => crossover) }];
}
