import type { StrategySpec } from './strategy.ts';

type Change = (name: string, options: Readonly<Record<string, unknown>>) => StrategySpec;

/**
 * Changes the strategies that stand in data, wherever in a composition they are; all else stays as it is.
 *
 * @param data as in a study file.
 * @param change is given the name and the options of a strategy that has no parts.
 * @example
 * mapStages({ chain: [{ asha: { min: 1, max: 27 } }, 'random'] }, (name, options) => ({ [name]: options }));
 */
export function mapStages(data: unknown, change: Change): unknown {
  const inner = (part: unknown): unknown => mapStages(part, change);
  if (typeof data === 'string') return change(data, {});
  if (!isRecord(data)) return data;
  const [[name, options] = ['', undefined], ...more] = Object.entries(data);
  if (more.length > 0) return data;
  switch (name) {
    case 'chain':
      return Array.isArray(options) ? { chain: options.map(inner) } : data;
    case 'dedupe':
    case 'fill':
    case 'reject':
      return { [name]: inner(options) };
    case 'take':
    case 'until':
      return Array.isArray(options) ? { [name]: [options[0], inner(options[1])] } : data;
    case 'mix':
      return isRecord(options) ? { mix: mapValues(options, (arm) => (Array.isArray(arm) ? [inner(arm[0]), arm[1]] : inner(arm))) } : data;
    case 'bandit':
      return isRecord(options) && isRecord(options.arms) ? { bandit: { ...options, arms: mapValues(options.arms, inner) } } : data;
    default:
      return isRecord(options) ? change(name, options) : data;
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const mapValues = (record: Readonly<Record<string, unknown>>, map: (value: unknown) => unknown) =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
