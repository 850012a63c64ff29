import { readFileSync } from 'node:fs';
import { studyOptions } from '../../streams/spec/options.ts';
import { strategySchema } from '../../streams/spec/spec.ts';
import { isRecord, type JsonSchema } from '../schema/json.ts';
import { schemaOf } from '../schema/optionSet.ts';
import { ofWorkers, studyLayout } from './studyLayout.ts';

/** The JSON Schema of study files, without descriptions: those are comments of the code, which `npm run schema` adds. */
export const studySchema = (): JsonSchema => ({
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'A study of hypertide',
  ...schemaOf(studyLayout),
  not: { required: ['objective', 'objectives'] },
  $defs: { strategy: strategySchema() },
});

/**
 * The JSON Schema of a study that a request creates: a study file without the keys that only this machine may set. The name is required, and a
 * strategy refers to the schema `Strategy`.
 */
export function createdStudySchemas(): { readonly StudyFile: JsonSchema; readonly Strategy: JsonSchema } {
  const layout = { ...studyLayout, examples: studyOptions.examples }; // no file of this machine
  const { properties, required } = schemaOf(layout) as { readonly properties: JsonSchema; readonly required: readonly string[] };
  const elsewhere = Object.entries(properties).filter(([name]) => name !== 'earlier' && !ofWorkers.includes(name));
  const schemas = {
    StudyFile: {
      type: 'object',
      properties: Object.fromEntries(elsewhere),
      required: ['name', ...required],
      additionalProperties: false,
      description: 'a study file as JSON; docs/reference/study-file.md says what its keys mean',
    },
    Strategy: { ...strategySchema(), description: 'the name of a strategy, or { name: options }; docs/reference/strategies.md has all' },
  };
  return JSON.parse(JSON.stringify(schemas), inOpenapi);
}

/**
 * A part of a schema as OpenAPI 3.1 writes it: a list with a schema for each place was `items` in earlier versions of JSON Schema, as editors know
 * them. Generated clients would require what has a default.
 */
function inOpenapi(key: string, part: unknown): unknown {
  if (key === '$ref' && part === '#/$defs/strategy') return '#/components/schemas/Strategy';
  if (!isRecord(part) || key === 'properties') return part;
  const { default: _, items, ...rest } = part;
  if (items === undefined) return rest;
  return Array.isArray(items) ? { ...rest, prefixItems: items } : { ...rest, items };
}

/** The descriptions of a strategy and its options in the schema of the package. */
export interface StrategyDescription {
  readonly description: string;
  readonly properties?: Readonly<Record<string, { readonly description: string }>>;
}

/** The descriptions in the schema of the package, by the names of strategies. Its root is two folders up, from sources and build. */
export function strategyDescriptions(): Readonly<Record<string, StrategyDescription>> {
  const schema = JSON.parse(readFileSync(new URL('../../study.schema.json', import.meta.url), 'utf8'));
  return schema.$defs.strategy.anyOf[1].properties;
}
