import { factSchemas } from '../../facts/facts.ts';
import type { Schema } from '../../facts/schema.ts';
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

/** Whether an answer is shorter without details. */
export function hasDetails(schema: Schema): boolean {
  if (details.has(schema)) return true;
  if ('oneOf' in schema) return schema.oneOf.some(hasDetails);
  if (!('type' in schema)) return false;
  if (schema.type === 'array') return hasDetails(schema.items);
  return schema.type === 'object' && Object.values(schema.properties ?? {}).some(hasDetails);
}

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
