import { SpaceError } from '../errors.ts';
import { isRecord } from '../isRecord.ts';

/** The error for wrong data: where, what was expected, and what came. */
export const fault = (path: string, expected: string, got: unknown, hint = ''): SpaceError =>
  new SpaceError(`${path}: expected ${expected}, got ${show(got)}${hint}`);

/** A value as a message shows it. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'function') return String(value);
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** A hint at the name that was probably meant, if one is similar. */
export function nearest(name: string, names: Iterable<string>): string {
  let best: string | undefined;
  let least = Math.max(2, name.length / 3) + 1;
  for (const candidate of names) {
    const distance = edits(name.toLowerCase(), candidate.toLowerCase());
    if (distance < Math.min(least, Math.max(name.length, candidate.length))) [best, least] = [candidate, distance];
  }
  return best === undefined ? '' : `; did you mean ${best}?`;
}

/** How many letters must be inserted, deleted or replaced (Levenshtein 1966). */
function edits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}

export function assertRecord(path: string, value: unknown): asserts value is Readonly<Record<string, unknown>> {
  if (!isRecord(value)) throw fault(path, 'a mapping', value);
}

/** The entry of a table by its name. */
export function known<T>(path: string, key: string, table: Readonly<Record<string, T>>): T {
  if (Object.hasOwn(table, key)) return table[key]!;
  const names = Object.keys(table);
  throw new SpaceError(`${path}.${key}: unknown key, expected one of ${names.join(', ')}${nearest(key, names)}`);
}
