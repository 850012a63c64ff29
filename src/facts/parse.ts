import { check } from './check.ts';
import type { Fact, Params, Refusal } from './facts.ts';
import { schemas } from './schemas.ts';

/**
 * A fact that fits its schema, or why it does not. Never throws.
 *
 * @typeParam P the type that the reader expects of configurations. Whether parameters fit the space is for the ledger to decide.
 */
export function parseFact<P = Params>(data: unknown): Fact<P> | Refusal {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    return {
      code: 'bad-field',
      message: `a fact must be an object, not ${Array.isArray(data) ? 'an array' : data === null ? 'null' : typeof data}`,
    };
  }
  const { type } = data as { type?: unknown };
  if (type === undefined) return { code: 'missing-field', message: 'type is missing' };
  if (typeof type !== 'string' || !Object.hasOwn(schemas, type)) {
    return {
      code: 'bad-field',
      message: `type must be one of ${Object.keys(schemas).join(', ')}, not ${JSON.stringify(type)?.slice(0, 60)}`,
    };
  }
  return check(schemas[type as Fact['type']], data) ?? (data as Fact<P>);
}

export const isRefusal = (parsed: object): parsed is Refusal => 'code' in parsed && !('type' in parsed);
