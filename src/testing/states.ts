import { deepStrictEqual } from 'node:assert/strict';
import type { Env } from '../messages.ts';

/** The states of actors, as far as XState's inspection events show them. */
interface Inspected {
  readonly type: string;
  readonly actorRef: object;
  readonly snapshot?: { readonly context?: unknown };
}

interface Kept {
  readonly context: unknown;
  readonly copy: unknown;
}

/**
 * Watches the states of all actors of a strategy: each state is copied when it is reached, and compared with the copy once the next one has been
 * reached.
 */
export function watchStates(): { readonly inspect: NonNullable<Env['inspect']>; readonly check: (after: string) => void } {
  const latest = new Map<object, Kept>();
  let replaced: Kept[] = [];
  let reached: [actor: object, context: unknown][] = [];
  return {
    inspect({ type, actorRef, snapshot }: Inspected) {
      if (type === '@xstate.snapshot' && snapshot !== undefined) reached.push([actorRef, snapshot.context]);
    },
    check(after) {
      for (const [actor, context] of reached) {
        const before = latest.get(actor);
        if (before) replaced.push(before);
        latest.set(actor, { context, copy: dataOf(context) });
      }
      for (const { context, copy } of replaced) deepStrictEqual(dataOf(context), copy, `${after} changed the state that was given`);
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
