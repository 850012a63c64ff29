import { bounded } from '../errors.ts';
import { isRecord } from '../schema/json.ts';
import { omitUndefined } from '../schema/omitUndefined.ts';
import { type Fact, type FailedFact, factSchemas, type Params } from './facts.ts';
import type { Refusal } from './refusal.ts';
import { validate } from './validate.ts';
import { refuseVersions } from './versions.ts';

/**
 * A fact that fits its schema, or why it does not. Never throws.
 *
 * @typeParam P the type that the reader expects of configurations. The ledger decides whether parameters fit the space.
 */
export function parseFact<P = Params>(data: unknown): Fact<P> | Refusal {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    const came = Array.isArray(data) ? 'an array' : data === null ? 'null' : typeof data;
    return { code: 'bad-field', message: `a fact must be an object, not ${came}` };
  }
  if (!('type' in data) || data.type === undefined) return { code: 'missing-field', message: 'type is missing' };
  const { type } = data;
  if (!isType(type)) {
    const came = JSON.stringify(type)?.slice(0, 60);
    return { code: 'bad-field', message: `type must be one of ${Object.keys(factSchemas).join(', ')}, not ${came}` };
  }
  const refusal = (type === 'created' ? refuseVersions({ ...data }) : undefined) ?? validate(factSchemas[type], data);
  return fits<P>(data, refusal) ? data : { ...refusal!, message: bounded(refusal!.message) };
}

const isType = (type: unknown): type is Fact['type'] => typeof type === 'string' && Object.hasOwn(factSchemas, type);

/** A value that fits the schema has its type. */
const fits = <P>(_: object, refusal: Refusal | undefined): _ is Fact<P> => refusal === undefined;

export const isRefusal = (parsed: object): parsed is Refusal => 'code' in parsed && !('type' in parsed);

/** The fields that identify the trial of a rejected fact, as far as they can be read. */
export interface Identity {
  readonly type?: string;
  readonly trial?: number;
  readonly run?: string;
}

export function identityOf(fact: unknown): Identity {
  if (!isRecord(fact)) return {};
  const { type, trial, run } = fact;
  return omitUndefined({
    type: typeof type === 'string' ? type : undefined,
    trial: typeof trial === 'number' ? trial : undefined,
    run: typeof run === 'string' ? run : undefined,
  });
}

/** How a run ends whose result is not one of the study, such as one with another name. @param ofExample whether a report has the result of one */
export function malformed(
  { type, trial, run }: Identity,
  { code, message }: { readonly code: string; readonly message: string },
  ofExample = false,
): FailedFact | undefined {
  const isResult = type === 'completed' || type === 'stopped' || (type === 'reported' && ofExample);
  if (!isResult || trial === undefined || run === undefined || !(code === 'missing-field' || code === 'bad-field')) return undefined;
  return { type: 'failed', trial, run, reason: 'error', message: `the result does not count: ${message}`.slice(0, 4096) };
}
