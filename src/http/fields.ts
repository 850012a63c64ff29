import { isDeeper } from '../facts/depth.ts';
import type { Schema } from '../facts/schema.ts';
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

/** The fields of a request that its operation describes, because others must not get into the log. @throws RefusedError */
export function describedFields({ method, query, body }: Operation, all: Fields): Fields {
  if (method === 'get') return known(all, query);
  const fields = body?.additionalProperties ? all : known(all, body?.properties);
  checkDepth(fields);
  if (JSON.stringify(fields).length > LARGEST)
    throw new RefusedError({ code: 'too-large', message: `expected fields of at most ${LARGEST} characters` });
  return fields;
}

function known(all: Fields, properties: Readonly<Record<string, Schema>> = {}): Fields {
  const fields: Record<string, unknown> = {};
  for (const name in properties) if (Object.hasOwn(all, name)) fields[name] = all[name];
  return fields;
}
