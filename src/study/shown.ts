import { valueText } from '../space/value.ts';
import { escapeControls } from './plainText.ts';

/** A value as text for people. */
export function shown(value: unknown): string {
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(5)));
  if (value === undefined) return '';
  return escapeControls(valueText(value));
}

/** Names and values in a line. */
export const pairs = (record: Readonly<Record<string, unknown>>, between = '='): string =>
  Object.entries(record)
    .map(([name, value]) => `${shown(name)}${between}${shown(value)}`)
    .join(' ');

/** What enqueueing a configuration has done, for people: in a study that runs, and in one that does not. */
export const ENQUEUED = ['enqueued: it is tried next', 'enqueued: it is tried first when the study runs again'] as const;
