import { isDeeper } from '../facts/depth.ts';
import type { Schema } from '../facts/schema.ts';
import { nearest } from '../schema/nearest.ts';
import { RefusedError } from '../study/commands.ts';
import type { Operation } from './operations.ts';

/** The most bytes of a body, and characters of its fields. */
export const LARGEST = 2 ** 20;
/** The most levels of objects and arrays in a body. */
const DEEPEST = 64;

type Fields = Readonly<Record<string, unknown>>;

/** @throws RefusedError if fields are nested too deeply to be read further. */
export function checkDepth(fields: Fields): void {
  if (isDeeper(fields, DEEPEST)) throw new RefusedError({ code: 'too-deep', message: `expected a body nested at most ${DEEPEST} deep` });
}

/** The fields of a request. @throws RefusedError for one that its operation does not describe: it may be misspelt, and must not get into the log. */
export function describedFields({ method, query, body }: Operation, all: Fields): Fields {
  if (method === 'get') return known(all, query);
  const fields = body?.additionalProperties ? all : known(all, body?.properties);
  checkDepth(fields);
  if (JSON.stringify(fields).length > LARGEST)
    throw new RefusedError({ code: 'too-large', message: `expected fields of at most ${LARGEST} characters` });
  return fields;
}

function known(all: Fields, properties: Readonly<Record<string, Schema>> = {}): Fields {
  const names = Object.keys(properties);
  const other = Object.keys(all).find((name) => !Object.hasOwn(properties, name));
  if (other === undefined) return all;
  const others = names.length === 0 ? 'none' : names.join(', ');
  const field = other.slice(0, 60);
  throw new RefusedError({
    code: 'bad-field',
    message: `${field}: there is no such field; the request has ${others}${nearest(field, names)}`,
  });
}
