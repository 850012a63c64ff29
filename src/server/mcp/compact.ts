import { factSchemas } from '../../facts/facts.ts';
import type { ObjectSchema, Schema } from '../../facts/schema.ts';
import { importancesSchema } from '../../insight/importance/importances.ts';
import { isRecord } from '../../schema/json.ts';
import { trialRowSchema } from '../../study/trialRowSchema.ts';

/** Properties that an agent seldom needs, and that would fill its context. */
const details = new Map<Schema, readonly string[]>([
  [
    trialRowSchema,
    ['suggested', 'ended', 'suggestedAt', 'startedAt', 'claimedAt', 'reportedAt', 'endedAt', 'tags', 'run', 'trace', 'proposal'],
  ],
  [importancesSchema, ['marginals']],
  [
    factSchemas.created,
    ['type', 'format', 'rules', 'decisions', 'seed', 'duplicates', 'resumes', 'requires', 'priority', 'version', 'earlier', 'origin'],
  ],
]);

/** A schema without details, wherever they are in it. It is the same object if it has none. */
export function compact(schema: Schema): Schema {
  const found = known.get(schema) ?? without(schema);
  known.set(schema, found);
  return found;
}

const known = new WeakMap<Schema, Schema>();

function without(schema: Schema): Schema {
  if ('oneOf' in schema) {
    const oneOf = schema.oneOf.map(compact);
    return oneOf.every((one, i) => one === schema.oneOf[i]) ? schema : { ...schema, oneOf };
  }
  if (!('type' in schema)) return schema;
  if (schema.type === 'array') {
    const items = compact(schema.items);
    return items === schema.items ? schema : { ...schema, items };
  }
  return schema.type === 'object' && schema.properties ? withoutIn(schema, schema.properties) : schema;
}

function withoutIn(schema: ObjectSchema, properties: NonNullable<ObjectSchema['properties']>): ObjectSchema {
  const left = details.get(schema) ?? [];
  const kept = Object.entries(properties)
    .filter(([name]) => !left.includes(name))
    .map(([name, one]) => [name, compact(one)] as const);
  if (left.length === 0 && kept.every(([name, one]) => one === properties[name])) return schema;
  return { ...schema, properties: Object.fromEntries(kept), required: (schema.required ?? []).filter((name) => !left.includes(name)) };
}

/** Whether an answer is shorter without details. */
export const hasDetails = (schema: Schema): boolean => compact(schema) !== schema;

/** An answer that fits a schema, without details. */
export function inCompact(schema: Schema, value: unknown): unknown {
  if (!hasDetails(schema)) return value;
  if ('oneOf' in schema) return schema.oneOf.reduce((left, one) => inCompact(one, left), value);
  if (Array.isArray(value)) return 'items' in schema ? value.map((item) => inCompact(schema.items, item)) : value;
  if (!isRecord(value) || !('properties' in schema)) return value;
  const left = details.get(schema) ?? [];
  const properties = schema.properties ?? {};
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !left.includes(name))
      .map(([name, item]) => [name, Object.hasOwn(properties, name) ? inCompact(properties[name]!, item) : item]),
  );
}
