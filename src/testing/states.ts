import { deepStrictEqual } from 'node:assert/strict';
import type { Watch } from '../strategy/env.ts';

interface Kept {
  readonly state: unknown;
  readonly copy: unknown;
}

/**
 * Watches the states of all parts of a strategy: each state is copied when it is reached, and compared with the copy once the next one has been
 * reached.
 */
export function watchStates(): { readonly watch: Watch; readonly check: (after: string) => void } {
  const latest = new Map<string, Kept>();
  let replaced: Kept[] = [];
  let reached: [path: string, state: unknown][] = [];
  return {
    watch(inspection) {
      if (inspection.type === 'told') reached.push([inspection.path, inspection.state]);
    },
    check(after) {
      for (const [path, state] of reached) {
        const before = latest.get(path);
        if (before) replaced.push(before);
        latest.set(path, { state, copy: dataOf(state) });
      }
      for (const { state, copy } of replaced) deepStrictEqual(dataOf(state), copy, `${after} changed the state that was given`);
      [replaced, reached] = [[], []];
    },
  };
}

/** A deep copy of a state as plain data. @throws if a part of the state hides its contents */
function dataOf(value: unknown, seen = new Map<object, unknown>()): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (seen.has(value)) return seen.get(value);
  const fields = fieldsOf(value);
  const copy: unknown[] | Record<string, unknown> = Array.isArray(fields) ? [] : {};
  seen.set(value, copy);
  for (const [name, field] of Object.entries(fields)) Object.assign(copy, { [name]: dataOf(field, seen) });
  return copy;
}

function fieldsOf(value: object): object {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return value;
  if (Symbol.iterator in value) return [...(value as Iterable<unknown>)];
  if ('toArray' in value && typeof value.toArray === 'function') return value.toArray();
  if ('toJSON' in value && typeof value.toJSON === 'function') return value.toJSON();
  const { name } = value.constructor;
  throw new Error(
    `a state holds an instance of ${name}, which may hide a change: use plain data, Map or Set, or give ${name} a method toJSON`,
  );
}
