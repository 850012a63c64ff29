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

/** The longest text of fields that cannot get too long when it is written as JSON again: a number grows to six times its length at most. */
const SURELY_SHORT = LARGEST / 6;

/** @throws RefusedError if fields are nested too deeply to be read further, or too long. @param text of the fields, if they come from one */
export function checkSize(fields: Fields, text?: string): void {
  if (isDeeper(fields, DEEPEST)) throw new RefusedError({ code: 'too-deep', message: `expected a body nested at most ${DEEPEST} deep` });
  if (text !== undefined && text.length <= SURELY_SHORT) return;
  if (JSON.stringify(fields).length > LARGEST)
    throw new RefusedError({ code: 'too-large', message: `expected fields of at most ${LARGEST} characters` });
}

/** The fields of a request. @throws RefusedError for one that its operation does not describe: it may be misspelt, and must not get into the log. */
export function describedFields({ method, query, body }: Operation, all: Fields): Fields {
  if (method === 'get') return known(all, query);
  return body?.additionalProperties ? all : known(all, body?.properties);
}

function known(all: Fields, properties: Readonly<Record<string, Schema>> = {}): Fields {
  const other = Object.keys(all).find((name) => !Object.hasOwn(properties, name));
  if (other === undefined) return all;
  const names = Object.keys(properties);
  const others = names.length === 0 ? 'none' : names.join(', ');
  const field = other.slice(0, 60);
  throw new RefusedError({
    code: 'bad-field',
    message: `${field}: there is no such field; the request has ${others}${nearest(field, names)}`,
  });
}
