import type { StrategySpec } from '../../../streams/index.ts';

/** Strategies with trials that pause at rungs and are resumed, or with trials that stop there. */
const early = (pause: boolean): StrategySpec[] => [
  { chain: [{ asha: { pause } }, 'bo'] },
  { chain: [{ asha: { pause } }, 'tpe'] },
  { chain: [{ hyperband: { pause } }, 'bo'] },
  { chain: [{ hyperband: { pause } }, 'tpe'] },
];

/** The baseline: ASHA as published, with pauses, comparisons from the first step on, and random configurations. */
export const REFERENCE: StrategySpec = { chain: [{ asha: { pause: true, first: 1 } }, 'random'] };

export const DEFAULTS: readonly StrategySpec[] = [...early(true), ...early(false)];

/** A strategy as the README writes it: `chain(asha(pause: true), bo)`. */
export function nameOf(spec: unknown): string {
  if (typeof spec !== 'object' || spec === null) return String(spec);
  if (Array.isArray(spec)) return spec.map(nameOf).join(', ');
  return Object.entries(spec)
    .map(([name, options]) => `${name}(${typeof options === 'object' && !Array.isArray(options) ? settings(options) : nameOf(options)})`)
    .join(', ');
}

const settings = (options: object | null): string =>
  Object.entries(options ?? {})
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
    .join(', ')
    .replaceAll('"', '');
