import type { StrategySpec } from '../../../streams/index.ts';

const pausing = { asha: { mode: 'promote' } } as const;
const stopping = { asha: { mode: 'stop' } } as const;

/** What all others are compared with: successive halving on random configurations. */
export const REFERENCE: StrategySpec = { chain: [pausing, 'random'] };

/** Models behind early stopping, pausing at rungs and stopping there. */
export const DEFAULTS: readonly StrategySpec[] = [
  { chain: [pausing, 'bo'] },
  { chain: [stopping, 'bo'] },
  { chain: [pausing, 'tpe'] },
  { chain: [stopping, 'tpe'] },
  { chain: ['hyperband', 'bo'] },
  'bohb',
];

/** A strategy as the README writes it: `chain(asha(mode: stop), bo)`. */
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
